import { underDeadline } from '../../concurrency/deadline.js';
import { isDomainError } from '../../domain/errors.js';
import { sessionOf, type EngineAccessDeps } from '../engine-access.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps } from '../deps.js';

export type ReleaseNodesDeps = EngineAccessDeps & Pick<ConductorDeps, 'logger'>;

const DEADLINE_MS = 75_000;

/**
 * Drains nodes before they are deleted: the engine moves their workloads to other nodes and removes them from its own list.
 * Best effort: an engine that does not answer, or a dead node, must not block the deletion.
 */
export async function releaseLeavingNodes(deps: ReleaseNodesDeps, state: BayState, signal: AbortSignal): Promise<void> {
  const leaving = state.nodes
    .filter((node) => node.desired === 'absent' && node.observed.serverId !== null)
    .map((node) => node.name);
  if (leaving.length === 0) return;
  try {
    await underDeadline({ milliseconds: DEADLINE_MS, signal }, async (timely) =>
      (await sessionOf(deps, state, timely)).releaseNodes?.(leaving, timely),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (isDomainError(error, 'engine-not-live')) return;
    deps.logger.warn('nodes not released', { bayId: state.bay.id, generation: state.bay.generation, nodes: leaving, error });
  }
}
