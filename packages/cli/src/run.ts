import { writeFile } from 'node:fs/promises';
import type { Magnum } from '@magnum-ts/sdk';
import { pathOf, valuesOf } from './arguments.js';
import { bodyOf, checkIdent, itemOf, pathValues, queryOf, type Invocation } from './invocation.js';
import { changesOf } from './changes.js';
import { operationWithColumns } from './columns.js';
import type { CommandSpec } from './command-spec.js';
import { EXIT, SilentExit, UsageError } from './errors.js';
import { exitCodeOf } from './exit-codes.js';
import { printError } from './report.js';
import { sortItems } from './sort.js';
import { printItem, printLine, printList, printText, type Item } from './output.js';
import { explainAmbiguity } from './ambiguity.js';
import { fieldsFromFile } from './from-file.js';
import { isRehearsable, rehearseChange, rehearseDeletion } from './rehearsal.js';
import { outputOf } from './output-options.js';
import { baysIn, findLastEvent, waitFor } from './progress.js';
import { openSession } from './session.js';
import { oneLine, quoteForShell } from './text.js';

export type Run = (invocation: Invocation) => Promise<void>;

export const runList: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  if (flags['follow'] === true && flags['sortColumn'] !== undefined)
    throw new UsageError('--sort-column cannot be used with --follow, which prints events as they happen');
  const magnum = await openSession(io, flags);
  const operation = operationWithColumns(spec, flags);
  const query = await queryOf(invocation);
  if (flags['follow'] === true) return followEvents(magnum, invocation);
  const max = typeof query['limit'] === 'number' ? query['limit'] : Infinity;
  const call = { method: 'GET', path: pathOf(operation, pathValues(invocation)), query };
  const items = await magnum.rawList(call, operation.cli?.rows ?? '', { signal: io.signal }).toArray({ max });
  await printList(io, sortItems(items.map(itemOf), flags), { ...outputOf(flags), usual: operation.cli?.columns ?? [] });
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
  const output = outputOf(flags);
  if (output.format !== 'table' || output.query !== undefined) return printItem(io, result, output);
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
  if (flags['dryRun'] === true && isRehearsable(spec)) return rehearseChange(invocation, body);
  const magnum = await openSession(io, flags);
  const after = await findEventBefore(magnum, invocation);
  const query = await queryOf(invocation);
  const created = itemOf(await magnum.raw({ method, path, query, body }, { signal: io.signal }));
  if (query['dry_run'] === true) return printItem(io, created, outputOf(flags));
  await printItem(io, await finishChange(magnum, invocation, { answer: created, after }), outputOf(flags));
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
  const fromFile = await fieldsFromFile(io, spec.fields, flags);
  const body = [...changesOf(spec.fields, { ...fromFile, ...fromFlags }, words), ...(invocation.changes ?? [])];
  if (body.length === 0) throw new UsageError('Nothing to change: give an option, or replace name=value');
  if (flags['dryRun'] === true) return rehearseChange(invocation, body);
  const magnum = await openSession(io, flags);
  const after = await findEventBefore(magnum, invocation);
  const path = pathOf(spec.operation, pathValues(invocation));
  const answer = itemOf(
    await magnum.raw({ method: 'PATCH', path, query: await queryOf(invocation), body }, { signal: io.signal }),
  );
  await printItem(io, await finishChange(magnum, invocation, { answer, after }), outputOf(flags));
};

/** Gives a bay another certificate authority, or other credentials. */
export const runRotate: Run = async (invocation) => {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  const after = await findEventBefore(magnum, invocation);
  const path = pathOf(spec.operation, pathValues(invocation));
  const answer = itemOf(await magnum.raw({ method: 'PATCH', path, query: await queryOf(invocation) }, { signal: io.signal }));
  await printItem(io, await finishChange(magnum, invocation, { answer, after }), outputOf(flags));
};

const PARALLEL = 5;

export const runDelete: Run = async (invocation) => {
  const { io, spec, positional, flags } = invocation;
  // The last argument is the list; those before it are parts of the path: `nodegroup delete CLUSTER NODEGROUP…`.
  const last = spec.positional.length - 1;
  const idents = [...new Set(positional[last] ?? [])];
  for (const ident of idents) checkIdent(spec.positional[last] ?? '', ident);
  if (flags['dryRun'] === true) return rehearseDeletion(invocation, idents);
  const around = pathValues(invocation);
  const query = await queryOf(invocation);
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
    const owner = isOfNodeGroups(spec) ? (one.around['cluster_ident'] ?? '') : one.ident;
    const isWaiting = spec.operation.cli?.wait && flags['wait'] !== undefined;
    const bay = isWaiting ? await bays.get(owner, { signal: io.signal }) : undefined;
    const after = bay ? await findLastEvent(bays, bay.uuid, io.signal) : 0;
    const path = pathOf(spec.operation, { ...one.around, [spec.positional.at(-1) ?? '']: one.ident });
    await magnum.raw({ method: 'DELETE', path, query: one.query }, { signal: io.signal });
    if (bay) await waitIfAsked(magnum, invocation, { bay: bay.uuid, after });
    io.err(`${oneLine(one.ident)}: ${bay || !spec.operation.cli?.wait ? 'deleted' : 'will be deleted'}\n`);
    return EXIT.ok;
  } catch (error) {
    const explained = await explainAmbiguity(error, invocation, one.ident);
    printError(io, explained, one.ident);
    return exitCodeOf(explained);
  }
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
    isVerbose: flags['verbose'] === true,
    timeoutMs: typeof wait === 'number' ? wait * 1000 : undefined,
  });
}

interface Change {
  readonly answer: Item;
  /** Id of the last event before the change. */
  readonly after: number;
}

/** Waits if asked, and returns what the command prints: the bay, or its node group, as it is then. */
async function finishChange(magnum: Magnum, invocation: Invocation, { answer, after }: Change): Promise<Item> {
  const { io, spec, positional } = invocation;
  const [cluster = ''] = positional[0] ?? [];
  const isGroup = isOfNodeGroups(spec);
  const waited = await waitIfAsked(magnum, invocation, { bay: isGroup ? cluster : String(answer['uuid']), after });
  if (waited === undefined) return fetchAccepted(magnum, spec, answer);
  if (!isGroup) return waited;
  const call = {
    method: 'GET',
    path: `/v1/clusters/${[cluster, 'nodegroups', String(answer['uuid'])].map(encodeURIComponent).join('/')}`,
  };
  return itemOf(await magnum.raw(call, { signal: io.signal }));
}

/** Node groups have no progress of their own: their cluster shows it. */
function isOfNodeGroups(spec: CommandSpec): boolean {
  return spec.operation.path.includes('/nodegroups');
}

/** Fetches the bay after an answer that has its id only, so that the user sees its name and status. */
async function fetchAccepted(magnum: Magnum, spec: CommandSpec, answer: Item): Promise<Item> {
  if (!spec.operation.cli?.wait || Object.keys(answer).length > 1) return answer;
  const bay: Promise<Item> = baysIn(magnum, spec.operation.vocabulary).get(String(answer['uuid']));
  return bay.catch(() => answer);
}

/** One word is a complete command line; several words are quoted and joined. */
function joinCommand(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : words.map(quoteForShell).join(' ');
}
