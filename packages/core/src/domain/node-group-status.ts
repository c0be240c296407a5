import { STATUS_OF, type BayStatus } from './bay-status.js';
import type { Step } from './plan.js';

/** The change of a node group's status after a step of its bay. */
export type GroupFate =
  | { readonly kind: 'stay' }
  | { readonly kind: 'become'; readonly status: BayStatus; readonly reason: string | null }
  /** The group is deleted with its nodes. */
  | { readonly kind: 'go' };

const STAY: GroupFate = { kind: 'stay' };

/**
 * A group has a status of its own: only what was asked of it moves it. A finished change makes the stack what was wanted, so
 * that it settles groups that had failed before too. Statuses: docs/contract/conductor.md#statuses.
 */
export function fateOf(status: BayStatus, step: Step): GroupFate {
  if (step.do === 'finish') return step.status === 'ROLLBACK_COMPLETE' ? rolledBack(status, step.reason) : fateOfFinished(status);
  if (step.do === 'fail') return fateOfFailed(status, step);
  return STAY;
}

function fateOfFinished(status: BayStatus): GroupFate {
  if (status.endsWith('_COMPLETE')) return STAY;
  if (status.startsWith('DELETE_')) return { kind: 'go' };
  const operation = status.startsWith('CREATE_') ? 'create' : 'update';
  return { kind: 'become', status: STATUS_OF[operation].done, reason: null };
}

/** A group that was being made has lost its nodes again; one that was being deleted has them back. */
function rolledBack(status: BayStatus, reason: string | null): GroupFate {
  if (!status.endsWith('_IN_PROGRESS')) return STAY;
  if (status === 'CREATE_IN_PROGRESS') return { kind: 'become', status: 'CREATE_FAILED', reason };
  return { kind: 'become', status: 'ROLLBACK_COMPLETE', reason };
}

function fateOfFailed(status: BayStatus, step: Extract<Step, { do: 'fail' }>): GroupFate {
  if (!status.endsWith('_IN_PROGRESS')) return STAY;
  if (status === 'CREATE_IN_PROGRESS') return { kind: 'become', status: 'CREATE_FAILED', reason: step.reason };
  if (status === 'DELETE_IN_PROGRESS') return { kind: 'become', status: 'DELETE_FAILED', reason: step.reason };
  return { kind: 'become', status: step.status === 'ROLLBACK_FAILED' ? step.status : 'UPDATE_FAILED', reason: step.reason };
}
