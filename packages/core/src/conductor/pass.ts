import type { Observation } from '../domain/observation.js';
import type { Step } from '../domain/plan.js';
import type { PassOutcome } from '../ports/meter.js';
import type { StackSnapshot } from '../ports/orchestrator.js';
import type { Lease } from '../ports/store.js';
import type { BayState } from './bay-state.js';

/** The state, the observation and the step of one pass. `seen` is undefined when the pass failed before it observed. */
export interface Pass {
  readonly lease: Lease;
  readonly state: BayState;
  readonly snapshot: StackSnapshot | undefined;
  readonly seen: Observation | undefined;
  readonly step: Step;
}

/** The time of the next pass; `failed` counts towards the backoff. */
export interface PassResult {
  readonly lookAgainAt: Date | 'never';
  readonly failed: boolean;
  readonly outcome: PassOutcome;
}
