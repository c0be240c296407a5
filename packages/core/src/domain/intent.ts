import type { Operation } from './bay-status.js';
import type { BayId } from './ids.js';
import type { Upgrade } from './upgrade.js';

/**
 * An accepted change that is not finished. Committed together with the desired state; every later step works from it, so that a
 * crash loses no request.
 */
export interface Intent {
  readonly bayId: BayId;
  readonly operation: Operation;
  readonly generation: number;
  readonly rollbackOnFailure: boolean;
  /** Null unless nodes are to be replaced by those of another model. */
  readonly upgrade: Upgrade | null;
  /** Number of the upgrade batch that the stack should have. */
  readonly batch: number;
  readonly startedAt: Date;
  /** The operation counts as failed after this, also when every conductor was down meanwhile. Null: no limit. */
  readonly deadline: Date | null;
  /** Where the request stood in a distributed trace, as W3C `traceparent`; null where it stood in none. */
  readonly traceparent: string | null;
}

/** The orchestrator gets the limit itself; ours comes a little later, for the case that it never reports. */
const GRACE_MS = 60_000;

export function deadlineOf(startedAt: Date, timeoutMinutes: number): Date | null {
  return timeoutMinutes === 0 ? null : new Date(startedAt.getTime() + timeoutMinutes * 60_000 + GRACE_MS);
}
