import { ConflictError } from '@magnum-ts/sdk';
import { AmbiguousName, UsageError } from './errors.js';
import { itemOf, type Invocation } from './invocation.js';
import { openSession } from './session.js';
import { oneLine } from './text.js';

const MINUTE_MS = 60_000;

/** The same error with the uuids, statuses and ages of the resources that have the name; another error unchanged. */
export async function explainAmbiguity(error: unknown, invocation: Invocation, ident: string | undefined): Promise<unknown> {
  if (!(error instanceof ConflictError) || error.code !== 'not-unique' || ident === undefined) return error;
  const { io, spec, flags } = invocation;
  const [, path = '', rows = ''] = /^(\/v1\/(\w+))\/\{/.exec(spec.operation.path) ?? [];
  try {
    const magnum = await openSession(io, flags);
    // Not every list can be filtered by name.
    const items = (
      await magnum.rawList({ method: 'GET', path: `${path}/detail` }, rows, { signal: io.signal }).toArray({ max: 5_000 })
    ).map(itemOf);
    const found = items.filter(({ name }) => name === ident);
    if (found.length < 2) return error;
    const lines = found.map(
      (item) => `  ${String(item['uuid'])}  ${String(item['status'] ?? '-')}  ${ageOf(item['created_at'])}`,
    );
    return new AmbiguousName(`${found.length} have the name ${oneLine(ident)}; give one of these uuids:`, lines.map(oneLine));
  } catch (failed) {
    return failed instanceof UsageError ? failed : error;
  }
}

function ageOf(created: unknown): string {
  const minutes = Math.floor((Date.now() - Date.parse(String(created))) / MINUTE_MS);
  if (Number.isNaN(minutes)) return 'of unknown age';
  if (minutes < 120) return `${minutes} min old`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h old` : `${Math.floor(minutes / 1_440)} days old`;
}
