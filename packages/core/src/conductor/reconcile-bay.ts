import { underDeadline } from '../concurrency/deadline.js';
import { isDomainError, DomainError } from '../domain/errors.js';
import { assertNever } from '../domain/json.js';
import { stackNameOf } from '../domain/ids.js';
import { STATUS_OF } from '../domain/bay-status.js';
import { awaitsCredential, wantedCredential } from '../domain/credential.js';
import { Secret } from '../domain/secret.js';
import { withStackRetry } from '../domain/stack-retry.js';
import { awaitsAuthority } from '../domain/rotation.js';
import { withRemedy } from '../domain/remedy.js';
import { planBay, withRotation, type Step } from '../domain/plan.js';
import type { RenderInput } from '../ports/bay-driver.js';
import type { Lease } from '../ports/store.js';
import type { StackSpec, StackSnapshot } from '../ports/orchestrator.js';
import { enrolmentTokens } from './enrolment.js';
import { ensureSupport, missing, releaseSupport } from './ensure/support.js';
import { countRetry } from './steps/stack-retry.js';
import { notifyOthers } from './notifications.js';
import { isFresh, needsEnsuring, requireSnapshot, type BayObservation } from './observe-batch.js';
import type { Pass, PassResult } from './pass.js';
import { recordClaim, recordPass, recordRetry } from './record.js';
import { releaseLeavingNodes } from './steps/release-nodes.js';
import { rotateAuthority } from './steps/rotate-authority.js';
import { rotateCredential } from './steps/rotate-credential.js';
import { startBatch } from './steps/upgrade-batch.js';
import { departedBayOf } from './sweep-departed.js';
import { deleteOrphans } from './steps/delete-orphans.js';
import { checkHealth, withHealth } from './steps/check-health.js';
import { accessOf, desiredOf, isUpgraded, loadBayState, type BayState, type ConductorDeps } from './bay-state.js';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const RECORD_WITHIN_MS = 30_000;

/**
 * One pass: look, decide, act once, record. The first attempt, the retry, the recovery after `kill -9` and the sweep all run
 * this; a pass that dies between any two lines is repeated by the next one.
 */
export async function reconcileBay(deps: ConductorDeps, lease: Lease, signal: AbortSignal): Promise<PassResult> {
  return reconcileObserved(deps, { lease, look: undefined }, signal);
}

/** The same, with what a look at many bays has found; without it, or when it is no longer fresh, the pass looks by itself. */
export async function reconcileObserved(
  deps: ConductorDeps,
  task: { readonly lease: Lease; readonly look: BayObservation | undefined },
  signal: AbortSignal,
): Promise<PassResult> {
  const { lease } = task;
  const look = task.look && isFresh(deps, task.look) ? task.look : undefined;
  const world = look?.world ?? (await loadBayState(deps.store, lease.bayId));
  if (!world) return forgetWork(deps, lease);
  try {
    return await withinTrace(deps, world, () => runPass(withFence(deps, lease), { lease, world, look }, signal));
  } catch (error) {
    if (signal.aborted || isDomainError(error, 'lease-lost') || isDomainError(error, 'store-unavailable')) throw error;
    return settleError(deps, lease, world, error);
  }
}

/** What a pass makes outside its own rows is refused where the lease is lost by then: in the same transaction, or right before. */
function withFence(deps: ConductorDeps, lease: Lease): ConductorDeps {
  const stillHeld = (): Promise<void> => deps.store.writeUnder(lease, () => Promise.resolve());
  return { ...deps, stillHeld, vault: deps.vault.under?.(lease) ?? deps.vault };
}

/** A pass goes on with the trace of the request that asked for it. */
function withinTrace<T>(deps: ConductorDeps, world: BayState, work: () => Promise<T>): Promise<T> {
  const { tracer } = deps;
  const parent = world.intent?.traceparent;
  if (!tracer || !parent) return work();
  return tracer.span(
    'conductor.pass',
    { parent, attributes: { 'magnum.bay': world.bay.id, 'magnum.generation': world.bay.generation } },
    work,
  );
}

async function forgetWork(deps: ConductorDeps, lease: Lease): Promise<PassResult> {
  await deps.store.writeUnder(lease, (repos) => repos.work.remove(lease.bayId));
  return { lookAgainAt: 'never', failed: false, outcome: 'gone' };
}

interface Task {
  readonly lease: Lease;
  readonly world: BayState;
  readonly look: BayObservation | undefined;
}

async function runPass(deps: ConductorDeps, { lease, world: loaded, look }: Task, signal: AbortSignal): Promise<PassResult> {
  const driver = deps.engines.driverOf(loaded.model);
  const claimed = await recordClaim(deps, lease, loaded);
  const world = needsEnsuring(claimed) ? await ensureSupport(deps, lease, claimed, signal) : claimed;
  const snapshot = look ? requireSnapshot(look) : await observe(deps, world, signal);
  const seen = driver.interpret(snapshot, desiredOf(world));
  const now = deps.clock.now();
  const planned = planBay(world.bay, world.intent, seen, now, isUpgraded(world));
  const next = withStackRetry(planned, world.intent, seen, world.support.stackRetries, now);
  const rotates = awaitsAuthority(world.bay, world.support) || awaitsCredential(world.bay, world.support);
  const step = rotates ? withRotation(next, world.bay) : next;
  return act(deps, { lease, world, snapshot, seen, step }, signal);
}

/** A bay that nothing was asked of is looked after without its stack. */
async function observe(deps: ConductorDeps, world: BayState, signal: AbortSignal): Promise<StackSnapshot | undefined> {
  if (!world.intent) return undefined;
  const name = stackNameOf(world.bay);
  return (await deps.orchestrator.find([name], accessOf(world), signal)).get(name);
}

async function act(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { step, world } = pass;
  switch (step.do) {
    case 'create':
    case 'update':
      await notifyOthers(deps, world, 'pending');
      return recordPass(deps, { ...pass, snapshot: await applyStack(deps, pass, signal) }, signal);
    case 'delete':
      await notifyOthers(deps, world, 'pending');
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
      return awaitsAuthority(world.bay, world.support)
        ? rotateAuthority(deps, pass, signal)
        : rotateCredential(deps, pass, signal);
    case 'check-health':
      return checkHealth(deps, pass, signal);
    default:
      return assertNever(step);
  }
}

async function retryStack(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  if (pass.world.intent?.operation === 'delete') return deleteStack(deps, pass, signal);
  return recordPass(deps, { ...pass, snapshot: await applyStack(deps, pass, signal) }, signal);
}

/** What workloads have made stands in the way of the network's deletion, so it goes first. */
async function deleteStack(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const swept = await deleteOrphans(deps, pass, signal);
  if (swept.kind === 'waiting') return swept.result;
  const { snapshot, world } = swept.pass;
  if (snapshot) await deps.orchestrator.delete(snapshot.id, accessOf(world), signal);
  return recordPass(deps, swept.pass, signal);
}

async function forgetBay(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const swept = await deleteOrphans(deps, pass, signal);
  if (swept.kind === 'waiting') return swept.result;
  const { world } = swept.pass;
  await releaseSupport(deps, world, signal);
  await deps.store.writeUnder(pass.lease, async (repos) => {
    await repos.departedBays.add([departedBayOf(deps, world.bay, world.support)]);
    await repos.bays.delete(world.bay.id);
  });
  await notifyOthers(deps, world, 'success');
  deps.logger.info('bay deleted', { bayId: world.bay.id, generation: world.bay.generation });
  return { lookAgainAt: 'never', failed: false, outcome: 'forget' };
}

async function applyStack(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<StackSnapshot> {
  const { world, snapshot } = pass;
  const spec = deps.engines.driverOf(world.model).render(await renderInput(deps, world));
  const access = accessOf(world);
  if (snapshot) await releaseLeavingNodes(deps, world, signal);
  const told = snapshot
    ? await deps.orchestrator.update(snapshot.id, spec, access, signal)
    : await createOrAdopt(deps, spec, world, signal);
  deps.logger.info('stack applied', {
    bayId: world.bay.id,
    generation: world.bay.generation,
    stackId: told.id,
    action: told.action,
  });
  return told;
}

/** The name is derived from the bay: when it is taken, an earlier pass made the stack and died before it could tell. */
async function createOrAdopt(deps: ConductorDeps, spec: StackSpec, world: BayState, signal: AbortSignal): Promise<StackSnapshot> {
  await deps.stillHeld?.();
  try {
    return await deps.orchestrator.create(spec, accessOf(world), signal);
  } catch (error) {
    if (!isDomainError(error, 'conflict')) throw error;
    const known = (await deps.orchestrator.find([spec.name], accessOf(world), signal)).get(spec.name);
    if (known) return known;
    throw new DomainError('cloud-unavailable', { message: `Stack ${spec.name} exists but cannot be seen yet.`, cause: error });
  }
}

async function renderInput(deps: ConductorDeps, world: BayState): Promise<RenderInput> {
  const { facts } = world.support;
  const { trustee } = wantedCredential(world.bay, world.support);
  if (!trustee || !facts) throw missing('The delegation', world.bay.id);
  return {
    ...desiredOf(world),
    facts,
    rollbackOnFailure: world.intent?.rollbackOnFailure ?? false,
    delegation: {
      trusteeUserId: trustee.userId,
      trusteeUsername: trustee.username,
      trusteeDomainId: trustee.domainId,
      enrolmentTokens: new Secret(JSON.stringify(await enrolmentTokens(deps, world))),
      trustId: trustee.trustId ?? null,
    },
  };
}

/** What may pass by itself is tried again, later and later; what never will settles the bay. */
async function settleError(deps: ConductorDeps, lease: Lease, world: BayState, error: unknown): Promise<PassResult> {
  const known = isDomainError(error) ? error : undefined;
  const fields = { bayId: world.bay.id, generation: world.bay.generation, attempts: lease.attempts, error };
  if (world.intent && known && known.retry !== 'later') {
    deps.logger.warn('bay operation refused', fields);
    const { failed: status } = STATUS_OF[world.intent.operation];
    const step: Step = { do: 'fail', status, reason: withRemedy(known.message, status) };
    return underDeadline({ milliseconds: RECORD_WITHIN_MS }, (signal) =>
      recordPass(deps, { lease, world, snapshot: undefined, seen: undefined, step }, signal),
    );
  }
  deps.logger.warn('bay pass failed, will retry', fields);
  const reason = known ? known.message : 'An unexpected error occurred in this service.';
  await recordRetry(deps, lease, world, reason);
  return { lookAgainAt: new Date(deps.clock.now().getTime() + backoff(deps, lease.attempts)), failed: true, outcome: 'retry' };
}

/** Exponential with full jitter in its upper half. */
function backoff(deps: ConductorDeps, attempts: number): number {
  const most = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 16));
  return most / 2 + deps.random.below(Math.ceil(most / 2));
}
