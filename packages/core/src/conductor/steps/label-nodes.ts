import { underDeadline } from '../../concurrency/deadline.js';
import { isDomainError } from '../../domain/errors.js';
import { describeNodes } from '../../domain/node-description.js';
import type { CoeSession } from '../../ports/bay-driver.js';
import { sessionOf, type EngineAccessDeps } from '../engine-access.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';

export type LabelNodesDeps = EngineAccessDeps & Pick<ConductorDeps, 'logger'>;

const DEADLINE_MS = 15_000;

/**
 * Brings labels and taints of node groups to the nodes of a running engine, where the engine has such marks.
 *
 * A change of a group has no step of its own that a crash could lose. Whenever a conductor checks the engine of a settled bay, it says how
 * every node should be described, and the session changes what differs. The first check follows the end of each operation at once. So a
 * call that failed is repeated by the next check, and marks that were removed behind this service's back come back.
 *
 * `session`: the one of the health check; absent where the engine was not checked.
 */
export async function labelNodes(
  deps: LabelNodesDeps,
  { state, session }: { readonly state: BayState; readonly session?: CoeSession },
  signal: AbortSignal,
): Promise<void> {
  const { bay, nodeGroups, nodes } = state;
  try {
    await underDeadline({ milliseconds: DEADLINE_MS, signal }, async (timely) => {
      const engine = session ?? (await sessionOf(deps, state, timely));
      await engine.labelNodes?.(describeNodes(nodeGroups, nodes), timely);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isDomainError(error, 'engine-not-live')) return;
    deps.logger.warn('nodes not labelled', { bayId: bay.id, generation: bay.generation, error });
  }
}
