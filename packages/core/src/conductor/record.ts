import type { BayObserved } from '../domain/bay.js';
import { requestTokenRef } from '../domain/reconciler-state.js';
import { bayEvent, type NewBayEvent } from '../domain/bay-event.js';
import { STATUS_OF } from '../domain/bay-status.js';
import {
  eventKindOf,
  groupCounts,
  groupStacks,
  newestRecordedEvent,
  nextObserved,
  nextWait,
  nodeChanges,
  type DecidedPass,
} from '../domain/next-state.js';
import { fateOf } from '../domain/node-group-status.js';
import type { Intent } from '../domain/intent.js';
import { upgradeGroup } from '../domain/upgrade.js';
import { laterThan } from '../domain/time.js';
import type { StackEvent } from '../ports/orchestrator.js';
import type { Repositories } from '../ports/store.js';
import { notifyOthers, type NotifyDeps } from './notifications.js';
import type { Pass, PassResult } from './pass.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { accessOf } from './desired.js';
import { saveWithEvents, type LeasedBay } from './save-state.js';

export type RecordDeps = NotifyDeps &
  Pick<ConductorDeps, 'store' | 'orchestrator' | 'clock' | 'random' | 'logger' | 'delegation'>;

const EVENTS_PER_PASS = 500;

/** Records the observation and the step under the fence. Resolves with the time of the next pass. */
export async function recordPass(deps: RecordDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { state, step } = pass;
  const news = await stackEvents(deps, pass, signal);
  const observed = nextObserved(pass);
  await deps.store.writeUnder(pass.lease, async (repos) => {
    await recordEvents(deps, repos, { pass, observed, news });
    if (!(await repos.bays.saveObserved(state.bay.id, observed, state.bay.generation))) return;
    await recordNodes(repos, pass);
    await recordGroups(repos, pass);
    await recordUpgrade(deps, repos, pass);
    if (state.intent && (step.do === 'finish' || step.do === 'fail')) await closeIntent(deps, repos, state.intent);
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
    await notifyOthers(deps, {
      state,
      outcome: step.do === 'finish' && step.status !== 'ROLLBACK_COMPLETE' ? 'success' : 'failure',
      observed,
    });
  return { lookAgainAt: lookAgainAt(deps, pass), failed: false, outcome: step.do };
}

/**
 * The status reason names every retry. An event is recorded for each new reason, and with the same reason for
 * the attempts 1, 2, 4, 8 and so on: an outage of a day must not fill the table.
 */
export async function recordRetry(
  deps: Pick<RecordDeps, 'store' | 'clock'>,
  { lease, state }: LeasedBay,
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
export async function recordClaim(deps: Pick<RecordDeps, 'store' | 'clock'>, { lease, state }: LeasedBay): Promise<BayState> {
  const { bay, intent } = state;
  if (!intent || state.support.claimedGeneration >= intent.generation) return state;
  const { running } = STATUS_OF[intent.operation];
  const event = bayEvent(bay, { kind: 'claimed', status: running, reason: null }, deps.clock.now());
  return saveWithEvents(deps, { lease, state }, { change: { claimedGeneration: intent.generation }, events: [event] });
}

/** The time of the next pass. */
export function lookAgainAt(deps: Pick<RecordDeps, 'clock' | 'random'>, pass: Pick<DecidedPass, 'step' | 'state'>): Date {
  const now = deps.clock.now();
  const { longest, jitter } = nextWait(pass, now);
  return new Date(now.getTime() + longest - (jitter > 0 ? deps.random.below(jitter) : 0));
}

async function recordNodes(repos: Repositories, pass: Pass): Promise<void> {
  for (const change of nodeChanges(pass)) {
    if (change.kind === 'observed') await repos.nodes.saveObserved(change.id, change.observed);
    else if (change.kind === 'restore') await repos.nodes.setDesired(change.id, 'present');
    else await repos.nodes.delete(change.id);
  }
  for (const [groupId, count] of groupCounts(pass)) await repos.nodeGroups.saveCount(groupId, count);
}

async function recordGroups(repos: Repositories, pass: Pass): Promise<void> {
  for (const [groupId, stackId] of groupStacks(pass)) await repos.nodeGroups.saveStack(groupId, stackId);
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

async function stackEvents(
  deps: Pick<RecordDeps, 'orchestrator'>,
  pass: Pass,
  signal: AbortSignal,
): Promise<readonly StackEvent[]> {
  const { snapshot, state } = pass;
  if (!snapshot) return [];
  const after = newestRecordedEvent(pass);
  if (snapshot.newestEvent !== undefined && snapshot.newestEvent <= after) return [];
  return deps.orchestrator.events(snapshot.id, after, EVENTS_PER_PASS, accessOf(state), signal);
}

async function recordEvents(
  deps: Pick<RecordDeps, 'clock'>,
  repos: Repositories,
  { pass, observed, news }: { readonly pass: Pass; readonly observed: BayObserved; readonly news: readonly StackEvent[] },
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
  const kind = eventKindOf(pass, observed);
  if (kind) lines.push(bayEvent(state.bay, { kind, status: observed.status, reason: observed.statusReason }, deps.clock.now()));
  await repos.events.append(lines);
}

/** Deletes the request's token too: no trust will be made from it after this, and a token is a credential. */
async function closeIntent(deps: Pick<RecordDeps, 'delegation'>, repos: Repositories, intent: Intent): Promise<void> {
  await repos.intents.close(intent.bayId, intent.generation);
  if (deps.delegation) await repos.secrets.delete(requestTokenRef(intent.bayId));
}
