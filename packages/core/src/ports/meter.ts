/**
 * How a pass over a bay ended: what it did (`domain/plan.ts`: `retry-stack` applies the same stack again after a transient failure), `retry` (a failure that may pass), `quiet` (a look showed that there was
 * nothing to do), `gone` (its bay was), `lost` (another conductor has the bay now), `stopped` (this one is stopping), `abandoned`
 * (it could not even record its failure).
 */
export type PassOutcome =
  | 'create'
  | 'update'
  | 'delete'
  | 'upgrade-batch'
  | 'retry-stack'
  | 'wait'
  | 'finish'
  | 'fail'
  | 'forget'
  | 'check-health'
  | 'rotate'
  | 'retry'
  | 'quiet'
  | 'gone'
  | 'lost'
  | 'stopped'
  | 'abandoned';

/** What a late writer can leave of a deleted bay. */
export type OrphanKind = 'secret' | 'account' | 'stack';

/** Counts what a conductor does, for operators. Never fails and never waits. */
export interface Meter {
  claimed(bays: number): void;
  /** Something of a deleted bay was removed. */
  leftOver(kind: OrphanKind): void;
  passed(outcome: PassOutcome, bays?: number): void;
  /** One call to a neighbour: `orchestrator`, `create`; the outcome is `ok` or the kind of the error. */
  called(neighbour: string, operation: string, outcome: string, seconds: number): void;
}
