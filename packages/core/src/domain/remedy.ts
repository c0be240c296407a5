import type { BayStatus } from './bay-status.js';

/** The way out of each status of failure; it is kept with the row, and shown to callers of both wordings. */
const REMEDIES: Readonly<Partial<Record<BayStatus, string>>> = {
  CREATE_FAILED: 'Correct the cause, then update it to try again, or delete it.',
  UPDATE_FAILED: 'Correct the cause, then update it again, or delete it.',
  DELETE_FAILED: 'Correct the cause, then delete it again.',
  ROLLBACK_FAILED: 'Correct the cause, then update it again, or delete it.',
  ROLLBACK_COMPLETE: 'It is as it was before the change: correct the cause, then update it again.',
};

/** A `status_reason` says what failed and where (in the words of the service that reported it), then what to do. */
export function withRemedy(what: string, status: BayStatus, remedy = REMEDIES[status]): string {
  const sentence = /[.!?]$/.test(what) ? what : `${what}.`;
  return remedy ? `${sentence} ${remedy}` : sentence;
}
