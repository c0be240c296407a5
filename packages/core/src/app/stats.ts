import type { Access, AppDeps } from './deps.js';

/** Of one project, or of all where an administrator names none: docs/contract/endpoints.md#quotas-statistics-services. */
export async function countBays(
  deps: AppDeps,
  access: Access,
  projectId: string | null,
): Promise<{ readonly bays: number; readonly nodes: number }> {
  const { actor } = access;
  const wanted = projectId ?? (deps.policy.isAdministrator(actor) ? null : (actor.projectId ?? ''));
  deps.policy.require(access.action, actor, { projectId: wanted ?? actor.projectId ?? '', userId: actor.userId });
  return deps.store.read((repos) => repos.bays.count(wanted));
}
