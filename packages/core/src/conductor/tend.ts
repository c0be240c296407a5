import { underDeadline } from '../concurrency/deadline.js';
import type { BayObserved } from '../domain/bay.js';
import type { BayStatus } from '../domain/bay-status.js';
import { isDomainError } from '../domain/errors.js';
import type { CoeSession, NodeReport } from '../ports/bay-driver.js';
import { sessionOf } from './engine-access.js';
import type { Pass, PassResult } from './pass.js';
import type { ConductorDeps } from './world.js';

/** `[kubernetes] health_polling_interval` of upstream. */
const HEALTH_INTERVAL_MS = 60_000;
const HEALTH_DEADLINE_MS = 15_000;
const TENDED: ReadonlySet<BayStatus> = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_FAILED', 'ROLLBACK_COMPLETE']);

/** A settled bay is asked for its health; a bay that failed rests until somebody asks for something. */
export async function tendBay(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<PassResult> {
  const { bay } = pass.world;
  const interval = deps.healthIntervalMs ?? HEALTH_INTERVAL_MS;
  // An interval of zero or less switches the periodic check off.
  if (!TENDED.has(bay.observed.status) || interval <= 0) return { lookAgainAt: 'never', failed: false, outcome: 'tend' };
  const found = await lookAtEngine(deps, pass, signal);
  signal.throwIfAborted();
  await deps.store.writeUnder(pass.lease, (repos) =>
    repos.bays.saveObserved(bay.id, { ...bay.observed, ...found }, bay.generation),
  );
  return {
    lookAgainAt: new Date(deps.clock.now().getTime() + interval),
    failed: false,
    outcome: 'tend',
  };
}

async function lookAtEngine(deps: ConductorDeps, pass: Pass, signal: AbortSignal): Promise<Partial<BayObserved>> {
  try {
    return await underDeadline({ milliseconds: HEALTH_DEADLINE_MS, signal }, async (timely) => {
      const session = await sessionOf(deps, pass.world);
      const { health, reason } = await session.health(timely);
      return { health, healthReason: reason, ...(await versionsOf(session, timely)) };
    });
  } catch (error) {
    // An engine that cannot be asked is a finding about the bay, not a failure of the pass.
    const words = isDomainError(error) ? error.message : 'The engine did not answer.';
    return { health: isDomainError(error, 'engine-not-live') ? 'UNKNOWN' : 'UNHEALTHY', healthReason: { api: words } };
  }
}

async function versionsOf(session: CoeSession, signal: AbortSignal): Promise<Partial<BayObserved>> {
  const nodes: readonly NodeReport[] = (await session.nodes?.(signal)) ?? [];
  const version = nodes.find((node) => node.leader)?.engineVersion ?? nodes[0]?.engineVersion;
  return version ? { coeVersion: version, containerVersion: version } : {};
}
