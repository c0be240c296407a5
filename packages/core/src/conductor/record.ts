import { isDeepStrictEqual } from 'node:util';
import { UNSEEN_BAY, type BayObserved } from '../domain/bay.js';
import { requestTokenRef } from '../domain/reconciler-state.js';
import { bayEvent, type NewBayEvent } from '../domain/bay-event.js';
import { isInProgress, STATUS_OF, type BayStatus } from '../domain/bay-status.js';
import { fateOf } from '../domain/node-group-status.js';
import type { BayId } from '../domain/ids.js';
import type { Node, NodeObservation } from '../domain/node.js';
import type { Observation } from '../domain/observation.js';
import { upgradeGroup } from '../domain/upgrade.js';
import { laterThan } from '../domain/time.js';
import type { StackEvent } from '../ports/orchestrator.js';
import type { Random } from '../ports/random.js';
import type { Lease, Repositories } from '../ports/store.js';
import { notifyOthers, type NotifyDeps } from './notifications.js';
import type { Pass, PassResult } from './pass.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { accessOf } from './desired.js';

export type RecordDeps = NotifyDeps &
  Pick<ConductorDeps, 'store' | 'orchestrator' | 'clock' | 'random' | 'logger' | 'delegation'>;

const EVENTS_PER_PASS = 500;

/** Records the observation and the step under the fence. Resolves with the time of the next pass. */
export async function recordPass(deps: RecordDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { state, step } = pass;
  const news = await stackEvents(deps, pass, signal);
  const observed = nextObserved(pass);
  await deps.store.writeUnder(pass.lease, async (repos) => {
    await recordEvents(deps, repos, pass, observed, news);
    if (!(await repos.bays.saveObserved(state.bay.id, observed, state.bay.generation))) return;
    await recordNodes(repos, pass);
    await recordGroups(repos, pass);
    await recordUpgrade(deps, repos, pass);
    if (state.intent && (step.do === 'finish' || step.do === 'fail'))
      await closeIntent(deps, repos, state.bay.id, state.intent.generation);
  });
  if (observed.status !== state.bay.observed.status) {
    deps.logger.info('bay status changed', {
      bayId: state.bay.id,
      generation: state.bay.generation,
      from: state.bay.observed.status,
      to: observed.status,
    });
  }
  if (step.do === 'finish' || step.do === 'fail')
    await notifyOthers(
      deps,
      state,
      step.do === 'finish' && step.status !== 'ROLLBACK_COMPLETE' ? 'success' : 'failure',
      observed,
    );
  return { lookAgainAt: lookAgainAt(deps, pass), failed: false, outcome: step.do };
}

/**
 * Whether a pass would write anything. Where the orchestrator does not report its newest event, events are fetched with the
 * next other change.
 */
export function hasNews(pass: Pass): boolean {
  const { state, seen, snapshot } = pass;
  const observed = nextObserved(pass);
  if (!isDeepStrictEqual(observed, state.bay.observed) || (snapshot?.newestEvent ?? 0) > lastEventOf(pass)) return true;
  return state.nodes.some((node) => {
    const found = seen?.nodes.get(node.id);
    return found !== undefined && !sameObservation(found, node.observed);
  });
}

/**
 * The status reason names every retry. An event is recorded for each new reason, and with the same reason for
 * the attempts 1, 2, 4, 8 and so on: an outage of a day must not fill the table.
 */
export async function recordRetry(
  deps: Pick<RecordDeps, 'store' | 'clock'>,
  lease: Lease,
  state: BayState,
  reason: string,
): Promise<void> {
  if (!state.intent) return;
  const { bay } = state;
  const attempt = lease.attempts + 1;
  const statusReason = `${reason} It is tried again (attempt ${attempt}).`;
  const isRecorded = bay.observed.statusReason?.startsWith(reason) === true && !isPowerOfTwo(attempt);
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.bays.saveObserved(bay.id, { ...bay.observed, statusReason }, bay.generation);
    if (isRecorded) return;
    const { status } = bay.observed;
    await repos.events.append([bayEvent(bay, { kind: 'retry', status, reason: statusReason }, deps.clock.now())]);
  });
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

/** Records one `claimed` event for each generation, so that its owner sees that a conductor works on the request. */
export async function recordClaim(deps: Pick<RecordDeps, 'store' | 'clock'>, lease: Lease, state: BayState): Promise<BayState> {
  const { bay, intent } = state;
  if (!intent || state.support.claimedGeneration >= intent.generation) return state;
  const support = { ...state.support, claimedGeneration: intent.generation };
  const { running } = STATUS_OF[intent.operation];
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(bay.id, support);
    await repos.events.append([bayEvent(bay, { kind: 'claimed', status: running, reason: null }, deps.clock.now())]);
  });
  return { ...state, support };
}

/** The time of the next pass. */
export function lookAgainAt(deps: Pick<RecordDeps, 'clock' | 'random'>, { step, state }: Pick<Pass, 'step' | 'state'>): Date {
  const now = deps.clock.now().getTime();
  if (step.do === 'finish' || step.do === 'fail') return new Date(now);
  return new Date(
    now +
      (step.do === 'wait' ? waitFor(deps.random, step.milliseconds, now - (state.intent?.startedAt.getTime() ?? now)) : ACTED_MS),
  );
}

const ACTED_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** An operation that has run long is checked less often: the wait is a twentieth of its age. */
const SHARE = 20;

/** Random within a quarter, so that bays that began together do not stay due together. */
function waitFor(random: Random, shortest: number, age: number): number {
  const longest = Math.round(Math.min(LONGEST_WAIT_MS, Math.max(shortest, age / SHARE)));
  return longest - random.below(Math.ceil(longest / 4));
}

export function nextObserved(pass: Pass): BayObserved {
  const { state, step, seen, snapshot } = pass;
  const before = state.bay.observed;
  return {
    ...before,
    ...statusAfter(pass),
    stackId: snapshot?.id ?? before.stackId,
    apiAddress: seen?.apiAddress ?? (seen?.stack.kind === 'absent' ? UNSEEN_BAY.apiAddress : before.apiAddress),
    discoveryUrl: seen?.discoveryUrl ?? before.discoveryUrl,
    coeVersion: seen?.coeVersion ?? before.coeVersion,
    containerVersion: seen?.containerVersion ?? before.containerVersion,
    ...(seen ? addressesOf(state, seen) : {}),
    acceptedGeneration:
      step.do === 'wait' && !isAccepted(pass)
        ? before.acceptedGeneration
        : Math.max(before.acceptedGeneration, state.intent?.generation ?? 0),
  };
}

/** Whether the stack has the generation: a pass that waits for an earlier change to end has not accepted it yet. */
function isAccepted(pass: Pass): boolean {
  const { stack } = pass.seen ?? { stack: { kind: 'absent' } as const };
  if (pass.state.intent?.operation === 'delete') return stack.kind === 'present' && stack.action === 'DELETE';
  return stack.kind === 'present' && stack.appliedGeneration >= (pass.state.intent?.generation ?? 0);
}

function statusAfter(pass: Pass): Pick<BayObserved, 'status' | 'statusReason'> {
  const { step, state } = pass;
  if (step.do === 'finish' || step.do === 'fail') return { status: step.status, statusReason: step.reason };
  if (step.do === 'wait') return { status: step.status, statusReason: step.reason ?? null };
  return { status: state.intent ? STATUS_OF[state.intent.operation].running : state.bay.observed.status, statusReason: null };
}

function addressesOf(state: BayState, seen: Observation): Pick<BayObserved, 'masterAddresses' | 'nodeAddresses'> {
  const addresses = (role: Node['role']): string[] =>
    state.nodes
      .filter((node) => node.role === role && node.desired === 'present')
      .flatMap((node) => {
        const found = seen.nodes.get(node.id) ?? node.observed;
        const address = found.publicAddress ?? found.privateAddress;
        return address ? [address] : [];
      });
  return { masterAddresses: addresses('master'), nodeAddresses: addresses('worker') };
}

async function recordNodes(repos: Repositories, pass: Pass): Promise<void> {
  const { state, seen, step } = pass;
  if (!seen) return;
  for (const node of state.nodes) {
    const found = seen.nodes.get(node.id);
    if (found && !sameObservation(found, node.observed)) await repos.nodes.saveObserved(node.id, found);
    if (step.do === 'finish') await settleNode(repos, node, found !== undefined, step.status);
  }
  if (step.do === 'finish' && step.status === 'ROLLBACK_COMPLETE') await recountGroups(repos, pass);
}

/** After a finished change the stack has exactly the wanted nodes; after a rollback it has exactly the earlier ones. */
async function settleNode(repos: Repositories, node: Node, exists: boolean, status: BayStatus): Promise<void> {
  if (status === 'ROLLBACK_COMPLETE' && exists && node.desired === 'absent') await repos.nodes.setDesired(node.id, 'present');
  else if (!exists && (node.desired === 'absent' || status === 'ROLLBACK_COMPLETE')) await repos.nodes.delete(node.id);
}

async function recountGroups(repos: Repositories, pass: Pass): Promise<void> {
  for (const group of pass.state.nodeGroups) {
    const count = pass.state.nodes.filter((node) => node.nodeGroupId === group.id && pass.seen?.nodes.has(node.id)).length;
    if (count !== group.nodeCount) await repos.nodeGroups.saveCount(group.id, count);
  }
}

async function recordGroups(repos: Repositories, pass: Pass): Promise<void> {
  for (const group of pass.state.nodeGroups) {
    const fate = fateOf(group.status, pass.step);
    if (fate.kind === 'become') await repos.nodeGroups.saveStatus(group.id, fate.status, fate.reason);
    if (fate.kind === 'go') await repos.nodeGroups.delete(group.id);
  }
}

/** The old model was kept until now: every node is of the new one. */
async function recordUpgrade(deps: Pick<RecordDeps, 'clock'>, repos: Repositories, { state, step }: Pass): Promise<void> {
  const upgrade = state.intent?.upgrade;
  if (!upgrade || step.do !== 'finish' || step.status === 'ROLLBACK_COMPLETE') return;
  const { bay } = state;
  if (upgrade.ofBay) await repos.bays.saveModel(bay.id, upgrade.bayModelId, { ...bay.desired.labels, ...upgrade.labels });
  for (const group of state.nodeGroups.filter(({ id }) => upgrade.groupIds.includes(id)))
    await repos.nodeGroups.saveWanted({ ...upgradeGroup(group, upgrade), updatedAt: laterThan(group, deps.clock.now()) });
}

function sameObservation(one: NodeObservation, other: NodeObservation): boolean {
  return (
    one.status === other.status &&
    one.reason === other.reason &&
    one.serverId === other.serverId &&
    one.privateAddress === other.privateAddress &&
    one.publicAddress === other.publicAddress
  );
}

/** A new stack numbers its events anew. */
function lastEventOf({ snapshot, state }: Pass): number {
  return snapshot?.id === state.bay.observed.stackId ? state.support.lastStackEvent : 0;
}

async function stackEvents(
  deps: Pick<RecordDeps, 'orchestrator'>,
  pass: Pass,
  signal: AbortSignal,
): Promise<readonly StackEvent[]> {
  const { snapshot, state } = pass;
  if (!snapshot) return [];
  const after = lastEventOf(pass);
  if (snapshot.newestEvent !== undefined && snapshot.newestEvent <= after) return [];
  return deps.orchestrator.events(snapshot.id, after, EVENTS_PER_PASS, accessOf(state), signal);
}

async function recordEvents(
  deps: Pick<RecordDeps, 'clock'>,
  repos: Repositories,
  pass: Pass,
  observed: BayObserved,
  news: readonly StackEvent[],
): Promise<void> {
  const { state } = pass;
  const lines: NewBayEvent[] = news.map((event) => ({
    bayId: state.bay.id,
    at: event.at,
    kind: 'stack',
    source: 'stack',
    resource: event.path.join('/') || (pass.snapshot?.name ?? ''),
    resourceType: event.type,
    resourceId: event.physicalId,
    status: `${event.action}_${event.state}`,
    reason: event.reason || null,
  }));
  const last = news.at(-1);
  if (last) await repos.support.save(state.bay.id, { ...state.support, lastStackEvent: last.id });
  if (observed.status !== state.bay.observed.status || (pass.step.do !== 'wait' && !isInProgress(observed.status))) {
    const kind = isInProgress(observed.status) ? 'status' : 'settled';
    lines.push(bayEvent(state.bay, { kind, status: observed.status, reason: observed.statusReason }, deps.clock.now()));
  }
  await repos.events.append(lines);
}

/** Deletes the request's token too: no trust will be made from it after this, and a token is a credential. */
async function closeIntent(
  deps: Pick<RecordDeps, 'delegation'>,
  repos: Repositories,
  bayId: BayId,
  generation: number,
): Promise<void> {
  await repos.intents.close(bayId, generation);
  if (deps.delegation) await repos.secrets.delete(requestTokenRef(bayId));
}
