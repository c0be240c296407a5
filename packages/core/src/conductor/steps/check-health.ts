import { underDeadline } from '../../concurrency/deadline.js';
import type { BayDesired, BayObserved } from '../../domain/bay.js';
import { STABLE_STATUSES, type BayStatus } from '../../domain/bay-status.js';
import { isDomainError } from '../../domain/errors.js';
import type { CoeSession } from '../../ports/bay-driver.js';
import { sessionOf, type EngineAccessDeps } from '../engine-access.js';
import type { Pass, PassResult } from '../pass.js';
import { healNodes, type HealNodesDeps } from './heal-nodes.js';
import { labelNodes, type LabelNodesDeps } from './label-nodes.js';
import type { BayState } from '../bay-state.js';
import { saveState } from '../save-state.js';
import type { ConductorDeps } from '../deps.js';

export type CheckHealthDeps = EngineAccessDeps & LabelNodesDeps & HealNodesDeps & Pick<ConductorDeps, 'healthIntervalMs'>;

const HEALTH_DEADLINE_MS = 15_000;
/** Errors before the engine was asked: servers are simulated, or the cloud does not report the engine's address. */
const NOT_ASKED = ['engine-not-live', 'cloud-unavailable', 'cloud-refused'] as const;

/** Checks the health of a stable bay. A bay in any other status is not checked until its next request. */
export async function checkHealth(deps: CheckHealthDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { bay } = pass.state;
  const interval = deps.healthIntervalMs;
  const isStable = STABLE_STATUSES.has(bay.observed.status);
  // An interval of zero or less switches the periodic check off.
  if (isStable && interval <= 0) await labelNodes(deps, { state: pass.state }, signal);
  if (!isStable || interval <= 0) return { lookAgainAt: 'never', failed: false, outcome: 'check-health' };
  const { found, session } = await observeHealth(deps, pass, signal);
  signal.throwIfAborted();
  if (session) await labelNodes(deps, { state: pass.state, session }, signal);
  await deps.store.writeUnder(pass.lease, (repos) =>
    repos.bays.saveObserved(bay.id, { ...bay.observed, ...found }, bay.generation),
  );
  const checked = { ...pass.state, bay: { ...bay, observed: { ...bay.observed, ...found } } };
  if (await healNodes(deps, { lease: pass.lease, state: checked }, found))
    return { lookAgainAt: deps.clock.now(), failed: false, outcome: 'check-health' };
  return {
    lookAgainAt: new Date(deps.clock.now().getTime() + interval),
    failed: false,
    outcome: 'check-health',
  };
}

/** Statuses of a change in place: workloads keep running meanwhile, and an update can take an hour. */
const CHANGING: ReadonlySet<BayStatus> = new Set(['UPDATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS']);
/** An engine that does not answer must not delay the record of a complete stack. */
const CHANGING_DEADLINE_MS = 5_000;

/** Whether the health check of a bay that waits for the orchestrator is due: at the usual interval, counted from the change. */
export function isHealthDue(
  deps: Pick<CheckHealthDeps, 'clock' | 'healthIntervalMs'>,
  { bay, intent, support }: Pick<BayState, 'bay' | 'intent' | 'support'>,
): boolean {
  const interval = deps.healthIntervalMs;
  if (interval <= 0 || !intent || !CHANGING.has(bay.observed.status) || bay.observed.apiAddress === null) return false;
  const last = Math.max(support.healthAskedAt, intent.startedAt.getTime());
  return deps.clock.now().getTime() >= last + interval;
}

/**
 * The pass with the result of a health check, where one is due. The time of the check is stored, so that any conductor keeps
 * the interval.
 */
export async function withHealth(deps: CheckHealthDeps, pass: Pass, signal: AbortSignal): Promise<Pass> {
  const { state } = pass;
  if (!isHealthDue(deps, state)) return pass;
  const healthAskedAt = deps.clock.now().getTime();
  const { found } = await observeHealth(deps, pass, signal, CHANGING_DEADLINE_MS);
  signal.throwIfAborted();
  const saved = await saveState(deps, pass, { healthAskedAt });
  const bay = { ...state.bay, observed: { ...state.bay.observed, ...found } };
  return { ...pass, state: { ...saved, bay } };
}

interface CheckedEngine {
  readonly found: Partial<BayObserved>;
  /** Undefined where the engine did not answer. */
  readonly session?: CoeSession;
}

async function observeHealth(
  deps: EngineAccessDeps & Pick<CheckHealthDeps, 'clock'>,
  pass: Pass,
  signal: AbortSignal,
  milliseconds = HEALTH_DEADLINE_MS,
): Promise<CheckedEngine> {
  try {
    return await underDeadline({ milliseconds, signal }, async (timely) => {
      const session = await sessionOf(deps, pass.state, timely);
      const { health, reason, isSilent } = await session.health(timely);
      if (isSilent === true) return { found: silentEngine(deps, pass.state, reason['api'] ?? '') };
      return { session, found: { health, healthReason: reason, ...(await versionsOf(session, timely)) } };
    });
  } catch (error) {
    // An engine that does not answer is a finding about the bay; the pass itself has not failed.
    const reason = isDomainError(error) ? error.message : 'The engine did not answer.';
    if (!isDomainError(error) || error.kind === 'engine-unavailable') return { found: silentEngine(deps, pass.state, reason) };
    const isAsked = !NOT_ASKED.some((kind) => isDomainError(error, kind));
    return { found: { health: isAsked ? 'UNHEALTHY' : 'UNKNOWN', healthReason: { api: reason } } };
  }
}

/** Whether the bay has a floating address for its API. */
function isApiPublic({ masterLbEnabled, floatingIpEnabled, labels }: BayDesired): boolean {
  const label = masterLbEnabled ? labels['master_lb_floating_ip_enabled'] : undefined;
  return label === undefined ? floatingIpEnabled : label.toLowerCase() === 'true';
}

const UNREACHABLE_SINCE = /^Unreachable since (\S+): /;

/**
 * What is recorded of an engine that does not answer. A conductor may have no way into the network of a private bay, which says nothing about
 * the bay: then nothing is known of it since the first such check.
 */
function silentEngine({ clock }: Pick<CheckHealthDeps, 'clock'>, { bay }: BayState, reason: string): Partial<BayObserved> {
  if (isApiPublic(bay.desired)) return { health: 'UNHEALTHY', healthReason: { api: reason } };
  const known = UNREACHABLE_SINCE.exec(bay.observed.healthReason?.['api'] ?? '')?.[1];
  const since = known ?? clock.now().toISOString();
  return { health: 'UNKNOWN', healthReason: { api: `Unreachable since ${since}: ${reason}` } };
}

async function versionsOf(session: CoeSession, signal: AbortSignal): Promise<Partial<BayObserved>> {
  const versions = await session.versions?.(signal);
  return versions ? { coeVersion: versions.coe, containerVersion: versions.containerRuntime } : {};
}
