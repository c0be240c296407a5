import { DomainError, isDomainError } from '../../domain/errors.js';
import type { CloudAccess } from '../../ports/orchestrator.js';
import { dataOf, type Session } from '../openstack/session.js';

/**
 * What an error of changing a stack means. Heat keeps the rights under which the stack was made and uses them before it changes the stack,
 * also for other callers; where they have ended it answers 500 and no reason, and no repetition helps.
 */
export async function whyUnchanged(service: Session, access: CloudAccess, error: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isUnexplained(error) || (await hasRoles(service, access, signal))) return error;
  return new DomainError('cloud-refused', {
    message:
      `Heat cannot change the stack any more: it works with the rights of the account that made it, and ${access.userId} is gone or has no ` +
      'role in the project. The bay goes on as it is, and can be deleted.',
    cause: error,
  });
}

function isUnexplained(error: unknown): boolean {
  return (
    isDomainError(error, 'cloud-unavailable') && error.cause instanceof Error && / was answered 500$/.test(error.cause.message)
  );
}

async function hasRoles(service: Session, { userId, projectId }: CloudAccess, signal: AbortSignal): Promise<boolean> {
  const query = { 'user.id': userId, 'scope.project.id': projectId, effective: true };
  try {
    const { role_assignments: roles } = await dataOf(service.identity.GET('/v3/role_assignments', { params: { query }, signal }));
    return roles.length > 0;
  } catch (error) {
    // Without the right to look, Heat's own answer is the best that is known.
    return !isDomainError(error, 'not-found');
  }
}
