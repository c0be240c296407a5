export const BAY_STATUSES = [
  'CREATE_IN_PROGRESS',
  'CREATE_FAILED',
  'CREATE_COMPLETE',
  'UPDATE_IN_PROGRESS',
  'UPDATE_FAILED',
  'UPDATE_COMPLETE',
  'DELETE_IN_PROGRESS',
  'DELETE_FAILED',
  'DELETE_COMPLETE',
  'RESUME_COMPLETE',
  'RESUME_FAILED',
  'RESTORE_COMPLETE',
  'ROLLBACK_IN_PROGRESS',
  'ROLLBACK_FAILED',
  'ROLLBACK_COMPLETE',
  'SNAPSHOT_COMPLETE',
  'CHECK_COMPLETE',
  'ADOPT_COMPLETE',
] as const;
/** Status of a bay or node group: docs/contract/resources.md#status. */
export type BayStatus = (typeof BAY_STATUSES)[number];

export const HEALTH = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'] as const;
export type Health = (typeof HEALTH)[number];

export function isInProgress(status: BayStatus): boolean {
  return status.endsWith('_IN_PROGRESS');
}

export function isFailed(status: BayStatus): boolean {
  return status.endsWith('_FAILED');
}

/**
 * Statuses in which every node of the bay runs, or did so before the last change: the bay is checked for its health, and can
 * rotate.
 */
export const STABLE_STATUSES: ReadonlySet<BayStatus> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'ROLLBACK_COMPLETE',
]);

/** The status of a bay while an operation runs, when it has succeeded, and when it has failed. */
export type Operation = 'create' | 'update' | 'delete';
export const STATUS_OF = {
  create: { running: 'CREATE_IN_PROGRESS', done: 'CREATE_COMPLETE', failed: 'CREATE_FAILED' },
  update: { running: 'UPDATE_IN_PROGRESS', done: 'UPDATE_COMPLETE', failed: 'UPDATE_FAILED' },
  delete: { running: 'DELETE_IN_PROGRESS', done: 'DELETE_COMPLETE', failed: 'DELETE_FAILED' },
} as const satisfies Record<Operation, { running: BayStatus; done: BayStatus; failed: BayStatus }>;
