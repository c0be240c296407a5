/**
 * `--dry-run` of commands that change or delete.
 *
 * The service rehearses creations alone. For the others the command looks at what there is, and shows the request and what it would change; it
 * sends nothing but questions. Refusals that only the service knows, such as a quota, are therefore not seen.
 */
import type { Magnum } from '@magnum-ts/sdk';
import type { JsonPatch } from '@magnum-ts/sdk';
import { pathOf } from './arguments.js';
import { itemOf, pathValues, type Invocation } from './invocation.js';
import { printList, type Item } from './output.js';
import { outputOf } from './output-options.js';
import { openSession } from './session.js';

/** Commands that can be rehearsed here: those of updates, resizes, upgrades and deletions. */
export function isRehearsable({ operation }: Invocation['spec']): boolean {
  return operation.bodyKind === 'json-patch' || operation.method === 'DELETE' || operation.path.includes('/actions/');
}

/** The columns of either rehearsal. */
export const REHEARSAL_COLUMNS = ['resource', 'field', 'now', 'then', 'uuid', 'status', 'would_be'];

interface Change {
  readonly field: string;
  readonly value: unknown;
}

/** Prints one row for each field that the body would change, with its value now. Throws where the resource is not there. */
export async function rehearseChange(invocation: Invocation, body: JsonPatch | Readonly<Record<string, unknown>>): Promise<void> {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  const path = pathOf(spec.operation, pathValues(invocation)).replace(/\/actions\/.*$/, '');
  const now = await look(magnum, invocation, path);
  const changes: readonly Change[] = Array.isArray(body)
    ? body.map((change: JsonPatch[number]) => ({ field: change.path.slice(1), value: 'value' in change ? change.value : null }))
    : Object.entries(body).map(([field, value]) => ({ field, value }));
  // The template of an upgrade is named, and must be there.
  for (const { field, value } of changes)
    if (field === 'cluster_template') await look(magnum, invocation, `/v1/clustertemplates/${encodeURIComponent(String(value))}`);
  io.err(`Would send ${spec.operation.method} ${pathOf(spec.operation, pathValues(invocation))} ${JSON.stringify(body)}\n`);
  const rows = changes.map(({ field, value }) => ({
    resource: now['name'] ?? now['uuid'],
    field,
    now: valueAt(now, field),
    then: value,
  }));
  await printList(io, rows, { ...outputOf(flags), usual: ['resource', 'field', 'now', 'then'] });
}

/** Prints one row for each resource that would be deleted. Throws where one is not there. */
export async function rehearseDeletion(invocation: Invocation, idents: readonly string[]): Promise<void> {
  const { io, spec, flags } = invocation;
  const magnum = await openSession(io, flags);
  const last = spec.positional.at(-1) ?? '';
  const rows: Item[] = [];
  for (const ident of idents) {
    const path = pathOf(spec.operation, { ...pathValues(invocation), [last]: ident });
    const found = await look(magnum, invocation, path);
    rows.push({
      resource: found['name'] ?? ident,
      uuid: found['uuid'] ?? null,
      status: found['status'] ?? null,
      would_be: 'deleted',
    });
  }
  await printList(io, rows, { ...outputOf(flags), usual: ['resource', 'uuid', 'status', 'would_be'] });
}

async function look(magnum: Magnum, { io }: Invocation, path: string): Promise<Item> {
  return itemOf(await magnum.raw({ method: 'GET', path }, { signal: io.signal }));
}

const OTHER_NAMES: Readonly<Record<string, string>> = { cluster_template: 'cluster_template_id' };

/** `labels/a` is a key of a map. */
function valueAt(item: Item, field: string): unknown {
  const [name = '', ...keys] = field.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return keys.reduce<unknown>((inner, key) => itemOf(inner)[key], item[OTHER_NAMES[name] ?? name]) ?? null;
}
