import type { BayCheck } from '../../app/bay-changes.js';
import { versionOf } from '../../app/quotas.js';
import type { Bay } from '../../domain/bay.js';
import type { BayModel } from '../../domain/bay-model.js';
import { DomainError } from '../../domain/errors.js';
import type { Quota } from '../../domain/quota.js';
import type { Call } from './handler.js';

/**
 * The tag of a bay stands for its desired state, and not for what was observed: it changes when a request changes the bay, and not
 * while the bay comes up. So `If-Match` refuses a change that would overwrite another request's, and nothing more.
 */
export function etagOfBay(bay: Pick<Bay, 'generation'>): string {
  return `"${bay.generation}"`;
}

/** Every change of a model has a later time than the one before. */
export function etagOfModel(model: Pick<BayModel, 'createdAt' | 'updatedAt'>): string {
  return `"${(model.updatedAt ?? model.createdAt).getTime()}"`;
}

/** A quota that is made anew has another number than the one before it. */
export function etagOfQuota(quota: Pick<Quota, 'id' | 'createdAt' | 'updatedAt'>): string {
  return `"${quota.id}.${versionOf(quota)}"`;
}

/** Throws where the caller means to change another version of the bay. */
export function checkOf(call: Pick<Call, 'ifMatch'>): BayCheck {
  return (bay) => requireMatch(call, etagOfBay(bay));
}

/** Throws `precondition-failed` where the caller's `If-Match` names other versions than this one (RFC 9110, 13.1.1). */
export function requireMatch(call: Pick<Call, 'ifMatch'>, etag: string): void {
  if (call.ifMatch === null || call.ifMatch.trim() === '*') return;
  // Weak tags never match here: the comparison is a strong one.
  if (call.ifMatch.split(',').some((tag) => tag.trim() === etag)) return;
  throw new DomainError(
    'precondition-failed',
    `It was changed meanwhile: If-Match names ${call.ifMatch.slice(0, 80)}, and it is at ${etag}. Look at it again, then repeat the change.`,
  );
}
