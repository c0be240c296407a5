import type { BayStatus } from './bay-status.js';

/** Operations on a bay that exists. `update` is the change of the number of workers by PATCH. */
export const BAY_OPERATIONS = [
  'update',
  'resize',
  'upgrade',
  'nodegroup-create',
  'nodegroup-update',
  'nodegroup-delete',
  'rotate-ca',
  'rotate-credential',
  'delete',
] as const;
export type BayOperation = (typeof BAY_OPERATIONS)[number];

const EVERYTHING: ReadonlySet<BayOperation> = new Set(BAY_OPERATIONS);
const NOTHING_BUT_DELETE: ReadonlySet<BayOperation> = new Set(['delete']);
/**
 * Operations that are accepted during an update: the newest desired state is applied when the stack is no longer in progress.
 */
const WHILE_UPDATING: ReadonlySet<BayOperation> = new Set([
  'update',
  'resize',
  'nodegroup-create',
  'nodegroup-update',
  'nodegroup-delete',
  'rotate-credential',
  'delete',
]);
/** A bay that was never complete has nothing to upgrade or rotate; a change of its size repeats the creation. */
const AFTER_FAILED_CREATION: ReadonlySet<BayOperation> = new Set([
  'update',
  'resize',
  'nodegroup-create',
  'nodegroup-update',
  'nodegroup-delete',
  'delete',
]);

/**
 * The operations that each status accepts; any other is refused with 400 and changes nothing
 * (docs/contract/conductor.md#accepted-operations). Every failed status accepts a deletion, and most accept a repair.
 */
export const ACCEPTED_IN: Readonly<Record<BayStatus, ReadonlySet<BayOperation>>> = {
  CREATE_IN_PROGRESS: NOTHING_BUT_DELETE,
  CREATE_FAILED: AFTER_FAILED_CREATION,
  CREATE_COMPLETE: EVERYTHING,
  UPDATE_IN_PROGRESS: WHILE_UPDATING,
  UPDATE_FAILED: EVERYTHING,
  UPDATE_COMPLETE: EVERYTHING,
  DELETE_IN_PROGRESS: NOTHING_BUT_DELETE,
  DELETE_FAILED: NOTHING_BUT_DELETE,
  DELETE_COMPLETE: NOTHING_BUT_DELETE,
  RESUME_COMPLETE: EVERYTHING,
  RESUME_FAILED: EVERYTHING,
  RESTORE_COMPLETE: EVERYTHING,
  ROLLBACK_IN_PROGRESS: NOTHING_BUT_DELETE,
  ROLLBACK_FAILED: EVERYTHING,
  ROLLBACK_COMPLETE: EVERYTHING,
  SNAPSHOT_COMPLETE: EVERYTHING,
  CHECK_COMPLETE: EVERYTHING,
  ADOPT_COMPLETE: EVERYTHING,
};

/** Operations on one node group. A deletion cannot be cancelled, but it can be repeated. */
export type GroupOperation = 'resize' | 'update' | 'delete';

export function groupAccepts(status: BayStatus, operation: GroupOperation): boolean {
  return operation === 'delete' || !status.startsWith('DELETE_');
}
