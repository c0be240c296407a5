import { backoffMs } from '../concurrency/backoff.js';
import { STATUS_OF } from './bay-status.js';
import type { Intent } from './intent.js';
import type { Observation } from './observation.js';
import type { Step } from './plan.js';

/** How often a stack was told the same again, for the change of that generation. `at`: when last, milliseconds since 1970. */
export interface StackRetries {
  readonly generation: number;
  readonly times: number;
  readonly at: number;
}

export const MAX_STACK_RETRIES = 5;
const BACKOFF = { firstMs: 10_000 };

/**
 * The next step of a bay whose stack has failed only because one of the orchestrator's neighbours did not answer it: the same is
 * told again, a few times and ever later, as long as there is time for the change. A rollback was its owner's wish and stays.
 */
export function withStackRetry(
  step: Step,
  intent: Intent | null,
  seen: Observation,
  healing: StackRetries | null,
  now: Date,
): Step {
  if (step.do !== 'fail' || !intent || !isTransient(seen) || (intent.deadline && now > intent.deadline)) return step;
  const past = healing?.generation === intent.generation ? healing : { times: 0, at: 0 };
  if (past.times >= MAX_STACK_RETRIES) return step;
  const pause = past.times === 0 ? 0 : backoffMs(BACKOFF, past.times - 1);
  const left = past.at + pause - now.getTime();
  if (left <= 0) return { do: 'retry-stack' };
  const reason = `${seen.failure ?? ''} ${describeRetry(past.times)}`;
  return { do: 'wait', milliseconds: left, status: STATUS_OF[intent.operation].running, reason };
}

function isTransient({ stack, failureMayPass }: Observation): boolean {
  return stack.kind === 'present' && stack.action !== 'ROLLBACK' && failureMayPass === true;
}

/** What a bay's reason says of the next attempt. */
export function describeRetry(timesBefore: number): string {
  return `It is tried again (attempt ${timesBefore + 1} of ${MAX_STACK_RETRIES}).`;
}
