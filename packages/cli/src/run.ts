import { writeFile } from 'node:fs/promises';
import { checkPathPart, MagnumError, type Magnum } from '@magnum-ts/sdk';
import { pathOf, valuesOf, type Flags } from './arguments.js';
import { changesOf } from './changes.js';
import type { CommandSpec } from './command-spec.js';
import { exitCodeOf, EXIT, messageOf, SilentExit, UsageError } from './errors.js';
import type { Io } from './io.js';
import { printItem, printLine, printList, printText, type Format, type Item, type OutputOptions } from './output.js';
import { baysIn, findLastEvent, waitFor } from './progress.js';
import { openSession } from './session.js';
import { oneLine, quoteForShell } from './text.js';

/** A parsed command line: the command, the values of each of its positional arguments, and the options by name. */
export interface Invocation {
  readonly io: Io;
  readonly spec: CommandSpec;
  readonly positional: readonly (readonly string[])[];
  readonly flags: Flags;
}
export type Run = (invocation: Invocation) => Promise<void>;

function outputOf(flags: Flags): OutputOptions {
  // Commander has checked the format and collected the columns.
  return { format: flags['format'] as Format, columns: flags['column'] as readonly string[], header: flags['header'] !== false };
}

export const runList: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  const operation = flags['detail'] === true && spec.detail ? spec.detail : spec.operation;
  const query = await queryOf(invocation);
  if (flags['follow'] === true) return followEvents(magnum, invocation);
  const max = typeof query['limit'] === 'number' ? query['limit'] : Infinity;
  const call = { method: 'GET', path: pathOf(operation, pathValues(invocation)), query };
  const items = await magnum.rawList(call, operation.cli?.rows ?? '', { signal: io.signal }).toArray({ max });
  await printList(io, items.map(itemOf), { ...outputOf(flags), usual: operation.cli?.columns ?? [] });
};

/** Prints one line for each event until the bay is gone or Ctrl-C is pressed. */
async function followEvents(magnum: Magnum, invocation: Invocation): Promise<void> {
  const { io, spec, flags } = invocation;
  const { after } = await queryOf(invocation);
  const path = pathOf(spec.operation, pathValues(invocation));
  try {
    for await (const event of magnum.rawFollow(path, { signal: io.signal, ...(typeof after === 'number' ? { after } : {}) }))
      printLine(io, itemOf(event), { ...outputOf(flags), usual: spec.operation.cli?.columns ?? [] });
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new SilentExit(EXIT.interrupted);
  }
}

export const runItem: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  const item = await magnum.raw(
    {
      method: spec.operation.method,
      path: pathOf(spec.operation, pathValues(invocation)),
      query: await queryOf(invocation),
    },
    { signal: io.signal },
  );
  await printItem(io, itemOf(item), outputOf(flags));
};

/** Runs a command whose result is one text: logs, certificates. */
export const runText: Run = async (invocation) => {
  const { io, spec, positional, flags } = invocation;
  const magnum = await openSession(io, flags);
  const query = await queryOf(invocation);
  const command = positional[spec.positional.indexOf('command')];
  const result = itemOf(
    await magnum.raw(
      {
        method: spec.operation.method,
        path: pathOf(spec.operation, pathValues(invocation)),
        query: { ...query, ...(command && { command: joinCommand(command) }) },
        ...(spec.operation.hasBody && { body: await bodyOf(invocation) }),
      },
      { signal: io.signal },
    ),
  );
  const text = String(result[spec.operation.cli?.text ?? ''] ?? '');
  const file = flags['output'];
  if (typeof file === 'string') return writeFile(file, text, { mode: 0o600 });
  if (flags['format'] !== 'table') return printItem(io, result, outputOf(flags));
  printText(io, text);
};

export const runAction: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  await magnum.raw(
    { method: spec.operation.method, path: pathOf(spec.operation, pathValues(invocation)) },
    { signal: io.signal },
  );
};

export const runCreate: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  const body = await bodyOf(invocation);
  const { method } = spec.operation;
  const path = pathOf(spec.operation, pathValues(invocation));
  const magnum = await openSession(io, flags);
  const after = await findEventBefore(magnum, invocation);
  const query = await queryOf(invocation);
  const created = itemOf(await magnum.raw({ method, path, query, body }, { signal: io.signal }));
  if (query['dry_run'] === true) return printItem(io, created, outputOf(flags));
  const waited = await waitIfAsked(magnum, invocation, { bay: String(created['uuid']), after });
  await printItem(io, waited ?? (await fetchAccepted(magnum, spec, created)), outputOf(flags));
};

/** The id of the last event before the change, after which a wait prints events: 0 for a new bay. */
async function findEventBefore(magnum: Magnum, { io, spec, positional, flags }: Invocation): Promise<number> {
  const [ident] = spec.operation.pathParams.length > 0 ? (positional[0] ?? []) : [];
  if (flags['wait'] === undefined || ident === undefined) return 0;
  return findLastEvent(baysIn(magnum, spec.operation.vocabulary), ident, io.signal);
}

export const runUpdate: Run = async (invocation) => {
  const { io, spec, positional, flags } = invocation;
  const words = positional[spec.positional.length] ?? [];
  const fromFlags = await valuesOf(
    io,
    spec.fields.map((field) => ({ ...field, required: false })),
    { flags },
  );
  const body = changesOf(spec.fields, fromFlags, words);
  if (body.length === 0) throw new UsageError('Nothing to change: give an option, or replace name=value');
  const magnum = await openSession(io, flags);
  const after = await findEventBefore(magnum, invocation);
  const path = pathOf(spec.operation, pathValues(invocation));
  const answer = itemOf(
    await magnum.raw({ method: 'PATCH', path, query: await queryOf(invocation), body }, { signal: io.signal }),
  );
  const waited = await waitIfAsked(magnum, invocation, { bay: String(answer['uuid']), after });
  await printItem(io, waited ?? (await fetchAccepted(magnum, spec, answer)), outputOf(flags));
};

const PARALLEL = 5;

export const runDelete: Run = async (invocation) => {
  const { io, spec, positional, flags } = invocation;
  // The last argument is the list; those before it are parts of the path: `nodegroup delete CLUSTER NODEGROUP…`.
  const last = spec.positional.length - 1;
  const idents = [...new Set(positional[last] ?? [])];
  for (const ident of idents) checkIdent(spec.positional[last] ?? '', ident);
  const around = pathValues(invocation);
  const query = await queryOf(invocation);
  if (!(await confirmDelete(invocation, idents))) throw new SilentExit(EXIT.failed);
  const magnum = await openSession(io, flags);
  const codes: number[] = [];
  const queue = [...idents];
  const worker = async (): Promise<void> => {
    for (let ident = queue.shift(); ident !== undefined && !io.signal.aborted; ident = queue.shift()) {
      codes.push(await deleteOne(magnum, invocation, { ident, around, query }));
    }
  };
  // The progress of several bays at once would mix their lines.
  await Promise.all(Array.from({ length: flags['wait'] === undefined ? PARALLEL : 1 }, worker));
  const worst = Math.max(0, ...codes);
  if (worst > 0) throw new SilentExit(worst);
};

interface Deletion {
  readonly ident: string;
  /** The other parts of the path, by name. */
  readonly around: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
}

/** Deletes one resource and prints the result; returns the exit code, since a failure does not stop the other deletions. */
async function deleteOne(magnum: Magnum, invocation: Invocation, one: Deletion): Promise<number> {
  const { io, spec, flags } = invocation;
  try {
    const bays = baysIn(magnum, spec.operation.vocabulary);
    const bay =
      spec.operation.cli?.wait && flags['wait'] !== undefined ? await bays.get(one.ident, { signal: io.signal }) : undefined;
    const after = bay ? await findLastEvent(bays, bay.uuid, io.signal) : 0;
    const path = pathOf(spec.operation, { ...one.around, [spec.positional.at(-1) ?? '']: one.ident });
    await magnum.raw({ method: 'DELETE', path, query: one.query }, { signal: io.signal });
    if (bay) await waitIfAsked(magnum, invocation, { bay: bay.uuid, after });
    io.err(`${oneLine(one.ident)}: ${bay || !spec.operation.cli?.wait ? 'deleted' : 'will be deleted'}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof SilentExit)) io.err(`${oneLine(one.ident)}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

async function confirmDelete({ io, spec, flags }: Invocation, idents: readonly string[]): Promise<boolean> {
  if (flags['yes'] === true || !io.inIsTty || !io.errIsTty || io.env['CI']) return true;
  const noun = spec.operation.cli?.command.split(' ')[0] ?? '';
  const answer = await io.ask(`Delete ${noun} ${idents.map(oneLine).join(', ')}? [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

/** Waits when the command has --wait. Undefined without it, and for a deleted bay. */
async function waitIfAsked(
  magnum: Magnum,
  { io, spec, flags }: Invocation,
  { bay, after }: { readonly bay: string; readonly after: number },
): Promise<Item | undefined> {
  const wait = flags['wait'];
  if (wait === undefined) return undefined;
  const until = spec.operation.cli?.wait === 'delete' ? 'deleted' : 'settled';
  return waitFor(io, magnum, {
    bay,
    wording: spec.operation.vocabulary,
    until,
    after,
    timeoutMs: typeof wait === 'number' ? wait * 1000 : undefined,
  });
}

/** Fetches the bay after an answer that has its id only, so that the user sees its name and status. */
async function fetchAccepted(magnum: Magnum, spec: CommandSpec, answer: Item): Promise<Item> {
  if (!spec.operation.cli?.wait || Object.keys(answer).length > 1) return answer;
  const bay: Promise<Item> = baysIn(magnum, spec.operation.vocabulary).get(String(answer['uuid']));
  return bay.catch(() => answer);
}

async function bodyOf({ io, spec, positional, flags }: Invocation): Promise<Record<string, unknown>> {
  const named = spec.positional.flatMap((name, index) => {
    const [value] = positional[index] ?? [];
    return value !== undefined && spec.fields.some((field) => field.name === name) ? [[name, value] as const] : [];
  });
  return valuesOf(io, spec.fields, { flags, values: Object.fromEntries(named) });
}

async function queryOf({ io, spec, flags }: Invocation): Promise<Record<string, string | number | boolean>> {
  const values = await valuesOf(
    io,
    spec.query.filter(({ name }) => !spec.positional.includes(name)),
    { flags },
  );
  return values as Record<string, string | number | boolean>; // query parameters are scalars, and the option parsers return nothing else
}

function pathValues({ spec, positional }: Invocation): Record<string, string> {
  return Object.fromEntries(
    spec.operation.pathParams.map(({ name }) => [name, checkIdent(name, positional[spec.positional.indexOf(name)]?.[0] ?? '')]),
  );
}

/** Refuses a name that would address another resource, before the login: the SDK's rule, as a mistake in the command line. */
function checkIdent(parameter: string, ident: string): string {
  try {
    return checkPathPart(parameter, ident);
  } catch (error) {
    throw error instanceof MagnumError ? new UsageError(error.message) : error;
  }
}

/** One word is a complete command line; several words are quoted and joined. */
function joinCommand(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : words.map(quoteForShell).join(' ');
}

function itemOf(value: unknown): Item {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
