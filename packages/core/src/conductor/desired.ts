import type { DesiredBay } from '../ports/bay-driver.js';
import type { CloudAccess } from '../ports/orchestrator.js';
import { upgraded } from '../domain/upgrade.js';
import type { BayState } from './bay-state.js';

/**
 * The bay that its stack should be. During an upgrade this is the bay of the new model, with the nodes that exist: a node keeps the
 * image that it was made with, and other values of a model reach a node only while it boots.
 */
export function desiredOf(state: BayState): DesiredBay {
  const { bay, nodes, nodeGroups, model, nextModel, intent } = state;
  const upgrade = intent?.upgrade;
  if (!upgrade || !nextModel) return { bay, model, nodeGroups, nodes, batch: intent?.batch ?? 0 };
  return { ...upgraded({ bay, nodeGroups }, upgrade), model: nextModel, nodes, batch: intent.batch };
}

/** The rights under which the bay's stack is made: the owner's trust where the bay has one, else the service's own. */
export function accessOf({ bay, support }: Pick<BayState, 'bay' | 'support'>): CloudAccess {
  const { delegate } = support;
  return {
    projectId: bay.projectId,
    userId: bay.userId,
    ...(delegate ? { credential: { kind: 'trust', ...delegate } } : {}),
  };
}
