import type { BayObserved } from '../domain/bay.js';
import { isMaster } from '../domain/node-group.js';
import type { Outcome } from '../ports/notifier.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';

export type NotifyDeps = Pick<ConductorDeps, 'notifier'>;

/** The outcome of a bay's operation. `observed`: the bay after it, where that is not in the state yet. */
export interface OperationOutcome {
  readonly state: BayState;
  readonly outcome: Outcome;
  readonly observed?: BayObserved;
}

/** Sends a notification about the outcome of a bay's operation. */
export async function notifyOthers(deps: NotifyDeps, { state, outcome, observed }: OperationOutcome): Promise<void> {
  if (!state.intent) return;
  const count = (masters: boolean): number =>
    state.nodeGroups.filter((group) => isMaster(group) === masters).reduce((sum, group) => sum + group.nodeCount, 0);
  await deps.notifier.notify({
    operation: state.intent.operation,
    outcome,
    bay: observed ? { ...state.bay, observed } : state.bay,
    nodeCount: count(false),
    masterCount: count(true),
  });
}
