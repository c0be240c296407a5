/**
 * The question before a command that deletes or rotates.
 *
 * A wrong name in such a command cannot be taken back. So it asks, and the question has everything that will change. A script has no terminal
 * to ask on; it says `--yes`, since a command that deletes unasked there would be the more dangerous one.
 */
import type { Operation } from '@magnum-ts/openapi';
import { EXIT, SilentExit, UsageError } from './errors.js';
import { checkIdent, queryOf, type Invocation } from './invocation.js';
import { oneLine } from './text.js';

export function needsConsent({ method, cli }: Operation): boolean {
  return method === 'DELETE' || cli?.command.endsWith(' rotate') === true;
}

/** Returns after a yes. Throws UsageError without a terminal to ask on, and SilentExit after any other answer. */
export async function confirmChange(invocation: Invocation): Promise<void> {
  const { io, flags } = invocation;
  const what = await describeChange(invocation);
  if (flags['yes'] === true) return;
  if (!io.inIsTty || !io.errIsTty || io.env['CI'])
    throw new UsageError(`${what} needs --yes, since there is no terminal to ask on. Nothing was changed`);
  const answer = await io.ask(`${what}? [y/N] `);
  if (io.signal.aborted) throw new SilentExit(EXIT.interrupted);
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  io.err('Nothing was changed.\n');
  throw new SilentExit(EXIT.failed);
}

/** `Delete nodegroup large, small of cluster hive` */
async function describeChange(invocation: Invocation): Promise<string> {
  const { spec, positional } = invocation;
  const [noun = '', verb = ''] = spec.operation.cli?.command.split(' ') ?? [];
  const last = spec.positional.length - 1;
  const idents = [...new Set(positional[last] ?? [])].map((ident) => checkIdent(spec.positional[last] ?? '', ident));
  const query = await queryOf(invocation);
  const labelled = (name: string, value: string): string => `${labelOf(spec.operation, name)} ${oneLine(value)}`;
  const around = spec.positional
    .slice(0, -1)
    .map((name, index) => labelled(name, checkIdent(name, positional[index]?.[0] ?? '')));
  const within = Object.entries(query).map(([name, value]) => labelled(name, String(value)));
  const names = idents.map(oneLine).join(', ');
  if (verb === 'rotate') return `Rotate ${noun} of ${labelled(spec.positional.at(-1) ?? '', names)}`;
  return [`Delete ${noun} ${names}`, ...around, ...within].join(' of ');
}

/** What help calls a part of the path: `bay` for `bay_ident`. */
function labelOf({ pathParams, queryParams }: Operation, name: string): string {
  const parameter = [...pathParams, ...queryParams].find((known) => known.name === name);
  return parameter?.cli?.label ?? name.replace(/_(ident|id)$/, '').replaceAll('_', ' ');
}
