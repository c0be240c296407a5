import { DomainError } from '../domain/errors.js';
import { QUOTA_RESOURCE, type Quota, type QuotaResource } from '../domain/quota.js';
import type { NumberedPage, Repositories } from '../ports/store.js';
import { ownRows, type Access, type AppDeps } from './deps.js';

/** The limit that applies: a quota of the project's own, or the default, which has no id and no times. */
export type EffectiveQuota = Pick<Quota, 'projectId' | 'resource' | 'hardLimit'> & Partial<Quota>;

export async function listQuotas(
  deps: AppDeps,
  access: Access,
  everyProject: boolean,
  page: NumberedPage,
): Promise<readonly Quota[]> {
  deps.policy.require(access.action, access.actor);
  const visible = everyProject ? { projectId: null } : ownRows(access.actor);
  return deps.store.read((repos) => repos.quotas.list(visible, page));
}

/** Never absent: contract, README §8 row 10. */
export async function getQuota(deps: AppDeps, access: Access, projectId: string, resource: string): Promise<EffectiveQuota> {
  deps.policy.require(access.action, access.actor, { projectId, userId: '' });
  const own =
    resource === QUOTA_RESOURCE ? await deps.store.read((repos) => repos.quotas.get(projectId, QUOTA_RESOURCE)) : undefined;
  return own ?? { projectId, resource: QUOTA_RESOURCE, hardLimit: deps.defaultClusterQuota };
}

/** Errors: `project-not-found`, `conflict` when the project has one already. */
export async function createQuota(
  deps: AppDeps,
  access: Access,
  wanted: { readonly projectId: string | null; readonly hardLimit: number },
  signal: AbortSignal,
): Promise<EffectiveQuota> {
  deps.policy.require(access.action, access.actor);
  const { projectId, hardLimit } = wanted;
  if (projectId === null)
    throw new DomainError('invalid-parameter', {
      field: 'project_id',
      message: "Invalid input for field/attribute project_id. Value: 'None'. Mandatory field missing.",
    });
  if (!(await deps.identity.projectExists(projectId, signal)))
    throw new DomainError('project-not-found', { field: 'project_id', message: `Project ${projectId} could not be found.` });
  const quota = { projectId, resource: QUOTA_RESOURCE, hardLimit, createdAt: deps.clock.now(), updatedAt: null } as const;
  return deps.store.write(async (repos) => {
    if (!(await repos.quotas.insert(quota)))
      throw new DomainError(
        'conflict',
        `A quota of ${QUOTA_RESOURCE} for project ${projectId} already exists. Update it, or delete it first.`,
      );
    return (await repos.quotas.get(projectId, QUOTA_RESOURCE)) ?? quota;
  });
}

/** `hardLimit` null leaves it as it is. Errors: `quota-not-found`. */
export async function updateQuota(
  deps: AppDeps,
  access: Access,
  place: { readonly projectId: string; readonly resource: string },
  hardLimit: number | null,
): Promise<EffectiveQuota> {
  deps.policy.require(access.action, access.actor);
  const resource = knownResource(place);
  return deps.store.write(async (repos) => {
    const before = await repos.quotas.get(place.projectId, resource);
    if (!before) throw noQuota(place);
    const after = { ...before, hardLimit: hardLimit ?? before.hardLimit, updatedAt: deps.clock.now() };
    await repos.quotas.save(after);
    return after;
  });
}

export async function deleteQuota(
  deps: AppDeps,
  access: Access,
  place: { readonly projectId: string; readonly resource: string },
): Promise<void> {
  deps.policy.require(access.action, access.actor);
  const resource = knownResource(place);
  if (!(await deps.store.write((repos) => repos.quotas.delete(place.projectId, resource)))) throw noQuota(place);
}

/**
 * To be the first call of a transaction that makes a cluster. Until it ends no other one counts the project's clusters, in
 * whatever process. Every state counts, also deleting (contract, validation §2). Errors: `quota-exceeded`.
 */
export async function requireRoom(
  deps: Pick<AppDeps, 'defaultClusterQuota'>,
  repos: Repositories,
  projectId: string,
): Promise<void> {
  await repos.quotas.hold(projectId);
  const limit = (await repos.quotas.get(projectId, QUOTA_RESOURCE))?.hardLimit ?? deps.defaultClusterQuota;
  const { bays } = await repos.bays.count(projectId);
  if (bays < limit) return;
  throw new DomainError(
    'quota-exceeded',
    `You have reached the maximum clusters per project, ${limit}. You may delete a cluster to make room for a new one, or ask for a larger quota.`,
  );
}

function knownResource(place: { readonly projectId: string; readonly resource: string }): QuotaResource {
  if (place.resource === QUOTA_RESOURCE) return QUOTA_RESOURCE;
  throw noQuota(place);
}

function noQuota({ projectId, resource }: { readonly projectId: string; readonly resource: string }): DomainError {
  return new DomainError('quota-not-found', `Quota of ${resource.slice(0, 64)} for project ${projectId} could not be found.`);
}
