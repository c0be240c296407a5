import { postInstallRef } from '../../domain/post-install.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';
import { saveProgress, type LeasedBay, type SaveProgressDeps } from '../save-state.js';

export type PostInstallDeps = SaveProgressDeps & Pick<ConductorDeps, 'postInstall' | 'engines' | 'sealer'>;

/**
 * Gives a new bay its copy of the operator's manifest, once and for the whole life of the bay. Copy, hash and event are written in one transaction:
 * a conductor that dies before it has kept nothing, and the next one fetches; one that dies after it is followed by one that finds the copy and does
 * not ask again. So all control planes, also those that replace others in years, apply what the first one applied.
 *
 * The copy is made before the bay has a stack, and never later: a bay that was made while the operator named no manifest stays without one.
 */
export async function ensurePostInstall(
  deps: PostInstallDeps,
  { lease, state }: LeasedBay,
  signal: AbortSignal,
): Promise<BayState> {
  const driver = deps.engines.driverOf(state.model);
  if (!deps.postInstall || !driver.postInstallObjects || !isNew(state)) return state;
  const { sha256, documents } = await deps.postInstall.fetch(signal);
  const objects = driver.postInstallObjects(documents);
  const ref = postInstallRef(state.bay.id);
  return saveProgress(
    deps,
    { lease, state },
    {
      change: { postInstall: { sha256, objects: objects.length } },
      kept: { ref, sealed: deps.sealer.seal(JSON.stringify(objects), ref) },
      reason: `The post-install manifest is kept for this bay: ${objects.length} objects, SHA-256 ${sha256}.`,
      log: { message: 'post-install manifest kept', fields: { sha256, objects: objects.length } },
    },
  );
}

/** Has neither a copy nor a stack. A stack that failed counts: its nodes may be there already. */
function isNew({ bay, support }: BayState): boolean {
  return support.postInstall === null && bay.observed.stackId === null;
}
