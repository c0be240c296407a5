import { isDeepStrictEqual } from 'node:util';
import { UNSEEN_BAY, type BayObserved } from './bay.js';
import { isInProgress, STATUS_OF } from './bay-status.js';
import type { DecisionState } from './decide.js';
import type { NodeGroupId, NodeId } from './ids.js';
import type { Node, NodeObservation } from './node.js';
import type { Observation } from './observation.js';
import type { Step } from './plan.js';

/*
 * What a pass leaves behind: the columns that the conductor writes, the rows of nodes and groups that change, and the time of the
 * next pass. Pure, so that an observation in batches can ask whether a pass would write anything before it begins one, and both
 * get the same answer.
 */

/** A pass that has observed and decided. `seen` is undefined when it failed before it observed. */
export interface DecidedPass {
  readonly state: DecisionState;
  readonly snapshot: { readonly id: string; readonly newestEvent?: number } | undefined;
  readonly seen: Observation | undefined;
  readonly step: Step;
}

/** The observed columns of the bay after the pass. */
export function nextObserved(pass: DecidedPass): BayObserved {
  const { state, seen, snapshot } = pass;
  const before = state.bay.observed;
  return {
    ...before,
    ...nextStatus(pass),
    stackId: snapshot?.id ?? before.stackId,
    apiAddress: seen?.apiAddress ?? (seen?.stack.kind === 'absent' ? UNSEEN_BAY.apiAddress : before.apiAddress),
    discoveryUrl: seen?.discoveryUrl ?? before.discoveryUrl,
    coeVersion: seen?.coeVersion ?? before.coeVersion,
    containerVersion: seen?.containerVersion ?? before.containerVersion,
    ...(seen ? addressesOf(state.nodes, seen) : {}),
    acceptedGeneration: nextAcceptedGeneration(pass),
  };
}

function nextStatus({ step, state }: DecidedPass): Pick<BayObserved, 'status' | 'statusReason'> {
  if (step.do === 'finish' || step.do === 'fail') return { status: step.status, statusReason: step.reason };
  if (step.do === 'wait') return { status: step.status, statusReason: step.reason ?? null };
  return { status: state.intent ? STATUS_OF[state.intent.operation].running : state.bay.observed.status, statusReason: null };
}

/** A pass that waits for an earlier change to end has not accepted its own generation yet. */
function nextAcceptedGeneration(pass: DecidedPass): number {
  const before = pass.state.bay.observed.acceptedGeneration;
  if (pass.step.do === 'wait' && !isAccepted(pass)) return before;
  return Math.max(before, pass.state.intent?.generation ?? 0);
}

/** Whether the stack has the generation of the intent. */
function isAccepted({ state, seen }: DecidedPass): boolean {
  if (seen?.stack.kind !== 'present') return false;
  if (state.intent?.operation === 'delete') return seen.stack.action === 'DELETE';
  return seen.stack.appliedGeneration >= (state.intent?.generation ?? 0);
}

function addressesOf(nodes: readonly Node[], seen: Observation): Pick<BayObserved, 'masterAddresses' | 'nodeAddresses'> {
  const addresses = (role: Node['role']): string[] =>
    nodes
      .filter((node) => node.role === role && node.desired === 'present')
      .flatMap((node) => {
        const found = seen.nodes.get(node.id) ?? node.observed;
        const address = found.publicAddress ?? found.privateAddress;
        return address ? [address] : [];
      });
  return { masterAddresses: addresses('master'), nodeAddresses: addresses('worker') };
}

/**
 * Whether the pass would write anything. Where the orchestrator does not report its newest event, events are fetched with the
 * next other change.
 */
export function hasNews(pass: DecidedPass): boolean {
  const isSameBay = isDeepStrictEqual(nextObserved(pass), pass.state.bay.observed);
  if (!isSameBay || (pass.snapshot?.newestEvent ?? 0) > newestRecordedEvent(pass)) return true;
  return nodeChanges(pass).length > 0 || groupStacks(pass).size > 0;
}

/** Id of the newest stack event that is among the bay's events already. A new stack numbers its events anew. */
export function newestRecordedEvent({ snapshot, state }: Pick<DecidedPass, 'snapshot' | 'state'>): number {
  return snapshot?.id === state.bay.observed.stackId ? state.support.lastStackEvent : 0;
}

/** The kind of the event that a pass records about the bay itself; undefined: it records none. */
export function eventKindOf({ state, step }: DecidedPass, observed: BayObserved): 'status' | 'settled' | undefined {
  const isMoved = observed.status !== state.bay.observed.status;
  const isSettled = step.do !== 'wait' && !isInProgress(observed.status);
  if (!isMoved && !isSettled) return undefined;
  return isInProgress(observed.status) ? 'status' : 'settled';
}

/** One change of a node's row. `restore`: a rollback brought back a node that was to be deleted. */
export type NodeChange =
  | { readonly kind: 'observed'; readonly id: NodeId; readonly observed: NodeObservation }
  | { readonly kind: 'restore' | 'delete'; readonly id: NodeId };

/** After a finished change the stack has exactly the desired nodes; after a rollback it has exactly the earlier ones. */
export function nodeChanges({ state, seen, step }: DecidedPass): readonly NodeChange[] {
  if (!seen) return [];
  return state.nodes.flatMap((node): readonly NodeChange[] => {
    const found = seen.nodes.get(node.id);
    const settled = settledNode(node, found !== undefined, step);
    return [
      ...(found && !isSameObservation(found, node.observed) ? [{ kind: 'observed' as const, id: node.id, observed: found }] : []),
      ...(settled ? [{ kind: settled, id: node.id }] : []),
    ];
  });
}

function settledNode(node: Node, exists: boolean, step: Step): 'restore' | 'delete' | undefined {
  if (step.do !== 'finish') return undefined;
  const isRolledBack = step.status === 'ROLLBACK_COMPLETE';
  if (exists) return isRolledBack && node.desired === 'absent' ? 'restore' : undefined;
  return isRolledBack || node.desired === 'absent' ? 'delete' : undefined;
}

function isSameObservation(one: NodeObservation, other: NodeObservation): boolean {
  return (
    one.status === other.status &&
    one.reason === other.reason &&
    one.serverId === other.serverId &&
    one.privateAddress === other.privateAddress &&
    one.publicAddress === other.publicAddress
  );
}

/** The groups that have another stack of their own than before, with its id. */
export function groupStacks({ state, seen }: DecidedPass): ReadonlyMap<NodeGroupId, string | null> {
  if (seen?.stack.kind !== 'present') return new Map();
  const changes = state.nodeGroups.map((group) => [group, seen.groupStacks.get(group.id) ?? null] as const);
  return new Map(changes.flatMap(([group, stackId]) => (group.stackId === stackId ? [] : [[group.id, stackId]])));
}

/** The groups whose number of nodes a rollback has changed, with that number. */
export function groupCounts({ state, seen, step }: DecidedPass): ReadonlyMap<NodeGroupId, number> {
  if (!seen || step.do !== 'finish' || step.status !== 'ROLLBACK_COMPLETE') return new Map();
  return new Map(
    state.nodeGroups.flatMap((group) => {
      const count = state.nodes.filter((node) => node.nodeGroupId === group.id && seen.nodes.has(node.id)).length;
      return count === group.nodeCount ? [] : [[group.id, count]];
    }),
  );
}

const ACTED_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** An operation that has run long is checked less often: the wait is a twentieth of its age. */
const SHARE = 20;

/**
 * The time until the next pass, milliseconds: `longest` less a random part below `jitter`, so that bays that began together do
 * not stay due together.
 */
export function nextWait(
  { step, state }: Pick<DecidedPass, 'step' | 'state'>,
  now: Date,
): { readonly longest: number; readonly jitter: number } {
  if (step.do === 'finish' || step.do === 'fail') return { longest: 0, jitter: 0 };
  if (step.do !== 'wait') return { longest: ACTED_MS, jitter: 0 };
  const age = now.getTime() - (state.intent?.startedAt ?? now).getTime();
  const longest = Math.round(Math.min(LONGEST_WAIT_MS, Math.max(step.milliseconds, age / SHARE)));
  return { longest, jitter: Math.ceil(longest / 4) };
}
