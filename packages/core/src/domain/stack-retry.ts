import { backoffMs } from '../concurrency/backoff.js';
import { STATUS_OF } from './bay-status.js';
import type { Intent } from './intent.js';
import type { Observation } from './observation.js';
import type { Step } from './plan.js';

/** The retries of a stack for one generation. `at`: the last one, milliseconds since 1970. */
export interface StackRetries {
  readonly generation: number;
  readonly times: number;
  readonly at: number;
}

export const MAX_STACK_RETRIES = 5;
const BACKOFF = { firstMs: 10_000 };

/**
 * Stack retries. A stack that failed only because a service behind the orchestrator did not answer is applied again: without
 * that, a restart of Keystone would fail every bay that is being made. Five retries, the first at once and the others after 10,
 * 20, 40 and 80 seconds, within the deadline of the operation. Invariant: a failure that would come again, and a rollback that
 * its owner asked for, are never retried.
 */
export function withStackRetry(
  step: Step,
  { intent, retries }: { readonly intent: Intent | null; readonly retries: StackRetries | null },
  { seen, now }: { readonly seen: Observation; readonly now: Date },
): Step {
  if (step.do !== 'fail' || !intent || !isTransient(seen) || (intent.deadline && now > intent.deadline)) return step;
  const past = retries?.generation === intent.generation ? retries : { times: 0, at: 0 };
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

/** The end of a status reason, about the next attempt. */
export function describeRetry(timesBefore: number): string {
  return `It is tried again (attempt ${timesBefore + 1} of ${MAX_STACK_RETRIES}).`;
}
