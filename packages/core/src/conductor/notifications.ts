import type { BayObserved } from '../domain/bay.js';
import { isMaster } from '../domain/node-group.js';
import type { Outcome } from '../ports/notifier.js';
import type { BayState, ConductorDeps } from './bay-state.js';

/** Tells the outside what an operation of a bay has come to; nothing where nobody listens. */
export async function notifyOthers(
  deps: Pick<ConductorDeps, 'notifier'>,
  world: BayState,
  outcome: Outcome,
  observed?: BayObserved,
): Promise<void> {
  if (!deps.notifier || !world.intent) return;
  const count = (masters: boolean): number =>
    world.nodeGroups.filter((group) => isMaster(group) === masters).reduce((sum, group) => sum + group.nodeCount, 0);
  await deps.notifier.notify({
    operation: world.intent.operation,
    outcome,
    bay: observed ? { ...world.bay, observed } : world.bay,
    nodeCount: count(false),
    masterCount: count(true),
  });
}
