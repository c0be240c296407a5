import type { Observation } from '../domain/observation.js';
import type { Step } from '../domain/plan.js';
import type { PassOutcome } from '../ports/meter.js';
import type { StackSnapshot } from '../ports/orchestrator.js';
import type { Lease } from '../ports/store.js';
import type { BayState } from './bay-state.js';

/** What one pass has seen and decided. `seen` is undefined when the pass failed before it could look. */
export interface Pass {
  readonly lease: Lease;
  readonly state: BayState;
  readonly snapshot: StackSnapshot | undefined;
  readonly seen: Observation | undefined;
  readonly step: Step;
}

/** When to look again; `failed` counts towards the backoff. */
export interface PassResult {
  readonly lookAgainAt: Date | 'never';
  readonly failed: boolean;
  readonly outcome: PassOutcome;
}
