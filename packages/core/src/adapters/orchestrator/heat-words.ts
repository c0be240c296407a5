import type { components } from '@magnum-ts/openapi/openstack/orchestration';
import type { StackName } from '../../domain/ids.js';
import type { JsonValue } from '../../domain/json.js';
import {
  STACK_ACTIONS,
  STACK_STATES,
  type StackAction,
  type StackResource,
  type StackSnapshot,
  type StackState,
} from '../../ports/orchestrator.js';

export type HeatStack = components['schemas']['Stack'];
export type HeatResource = components['schemas']['Resource'];
export type HeatLink = components['schemas']['Link'];

/** `CREATE_IN_PROGRESS` in two. What operators may do beside us (check, suspend, adopt …) counts as an update. */
export function statusOf(text: string): { readonly action: StackAction; readonly state: StackState } {
  const parts = /^([A-Z]+)_(IN_PROGRESS|COMPLETE|FAILED)$/.exec(text);
  return {
    action: STACK_ACTIONS.find((action) => action === parts?.[1]) ?? 'UPDATE',
    state: STACK_STATES.find((state) => state === parts?.[2]) ?? 'IN_PROGRESS',
  };
}

export function snapshotOf(stack: HeatStack, resources: readonly StackResource[]): StackSnapshot {
  const outputs = (stack.outputs ?? []).map(
    // Heat's outputs are JSON, as they came.
    (output): [string, JsonValue] => [output.output_key, (output.output_value ?? null) as JsonValue],
  );
  return {
    id: stack.id,
    // Asked for by the names of StackSpecs.
    name: stack.stack_name as StackName,
    ...statusOf(stack.stack_status),
    reason: stack.stack_status_reason ?? '',
    tags: stack.tags ?? [],
    outputs: Object.fromEntries(outputs),
    resources,
  };
}

/** Heat lists each resource with its stack; a nested stack is the physical id of the resource that holds it. */
export function resourcesOf(rows: readonly HeatResource[]): readonly StackResource[] {
  const holders = new Map(rows.flatMap((row) => (row.physical_resource_id ? [[row.physical_resource_id, row]] : [])));
  const pathOf = (row: HeatResource, depth: number): readonly string[] => {
    const holder = holders.get(stackIdIn(row.links) ?? '');
    return holder && holder !== row && depth < MOST_DEEP
      ? [...pathOf(holder, depth + 1), row.resource_name]
      : [row.resource_name];
  };
  return sortByDependency(rows).map((row) => ({
    path: pathOf(row, 0),
    type: row.resource_type,
    physicalId: row.physical_resource_id || null,
    ...resourceStatus(row.resource_status),
    reason: row.resource_status_reason ?? '',
    ...(NO_ANSWER.test(row.resource_status_reason ?? '') ? { mayPass: true } : {}),
  }));
}

/**
 * How Heat begins the reason of a resource that failed because Keystone, Nova or another neighbour could not be reached: names of
 * keystoneauth's, the clients' and the transport's exceptions, and the statuses of a gateway before a service that is away.
 */
const NO_ANSWER =
  /^(ConnectFailure|ConnectTimeout|ConnectionError|ConnectionFailed|ConnectionRefused|RetriableConnectionFailure|UnknownConnectionError|DiscoveryFailure|RequestTimeout|ReadTimeout|ServiceUnavailable|BadGateway|GatewayTimeout)\b|\(HTTP 50[234]\)/;

const MOST_DEEP = 8;

export function resourceStatus(text: string): Pick<StackResource, 'action' | 'state'> {
  return text.startsWith('INIT_') ? { ...statusOf(text), action: 'INIT' } : statusOf(text);
}

/** Last part of the link to the stack that something belongs to. */
export function stackIdIn(links: readonly HeatLink[]): string | undefined {
  return links
    .find((link) => link.rel === 'stack')
    ?.href.split('/')
    .at(-1);
}

/** What others require comes before them; within that, Heat's order. */
function sortByDependency(rows: readonly HeatResource[]): readonly HeatResource[] {
  const keyOf = (row: HeatResource, name: string): string => `${stackIdIn(row.links) ?? ''}/${name}`;
  const byKey = new Map(rows.map((row) => [keyOf(row, row.resource_name), row]));
  const needs = new Map<HeatResource, HeatResource[]>();
  for (const row of rows) {
    for (const name of row.required_by ?? []) {
      const later = byKey.get(keyOf(row, name));
      if (later) needs.set(later, [...(needs.get(later) ?? []), row]);
    }
  }
  const ordered = new Set<HeatResource>();
  const add = (row: HeatResource, above: ReadonlySet<HeatResource>): void => {
    if (ordered.has(row) || above.has(row)) return;
    for (const needed of needs.get(row) ?? []) add(needed, new Set([...above, row]));
    ordered.add(row);
  };
  for (const row of rows) add(row, new Set());
  return [...ordered];
}
