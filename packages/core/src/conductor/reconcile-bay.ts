import { addJitter, backoffMs } from '../concurrency/backoff.js';
import { underDeadline } from '../concurrency/deadline.js';
import { isDomainError, DomainError } from '../domain/errors.js';
import { assertNever } from '../domain/json.js';
import { stackNameOf } from '../domain/ids.js';
import { STATUS_OF } from '../domain/bay-status.js';
import { wantedCredential } from '../domain/credential.js';
import { Secret } from '../domain/secret.js';
import { withRemedy } from '../domain/remedy.js';
import { decide } from '../domain/decide.js';
import type { Step } from '../domain/plan.js';
import type { RenderInput } from '../ports/bay-driver.js';
import type { Lease } from '../ports/store.js';
import type { StackSpec, StackSnapshot } from '../ports/orchestrator.js';
import { enrolmentTokens } from './enrolment.js';
import { secretsFor } from '../domain/bay-secrets.js';
import { ensureBaySecrets, type BaySecretsDeps } from './ensure/bay-secrets.js';
import { ensureSupport, missing, releaseSupport, type EnsureDeps, type ReleaseSupportDeps } from './ensure/support.js';
import { countRetry, type CountRetryDeps } from './steps/stack-retry.js';
import { notifyOthers } from './notifications.js';
import { isFresh, needsEnsuring, requireSnapshot, type BayObservation } from './observe-batch.js';
import type { Pass, PassResult } from './pass.js';
import { recordClaim, recordPass, recordRetry, type RecordDeps } from './record.js';
import type { LeasedBay } from './save-state.js';
import { rotateAuthority, type RotateAuthorityDeps } from './steps/rotate-authority.js';
import { rotateCredential, type RotateCredentialDeps } from './steps/rotate-credential.js';
import { startBatch, type UpgradeBatchDeps } from './steps/upgrade-batch.js';
import { departedBayOf } from './sweep-departed.js';
import { drainNodes, releaseLeavingNodes, type DrainNodesDeps, type ReleaseNodesDeps } from './steps/drain-nodes.js';
import { deleteOrphans, type DeleteOrphansDeps } from './steps/delete-orphans.js';
import { checkHealth, withHealth, type CheckHealthDeps } from './steps/check-health.js';
import { loadBayState, type BayState } from './bay-state.js';
import type { ConductorDeps, Fence } from './deps.js';
import { accessOf, desiredOf } from './desired.js';

/** Everything that the steps of a pass use. */
type PassDeps = EnsureDeps &
  BaySecretsDeps &
  ReleaseSupportDeps &
  RecordDeps &
  CheckHealthDeps &
  DeleteOrphansDeps &
  DrainNodesDeps &
  ReleaseNodesDeps &
  RotateAuthorityDeps &
  RotateCredentialDeps &
  CountRetryDeps &
  UpgradeBatchDeps &
  Pick<ConductorDeps, 'tracer' | 'departedGraceMs'>;

/** The fence is the pass's own. */
export type ReconcileDeps = Omit<PassDeps, keyof Fence>;

const BACKOFF = { firstMs: 1_000, maxMs: 60_000 };
const RECORD_WITHIN_MS = 30_000;

export interface PassTask {
  readonly lease: Lease;
  /** The bay's part of an observation in batches; undefined where the pass observes by itself. */
  readonly observation: BayObservation | undefined;
}

/**
 * One pass: observe, decide, act once, record. The first attempt, the retry, the recovery after `kill -9` and the sweep all run
 * this; a pass that dies between any two lines is repeated by the next one. An observation that is no longer fresh is not used.
 */
export async function reconcileBay(deps: ReconcileDeps, task: PassTask, signal: AbortSignal): Promise<PassResult> {
  const { lease } = task;
  const observation = task.observation && isFresh(deps, task.observation) ? task.observation : undefined;
  const state = observation?.state ?? (await loadBayState(deps.store, lease.bayId));
  if (!state) return forgetWork(deps, lease);
  try {
    return await withinTrace(deps, state, () => runPass(withFence(deps, lease), { lease, state, observation }, signal));
  } catch (error) {
    if (signal.aborted || isDomainError(error, 'lease-lost') || isDomainError(error, 'store-unavailable')) throw error;
    return settleError(deps, { lease, state }, error);
  }
}

/**
 * Secrets and calls outside the database are refused when the lease is lost: the vault writes under the fence, the rest checks
 * it right before.
 */
function withFence(deps: ReconcileDeps, lease: Lease): PassDeps {
  const stillHeld = (): Promise<void> => deps.store.writeUnder(lease, () => Promise.resolve());
  return { ...deps, stillHeld, vault: deps.vault.under?.(lease) ?? deps.vault };
}

/** Continues the trace of the request that recorded the intent. */
function withinTrace<T>(deps: Pick<ReconcileDeps, 'tracer'>, state: BayState, work: () => Promise<T>): Promise<T> {
  const parent = state.intent?.traceparent;
  if (!parent) return work();
  return deps.tracer.span(
    'conductor.pass',
    { parent, attributes: { 'magnum.bay': state.bay.id, 'magnum.generation': state.bay.generation } },
    work,
  );
}

async function forgetWork(deps: Pick<ReconcileDeps, 'store'>, lease: Lease): Promise<PassResult> {
  await deps.store.writeUnder(lease, (repos) => repos.work.remove(lease.bayId));
  return { lookAgainAt: 'never', failed: false, outcome: 'gone' };
}

interface Task {
  readonly lease: Lease;
  readonly state: BayState;
  readonly observation: BayObservation | undefined;
}

async function runPass(deps: PassDeps, { lease, state: loaded, observation }: Task, signal: AbortSignal): Promise<PassResult> {
  const driver = deps.engines.driverOf(loaded.model);
  const claimed = await recordClaim(deps, { lease, state: loaded });
  const state = needsEnsuring(claimed) ? await ensureSupport(deps, lease, claimed, signal) : claimed;
  const snapshot = observation ? requireSnapshot(observation) : await observe(deps, state, signal);
  const seen = driver.interpret(snapshot, desiredOf(state));
  const step = decide(state, seen, deps.clock.now());
  return act(deps, { lease, state, snapshot, seen, step }, signal);
}

/** Reads the bay's stack. A bay without an intent needs none: only its engine is checked. */
async function observe(
  deps: Pick<ReconcileDeps, 'orchestrator'>,
  state: BayState,
  signal: AbortSignal,
): Promise<StackSnapshot | undefined> {
  if (!state.intent) return undefined;
  const name = stackNameOf(state.bay);
  return (await deps.orchestrator.find([name], accessOf(state), signal)).get(name);
}

async function act(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { step, state } = pass;
  switch (step.do) {
    case 'create':
    case 'update':
      await notifyOthers(deps, { state, outcome: 'pending' });
      return drainAndApply(deps, pass, signal);
    case 'delete':
      await notifyOthers(deps, { state, outcome: 'pending' });
      return deleteStack(deps, pass, signal);
    case 'upgrade-batch':
      return startBatch(deps, pass);
    case 'retry-stack':
      return retryStack(deps, await countRetry(deps, pass), signal);
    case 'wait':
      return recordPass(deps, await withHealth(deps, pass, signal), signal);
    case 'finish':
    case 'fail':
      return recordPass(deps, pass, signal);
    case 'forget':
      return forgetBay(deps, pass, signal);
    case 'rotate':
      return step.kind === 'authority' ? rotateAuthority(deps, pass, signal) : rotateCredential(deps, pass, signal);
    case 'check-health':
      return checkHealth(deps, pass, signal);
    default:
      return assertNever(step);
  }
}

async function retryStack(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  if (pass.state.intent?.operation === 'delete') return deleteStack(deps, pass, signal);
  return drainAndApply(deps, pass, signal);
}

/** Nodes that leave are drained before the stack is changed: their servers are deleted by that change. */
async function drainAndApply(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const drain = await drainNodes(deps, pass, signal);
  if (drain.kind === 'ended') return drain.result;
  const { pass: drained } = drain;
  return recordPass(deps, { ...drained, snapshot: await applyStack(deps, drained, signal) }, signal);
}

/** Orphaned resources are deleted first: a network that holds their ports cannot be deleted. */
async function deleteStack(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const cleared = await deleteOrphans(deps, pass, signal);
  if (cleared.kind === 'waiting') return cleared.result;
  const { snapshot, state } = cleared.pass;
  if (snapshot) await deps.orchestrator.delete(snapshot.id, accessOf(state), signal);
  return recordPass(deps, cleared.pass, signal);
}

async function forgetBay(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const cleared = await deleteOrphans(deps, pass, signal);
  if (cleared.kind === 'waiting') return cleared.result;
  const { state } = cleared.pass;
  await releaseSupport(deps, state, signal);
  await deps.store.writeUnder(pass.lease, async (repos) => {
    await repos.departedBays.add([departedBayOf(deps, state.bay, state.support)]);
    await repos.bays.delete(state.bay.id);
  });
  await notifyOthers(deps, { state, outcome: 'success' });
  deps.logger.info('bay deleted', { bayId: state.bay.id, generation: state.bay.generation });
  return { lookAgainAt: 'never', failed: false, outcome: 'forget' };
}

async function applyStack(deps: PassDeps, pass: Pass, signal: AbortSignal): Promise<StackSnapshot> {
  const { state, snapshot } = pass;
  const driver = deps.engines.driverOf(state.model);
  await ensureBaySecrets(deps, state, secretsFor(driver, state.bay.desired.labels), state.support.caGeneration);
  const spec = driver.render(await renderInput(deps, state));
  const access = accessOf(state);
  if (snapshot) await releaseLeavingNodes(deps, state, signal);
  const applied = snapshot
    ? await deps.orchestrator.update(snapshot.id, spec, access, signal)
    : await createOrAdopt(deps, spec, state, signal);
  deps.logger.info('stack applied', {
    bayId: state.bay.id,
    generation: state.bay.generation,
    stackId: applied.id,
    action: applied.action,
  });
  return applied;
}

/**
 * A name that is taken means that an earlier pass made the stack and crashed before it recorded that: names are derived from
 * the bay's id.
 */
async function createOrAdopt(
  deps: Pick<PassDeps, 'orchestrator' | 'stillHeld'>,
  spec: StackSpec,
  state: BayState,
  signal: AbortSignal,
): Promise<StackSnapshot> {
  await deps.stillHeld();
  try {
    return await deps.orchestrator.create(spec, accessOf(state), signal);
  } catch (error) {
    if (!isDomainError(error, 'conflict')) throw error;
    const known = (await deps.orchestrator.find([spec.name], accessOf(state), signal)).get(spec.name);
    if (known) return known;
    throw new DomainError('cloud-unavailable', { message: `Stack ${spec.name} exists but cannot be seen yet.`, cause: error });
  }
}

async function renderInput(deps: Pick<ReconcileDeps, 'vault'>, state: BayState): Promise<RenderInput> {
  const { facts } = state.support;
  const { trustee } = wantedCredential(state.bay, state.support);
  if (!trustee || !facts) throw missing('The delegation', state.bay.id);
  return {
    ...desiredOf(state),
    facts,
    rollbackOnFailure: state.intent?.rollbackOnFailure ?? false,
    delegation: {
      trusteeUserId: trustee.userId,
      trusteeUsername: trustee.username,
      trusteeDomainId: trustee.domainId,
      enrolmentTokens: new Secret(JSON.stringify(await enrolmentTokens(deps, state))),
      trustId: trustee.trustId ?? null,
    },
  };
}

/**
 * A transient error is retried after a growing wait; any other error fails the operation, so that its owner sees it at once.
 */
async function settleError(deps: RecordDeps, { lease, state }: LeasedBay, error: unknown): Promise<PassResult> {
  const known = isDomainError(error) ? error : undefined;
  const fields = { bayId: state.bay.id, generation: state.bay.generation, attempts: lease.attempts, error };
  if (state.intent && known && known.retry !== 'later') {
    deps.logger.warn('bay operation refused', fields);
    const { failed: status } = STATUS_OF[state.intent.operation];
    const step: Step = { do: 'fail', status, reason: withRemedy(known.message, status) };
    return underDeadline({ milliseconds: RECORD_WITHIN_MS }, (signal) =>
      recordPass(deps, { lease, state, snapshot: undefined, seen: undefined, step }, signal),
    );
  }
  deps.logger.warn('bay pass failed, will retry', fields);
  const reason = known ? known.message : 'An unexpected error occurred in this service.';
  await recordRetry(deps, { lease, state }, reason);
  return {
    lookAgainAt: new Date(deps.clock.now().getTime() + addJitter(backoffMs(BACKOFF, lease.attempts), deps.random)),
    failed: true,
    outcome: 'retry',
  };
}
