import type { Bay } from './bay.js';
import { STATUS_OF, type BayStatus } from './bay-status.js';
import type { Intent } from './intent.js';
import { assertNever } from './json.js';
import { withRemedy } from './remedy.js';
import type { Observation, StackSighting } from './observation.js';

export type RotationKind = 'authority' | 'credential';

/** The next step of a bay: exactly one. A wait has the status that the bay shows meanwhile. */
export type Step =
  | { readonly do: 'create' | 'update' | 'delete' }
  /** The stack is as desired, and nodes of an older model are left: the next batch of the upgrade starts. */
  | { readonly do: 'upgrade-batch' }
  /** The stack failed for a transient reason: the same template is applied again. */
  | { readonly do: 'retry-stack' }
  | { readonly do: 'wait'; readonly milliseconds: number; readonly status: BayStatus; readonly reason?: string }
  | { readonly do: 'finish'; readonly status: BayStatus; readonly reason: string | null }
  | { readonly do: 'fail'; readonly status: BayStatus; readonly reason: string }
  /** The stack is deleted: the bay's records are removed. */
  | { readonly do: 'forget' }
  /** The stack is as desired, and the rotation of the bay's authority or its nodes' credential is not finished. */
  | { readonly do: 'rotate'; readonly kind: RotationKind }
  /** The bay has no intent: its health is checked. */
  | { readonly do: 'check-health' };

type Present = Extract<StackSighting, { kind: 'present' }>;

const LOOK_AGAIN_MS = 1_000;

/**
 * The step that brings a stack to its intent. Pure: intent and observation decide.
 * `isUpgraded` is false while nodes of an older model are left that the intent wants replaced.
 */
export function planBay(bay: Bay, intent: Intent | null, seen: Observation, now: Date, isUpgraded = true): Step {
  if (!intent) return { do: 'check-health' };
  if (intent.operation === 'delete') return planDelete(bay, intent, seen);
  if (intent.deadline && now > intent.deadline) return expired(intent, seen);
  return seen.stack.kind === 'absent' ? planAbsent(bay, intent) : planPresent(bay, intent, seen.stack, { seen, isUpgraded });
}

function planDelete(bay: Bay, intent: Intent, seen: Observation): Step {
  if (seen.stack.kind === 'absent') return { do: 'forget' };
  const accepted = seen.stack.action === 'DELETE' && bay.observed.acceptedGeneration >= intent.generation;
  if (seen.stack.action === 'DELETE' && seen.stack.state === 'IN_PROGRESS') return wait('DELETE_IN_PROGRESS');
  if (accepted && seen.stack.state === 'FAILED') {
    return failure('DELETE_FAILED', seen.failure ?? `Stack ${seen.stack.id} could not be deleted.`);
  }
  return { do: 'delete' };
}

function planAbsent(bay: Bay, intent: Intent): Step {
  if (bay.observed.acceptedGeneration < intent.generation) return { do: 'create' };
  const missing = `Stack ${bay.observed.stackId ?? ''} no longer exists: it was deleted outside of this service.`;
  return failure(STATUS_OF[intent.operation].failed, missing, 'Delete it.');
}

function planPresent(
  bay: Bay,
  intent: Intent,
  stack: Present,
  { seen, isUpgraded }: { readonly seen: Observation; readonly isUpgraded: boolean },
): Step {
  const { running } = STATUS_OF[intent.operation];
  const isAccepted =
    isApplied(stack, intent) || (stack.action === 'ROLLBACK' && bay.observed.acceptedGeneration >= intent.generation);
  if (!isAccepted) return stack.state === 'IN_PROGRESS' ? wait(running) : applyStep(stack, intent, seen);
  switch (stack.state) {
    case 'IN_PROGRESS':
      return wait(stack.action === 'ROLLBACK' ? 'ROLLBACK_IN_PROGRESS' : running);
    case 'COMPLETE':
      return isUpgraded || stack.action === 'ROLLBACK' ? stepOfCompleted(stack, intent, seen) : { do: 'upgrade-batch' };
    case 'FAILED':
      return stepOfFailed(stack, intent, seen);
    default:
      return assertNever(stack.state);
  }
}

/** Whether the stack has the intent's generation and upgrade batch. */
export function isApplied(
  stack: Pick<Present, 'appliedGeneration' | 'appliedBatch'>,
  intent: Pick<Intent, 'generation' | 'batch'>,
): boolean {
  if (stack.appliedGeneration !== intent.generation) return stack.appliedGeneration > intent.generation;
  return (stack.appliedBatch ?? 0) >= intent.batch;
}

function applyStep(stack: Present, intent: Intent, seen: Observation): Step {
  if (stack.action !== 'DELETE') return { do: 'update' };
  return failure(STATUS_OF[intent.operation].failed, seen.failure ?? `Stack ${stack.id} is being deleted.`, 'Delete it.');
}

function stepOfCompleted(stack: Present, intent: Intent, seen: Observation): Step {
  if (stack.action === 'ROLLBACK') {
    const reason = withRemedy(seen.failure ?? 'The change failed and was rolled back.', 'ROLLBACK_COMPLETE');
    return { do: 'finish', status: 'ROLLBACK_COMPLETE', reason };
  }
  return { do: 'finish', status: STATUS_OF[intent.operation].done, reason: null };
}

function stepOfFailed(stack: Present, intent: Intent, seen: Observation): Step {
  const status = stack.action === 'ROLLBACK' ? 'ROLLBACK_FAILED' : STATUS_OF[intent.operation].failed;
  return failure(status, seen.failure ?? `Stack ${stack.id} is ${stack.action}_FAILED.`);
}

function expired(intent: Intent, seen: Observation): Step {
  const minutes = Math.round(((intent.deadline?.getTime() ?? 0) - intent.startedAt.getTime()) / 60_000) - 1;
  const late = `Timed out: not complete after ${minutes} minutes.`;
  return failure(STATUS_OF[intent.operation].failed, seen.failure ? `${late} ${seen.failure}` : late);
}

function failure(status: BayStatus, what: string, remedy?: string): Step {
  return { do: 'fail', status, reason: withRemedy(what, status, remedy) };
}

function wait(status: BayStatus): Step {
  return { do: 'wait', milliseconds: LOOK_AGAIN_MS, status };
}
