import { writeFile } from 'node:fs/promises';
import type { Magnum } from '@magnum-ts/sdk';
import { pathOf, valuesOf } from './arguments.js';
import { changesOf } from './changes.js';
import { exitCodeOf, EXIT, messageOf, SilentExit, UsageError } from './errors.js';
import type { Io } from './io.js';
import { printItem, printLine, printList, printText, type Format, type Item, type OutputOptions } from './output.js';
import type { CommandSpec } from './command-spec.js';
import { baysIn, findLastEvent, waitFor } from './progress.js';
import { openSession, type Flags } from './session.js';
import { oneLine, quoteForShell } from './text.js';

/** A parsed command line: the values of each positional argument, and the options by name. */
export interface Given {
  readonly positional: readonly (readonly string[])[];
  readonly flags: Flags;
}
export type Run = (io: Io, plan: CommandSpec, given: Given) => Promise<void>;

export function outputOf(flags: Flags): OutputOptions {
  // Commander has checked the format and collected the columns.
  return { format: flags['format'] as Format, columns: flags['column'] as readonly string[], header: flags['header'] !== false };
}

export const runList: Run = async (io, plan, given) => {
  const magnum = await openSession(io, given.flags);
  const operation = given.flags['detail'] === true && plan.detail ? plan.detail : plan.operation;
  const query = await queryOf(io, plan, given);
  if (given.flags['follow'] === true) return followEvents(io, magnum, plan, given);
  const max = typeof query['limit'] === 'number' ? query['limit'] : Infinity;
  const call = { method: 'GET', path: pathOf(operation, pathValues(plan, given)), query };
  const items = await magnum.rawList(call, operation.cli?.rows ?? '', { signal: io.signal }).toArray({ max });
  await printList(io, items.map(itemOf), operation.cli?.columns ?? [], outputOf(given.flags));
};

/** Prints one line for each event until the bay is gone or Ctrl-C is pressed. */
async function followEvents(io: Io, magnum: Magnum, plan: CommandSpec, given: Given): Promise<void> {
  const { after } = await queryOf(io, plan, given);
  const path = pathOf(plan.operation, pathValues(plan, given));
  try {
    for await (const event of magnum.rawFollow(path, { signal: io.signal, ...(typeof after === 'number' ? { after } : {}) }))
      printLine(io, itemOf(event), plan.operation.cli?.columns ?? [], outputOf(given.flags));
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new SilentExit(EXIT.interrupted);
  }
}

export const runItem: Run = async (io, plan, given) => {
  const magnum = await openSession(io, given.flags);
  const item = await magnum.raw(
    {
      method: plan.operation.method,
      path: pathOf(plan.operation, pathValues(plan, given)),
      query: await queryOf(io, plan, given),
    },
    { signal: io.signal },
  );
  await printItem(io, itemOf(item), outputOf(given.flags));
};

/** Runs a command whose result is one text: logs, certificates. */
export const runText: Run = async (io, plan, given) => {
  const magnum = await openSession(io, given.flags);
  const query = await queryOf(io, plan, given);
  const command = given.positional[plan.positional.indexOf('command')];
  const result = itemOf(
    await magnum.raw(
      {
        method: plan.operation.method,
        path: pathOf(plan.operation, pathValues(plan, given)),
        query: { ...query, ...(command && { command: joinCommand(command) }) },
        ...(plan.operation.hasBody && { body: await bodyOf(io, plan, given) }),
      },
      { signal: io.signal },
    ),
  );
  const text = String(result[plan.operation.cli?.text ?? ''] ?? '');
  const file = given.flags['output'];
  if (typeof file === 'string') return writeFile(file, text, { mode: 0o600 });
  if (given.flags['format'] !== 'table') return printItem(io, result, outputOf(given.flags));
  printText(io, text);
};

export const runAction: Run = async (io, plan, given) => {
  const magnum = await openSession(io, given.flags);
  await magnum.raw(
    { method: plan.operation.method, path: pathOf(plan.operation, pathValues(plan, given)) },
    { signal: io.signal },
  );
};

export const runCreate: Run = async (io, plan, given) => {
  const body = await bodyOf(io, plan, given);
  const { method } = plan.operation;
  const path = pathOf(plan.operation, pathValues(plan, given));
  const magnum = await openSession(io, given.flags);
  const after = await findEventBefore(io, magnum, plan, given);
  const query = await queryOf(io, plan, given);
  const created = itemOf(await magnum.raw({ method, path, query, body }, { signal: io.signal }));
  if (query['dry_run'] === true) return printItem(io, created, outputOf(given.flags));
  const waited = await waitIfAsked(io, magnum, plan, { flags: given.flags, bay: String(created['uuid']), after });
  await printItem(io, waited ?? (await fetchAccepted(magnum, plan, created)), outputOf(given.flags));
};

/** The id of the last event before the change, after which a wait prints events: 0 for a new bay. */
async function findEventBefore(io: Io, magnum: Magnum, plan: CommandSpec, given: Given): Promise<number> {
  const [ident] = plan.operation.pathParams.length > 0 ? (given.positional[0] ?? []) : [];
  if (given.flags['wait'] === undefined || ident === undefined) return 0;
  return findLastEvent(baysIn(magnum, plan.operation.vocabulary), ident, io.signal);
}

export const runUpdate: Run = async (io, plan, given) => {
  const words = given.positional[plan.positional.length] ?? [];
  const fromFlags = await valuesOf(
    io,
    plan.fields.map((field) => ({ ...field, required: false })),
    given.flags,
    {},
  );
  const body = changesOf(plan.fields, fromFlags, words);
  if (body.length === 0) throw new UsageError('Nothing to change: give an option, or replace name=value');
  const magnum = await openSession(io, given.flags);
  const after = await findEventBefore(io, magnum, plan, given);
  const path = pathOf(plan.operation, pathValues(plan, given));
  const answer = itemOf(
    await magnum.raw({ method: 'PATCH', path, query: await queryOf(io, plan, given), body }, { signal: io.signal }),
  );
  const waited = await waitIfAsked(io, magnum, plan, { flags: given.flags, bay: String(answer['uuid']), after });
  await printItem(io, waited ?? (await fetchAccepted(magnum, plan, answer)), outputOf(given.flags));
};

const PARALLEL = 5;

export const runDelete: Run = async (io, plan, given) => {
  // The last argument is the list; those before it are parts of the path: `nodegroup delete CLUSTER NODEGROUP…`.
  const last = plan.positional.length - 1;
  const idents = [...new Set(given.positional[last] ?? [])];
  for (const ident of idents) checkIdent(ident);
  const around = pathValues(plan, given);
  const query = await queryOf(io, plan, given);
  if (!(await confirmDelete(io, plan, idents, given.flags))) throw new SilentExit(EXIT.failed);
  const magnum = await openSession(io, given.flags);
  const codes: number[] = [];
  const queue = [...idents];
  const worker = async (): Promise<void> => {
    for (let ident = queue.shift(); ident !== undefined && !io.signal.aborted; ident = queue.shift()) {
      codes.push(await deleteOne(io, magnum, plan, { ident, around, query, flags: given.flags }));
    }
  };
  // The progress of several bays at once would mix their lines.
  await Promise.all(Array.from({ length: given.flags['wait'] === undefined ? PARALLEL : 1 }, worker));
  const worst = Math.max(0, ...codes);
  if (worst > 0) throw new SilentExit(worst);
};

interface Deletion {
  readonly ident: string;
  /** The other parts of the path, by name. */
  readonly around: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly flags: Flags;
}

async function deleteOne(io: Io, magnum: Magnum, plan: CommandSpec, one: Deletion): Promise<number> {
  try {
    const bays = baysIn(magnum, plan.operation.vocabulary);
    const bay =
      plan.operation.cli?.wait && one.flags['wait'] !== undefined ? await bays.get(one.ident, { signal: io.signal }) : undefined;
    const after = bay ? await findLastEvent(bays, bay.uuid, io.signal) : 0;
    const path = pathOf(plan.operation, { ...one.around, [plan.positional.at(-1) ?? '']: one.ident });
    await magnum.raw({ method: 'DELETE', path, query: one.query }, { signal: io.signal });
    if (bay) await waitIfAsked(io, magnum, plan, { flags: one.flags, bay: bay.uuid, after });
    io.err(`${oneLine(one.ident)}: ${bay || !plan.operation.cli?.wait ? 'deleted' : 'will be deleted'}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof SilentExit)) io.err(`${oneLine(one.ident)}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

async function confirmDelete(io: Io, plan: CommandSpec, idents: readonly string[], flags: Flags): Promise<boolean> {
  if (flags['yes'] === true || !io.inIsTty || !io.errIsTty || io.env['CI']) return true;
  const noun = plan.operation.cli?.command.split(' ')[0] ?? '';
  const answer = await io.ask(`Delete ${noun} ${idents.map(oneLine).join(', ')}? [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

/** Waits when the command has --wait. Undefined without it, and for a deleted bay. */
async function waitIfAsked(
  io: Io,
  magnum: Magnum,
  plan: CommandSpec,
  what: { flags: Flags; bay: string; after: number },
): Promise<Item | undefined> {
  const wait = what.flags['wait'];
  if (wait === undefined) return undefined;
  const until = plan.operation.cli?.wait === 'delete' ? 'deleted' : 'settled';
  return waitFor(io, magnum, {
    bay: what.bay,
    wording: plan.operation.vocabulary,
    until,
    after: what.after,
    timeoutMs: typeof wait === 'number' ? wait * 1000 : undefined,
  });
}

/** Fetches the bay after an answer that has its id only, so that the user sees its name and status. */
async function fetchAccepted(magnum: Magnum, plan: CommandSpec, answer: Item): Promise<Item> {
  if (!plan.operation.cli?.wait || Object.keys(answer).length > 1) return answer;
  const bay: Promise<Item> = baysIn(magnum, plan.operation.vocabulary).get(String(answer['uuid']));
  return bay.catch(() => answer);
}

async function bodyOf(io: Io, plan: CommandSpec, given: Given): Promise<Record<string, unknown>> {
  const named = plan.positional.flatMap((name, index) => {
    const [value] = given.positional[index] ?? [];
    return value !== undefined && plan.fields.some((field) => field.name === name) ? [[name, value] as const] : [];
  });
  return valuesOf(io, plan.fields, given.flags, Object.fromEntries(named));
}

async function queryOf(io: Io, plan: CommandSpec, given: Given): Promise<Record<string, string | number | boolean>> {
  const values = await valuesOf(
    io,
    plan.query.filter(({ name }) => !plan.positional.includes(name)),
    given.flags,
    {},
  );
  return values as Record<string, string | number | boolean>; // query parameters are scalars, and the option parsers return nothing else
}

function pathValues(plan: CommandSpec, given: Given): Record<string, string> {
  return Object.fromEntries(
    plan.operation.pathParams.map(({ name }) => [name, checkIdent(given.positional[plan.positional.indexOf(name)]?.[0] ?? '')]),
  );
}

/** Refuses a name that is empty or dots: the path would lead to the collection or its parent. */
function checkIdent(ident: string): string {
  if (ident.trim() === '' || ident === '.' || ident === '..')
    throw new UsageError(`${JSON.stringify(ident)} is not a valid name`);
  return ident;
}

/** One word is a complete command line; several words are quoted and joined. */
function joinCommand(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : words.map(quoteForShell).join(' ');
}

function itemOf(value: unknown): Item {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
