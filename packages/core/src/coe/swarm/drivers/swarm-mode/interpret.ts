import { isJsonObject, type JsonValue } from '../../../../domain/json.js';
import type { Node, NodeObservation, NodeStatus } from '../../../../domain/node.js';
import type { Observation, StackSighting } from '../../../../domain/observation.js';
import type { DesiredBay } from '../../../../ports/bay-driver.js';
import type { StackResource, StackSnapshot } from '../../../../ports/orchestrator.js';
import { API_PORT } from './settings.js';

const GENERATION_TAG = 'magnum-generation:';
const STRIDE_TAG = 'magnum-stride:';
const MOST_FAILURES = 3;

export function stackTags(desired: DesiredBay): readonly string[] {
  return [
    'magnum',
    `magnum-bay:${desired.bay.id}`,
    `${GENERATION_TAG}${desired.bay.generation}`,
    ...(desired.stride ? [`${STRIDE_TAG}${desired.stride}`] : []),
  ];
}

/** What the stack says about the bay. A node that the stack does not hold is not in `nodes`: not made yet, or let go. */
export function interpretStack(stack: StackSnapshot | undefined, desired: DesiredBay): Observation {
  const nothing = { apiAddress: null, discoveryUrl: null, coeVersion: null, containerVersion: null, failure: null };
  if (!stack) return { ...nothing, stack: { kind: 'absent' }, nodes: new Map() };
  const address = textOf(stack.outputs['api_address']);
  return {
    ...nothing,
    stack: sightingOf(stack),
    apiAddress: address && `tcp://${address}:${API_PORT}`,
    nodes: new Map(
      desired.nodes.flatMap((node) => {
        const seen = observeNode(stack, node);
        return seen ? [[node.id, seen]] : [];
      }),
    ),
    ...(stack.state === 'FAILED' ? { failure: failureOf(stack), failureMayPass: mayPass(stack) } : {}),
  };
}

function sightingOf(stack: StackSnapshot): StackSighting {
  return {
    kind: 'present',
    id: stack.id,
    action: stack.action,
    state: stack.state,
    toldGeneration: numberAfter(stack, GENERATION_TAG),
    toldStride: numberAfter(stack, STRIDE_TAG),
  };
}

function numberAfter(stack: StackSnapshot, prefix: string): number {
  const told = Number(stack.tags.find((text) => text.startsWith(prefix))?.slice(prefix.length));
  return Number.isSafeInteger(told) ? told : 0;
}

function observeNode(stack: StackSnapshot, node: Node): NodeObservation | undefined {
  const own = stack.resources.find((resource) => resource.path.length === 1 && resource.path[0] === node.name);
  if (!own || (own.action === 'DELETE' && own.state === 'COMPLETE')) return undefined;
  const server = stack.resources.find(
    (resource) => resource.path.length === 2 && resource.path[0] === node.name && resource.path[1] === 'server',
  );
  const addresses = isJsonObject(stack.outputs['node_addresses']) ? stack.outputs['node_addresses'][node.name] : undefined;
  const known = isJsonObject(addresses) ? addresses : {};
  return {
    status: statusOf(own),
    reason: own.state === 'FAILED' ? leafReason(stack, own) : null,
    serverId: server?.physicalId ?? null,
    privateAddress: textOf(known['private']),
    publicAddress: textOf(known['public']),
  };
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

function leafReason(stack: StackSnapshot, own: StackResource): string {
  const [leaf = own] = failedLeaves(stack.resources.filter((resource) => resource.path[0] === own.path[0]));
  return describe(leaf);
}

function failureOf(stack: StackSnapshot): string {
  // One failure makes the orchestrator abort what else is under way: that says nothing, and comes last.
  const failed = failedLeaves(stack.resources).toSorted((one, other) => Number(isAborted(one)) - Number(isAborted(other)));
  if (failed.length === 0) return stack.reason || `the stack ${stack.id} failed without a reason`;
  const more = failed.length > MOST_FAILURES ? ` (and ${failed.length - MOST_FAILURES} more)` : '';
  return `${failed.slice(0, MOST_FAILURES).map(describe).join('; ')}${more}`;
}

/** What was aborted because of the others is no failure of its own. */
function mayPass(stack: StackSnapshot): boolean {
  const failed = failedLeaves(stack.resources).filter((resource) => !isAborted(resource));
  return failed.length > 0 && failed.every((resource) => resource.mayPass);
}

function isAborted(resource: StackResource): boolean {
  return /\babort(ed)?\b/i.test(resource.reason);
}

/** A nested stack fails because something in it failed: only the innermost failures say why. */
function failedLeaves(resources: readonly StackResource[]): readonly StackResource[] {
  const failed = resources.filter((resource) => resource.state === 'FAILED');
  return failed.filter(
    (one) =>
      !failed.some((other) => other.path.length > one.path.length && one.path.every((name, index) => other.path[index] === name)),
  );
}

function describe(resource: StackResource): string {
  return `${resource.path.join('.')} (${resource.type}${resource.physicalId ? ` ${resource.physicalId}` : ''}): ${resource.reason || 'no reason given'}`;
}
