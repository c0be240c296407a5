import { isIPv6 } from 'node:net';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import type { Node, NodeObservation, NodeStatus } from '../../../domain/node.js';
import type { Observation, StackSighting } from '../../../domain/observation.js';
import type { DesiredBay } from '../../../ports/bay-driver.js';
import type { StackResource, StackSnapshot } from '../../../ports/orchestrator.js';
import type { DriverShape } from '../driver-shape.js';
import { groupResourceName } from './group-stack.js';
import { resourceNamesOf } from './resource-names.js';
import { appliedIn } from './stack-tags.js';

const MOST_FAILURES = 3;

type Api = Pick<DriverShape, 'apiScheme' | 'apiPort'>;
type Shape = Api & Pick<DriverShape, 'resourceNames' | 'groupNodes' | 'showsAddressAlone'>;
/** A node stands in the root, in a shard, or in what holds the nodes of a group's stack. */
const DEEPEST_NODE = 3;

/** Reads the state of a bay from its stack. A node that the stack does not hold, not made yet or removed, is absent from `nodes`. */
export function interpretStack(shape: Shape, stack: StackSnapshot | undefined, desired: DesiredBay): Observation {
  const nothing = { apiAddress: null, discoveryUrl: null, coeVersion: null, containerVersion: null, failure: null };
  if (!stack) return { ...nothing, stack: { kind: 'absent' }, nodes: new Map(), groupStacks: new Map() };
  const address = textOf(stack.outputs['api_address']);
  const seenNodes = nodesIn(shape, stack);
  return {
    ...nothing,
    stack: sightingOf(stack),
    apiAddress: address !== null && !shape.showsAddressAlone ? endpointAt(shape, address) : address,
    nodes: new Map(
      desired.nodes.flatMap((node) => {
        const seen = seenNodes(node);
        return seen ? [[node.id, seen]] : [];
      }),
    ),
    groupStacks: groupStacksIn(shape, stack, desired),
    ...(stack.state === 'FAILED' ? { failure: failureOf(stack), failureMayPass: mayPass(stack) } : {}),
  };
}

/** URL of the engine's API at an address of IPv4 or IPv6. */
export function endpointAt({ apiScheme, apiPort }: Api, address: string): string {
  return `${apiScheme}://${isIPv6(address) ? `[${address}]` : address}:${apiPort}`;
}

function sightingOf(stack: StackSnapshot): StackSighting {
  return {
    kind: 'present',
    id: stack.id,
    action: stack.action,
    state: stack.state,
    ...appliedIn(stack),
  };
}

/** Finds a node in the bay's own stack or in a nested one. The resources are read once, however many nodes are looked up. */
function nodesIn(shape: Shape, stack: StackSnapshot): (node: Node) => NodeObservation | undefined {
  const holders = new Map<string, StackResource>();
  const servers = new Map<string, StackResource>();
  const serverNames = new Set([true, false].map((master) => resourceNamesOf(shape, master).server));
  for (const resource of stack.resources) {
    const [last = '', ...above] = resource.path.toReversed();
    if (resource.path.length <= DEEPEST_NODE && !holders.has(last)) holders.set(last, resource);
    if (serverNames.has(last) && above[0] !== undefined) servers.set(above[0], resource);
  }
  const addresses = addressesIn(stack);
  const leaves = firstLeaves(stack);
  return (node) => {
    const name = resourceNameOf(node);
    const own = holders.get(name);
    if (!own || (own.action === 'DELETE' && own.state === 'COMPLETE')) return undefined;
    const known = addresses.get(name);
    return {
      status: statusOf(own),
      reason: own.state === 'FAILED' ? describe(leaves.get(own.path.join('/')) ?? own) : null,
      serverId: servers.get(name)?.physicalId ?? null,
      privateAddress: textOf(known?.['private']),
      publicAddress: textOf(known?.['public']),
    };
  };
}

/** Ids of the nested stacks of groups, where the driver makes one for each. */
function groupStacksIn(
  { groupNodes }: Shape,
  { resources }: StackSnapshot,
  { nodeGroups }: DesiredBay,
): Observation['groupStacks'] {
  if (groupNodes === undefined) return new Map();
  const ids = new Map(resources.filter(({ path }) => path.length === 1).map(({ path, physicalId }) => [path[0], physicalId]));
  return new Map(
    nodeGroups.flatMap((group) => {
      const id = ids.get(groupResourceName(group));
      return id ? [[group.id, id]] : [];
    }),
  );
}

function addressesIn({ outputs }: StackSnapshot): ReadonlyMap<string, JsonObject> {
  const shards = outputs['shard_addresses'];
  const maps: readonly JsonValue[] = [outputs['node_addresses'] ?? null, ...(Array.isArray(shards) ? shards : [])];
  return new Map(
    maps
      .filter(isJsonObject)
      .flatMap((map) => Object.entries(map))
      .flatMap(([name, known]) => (isJsonObject(known) ? [[name, known]] : [])),
  );
}

function statusOf(resource: StackResource): NodeStatus {
  const action = resource.action === 'INIT' ? 'CREATE' : resource.action === 'ROLLBACK' ? 'UPDATE' : resource.action;
  if (action === 'DELETE') return resource.state === 'FAILED' ? 'DELETE_FAILED' : 'DELETE_IN_PROGRESS';
  if (resource.action === 'INIT') return 'CREATE_IN_PROGRESS';
  return `${action}_${resource.state}`;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The first innermost failure in each resource, by the resource's path. */
function firstLeaves(stack: StackSnapshot): ReadonlyMap<string, StackResource> {
  const first = new Map<string, StackResource>();
  for (const leaf of failedLeaves(stack.resources))
    for (const holder of [...holdersOf(leaf.path), leaf.path.join('/')]) if (!first.has(holder)) first.set(holder, leaf);
  return first;
}

/** Paths of the nested stacks around a resource. */
function holdersOf(path: readonly string[]): readonly string[] {
  return path.slice(1).map((_, index) => path.slice(0, index + 1).join('/'));
}

function failureOf(stack: StackSnapshot): string {
  // After one failure the orchestrator aborts the rest. An aborted resource explains nothing, so it comes last.
  const failed = failedLeaves(stack.resources).toSorted((one, other) => Number(isAborted(one)) - Number(isAborted(other)));
  if (failed.length === 0) return stack.reason || `the stack ${stack.id} failed without a reason`;
  const more = failed.length > MOST_FAILURES ? ` (and ${failed.length - MOST_FAILURES} more)` : '';
  return `${failed.slice(0, MOST_FAILURES).map(describe).join('; ')}${more}`;
}

/** Whether a retry may succeed. Aborted resources did not fail by themselves, so they do not count. */
function mayPass(stack: StackSnapshot): boolean {
  const failed = failedLeaves(stack.resources).filter((resource) => !isAborted(resource));
  return failed.length > 0 && failed.every((resource) => resource.mayPass);
}

function isAborted(resource: StackResource): boolean {
  return /\babort(ed)?\b/i.test(resource.reason);
}

/** The innermost failures. A nested stack fails because a resource in it failed, and only that resource names the cause. */
function failedLeaves(resources: readonly StackResource[]): readonly StackResource[] {
  const failed = resources.filter((resource) => resource.state === 'FAILED');
  const holders = new Set(failed.flatMap(({ path }) => holdersOf(path)));
  return failed.filter(({ path }) => !holders.has(path.join('/')));
}

function describe(resource: StackResource): string {
  return `${resource.path.join('.')} (${resource.type}${resource.physicalId ? ` ${resource.physicalId}` : ''}): ${resource.reason || 'no reason given'}`;
}
