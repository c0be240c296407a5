import { DomainError } from '../domain/errors.js';
import { QUOTA_RESOURCE, type Quota, type QuotaResource } from '../domain/quota.js';
import { laterThan } from '../domain/time.js';
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

/** Errors: `quota-not-found` for a marker that is no quota that the caller sees. */
export async function requireQuota(deps: AppDeps, access: Access, id: number, everyProject: boolean): Promise<void> {
  deps.policy.require(access.action, access.actor);
  const quota = await deps.store.read((repos) => repos.quotas.byId(id));
  if (quota && (everyProject || quota.projectId === ownRows(access.actor).projectId)) return;
  throw new DomainError('quota-not-found', { field: 'marker', message: `Quota ${id} could not be found.` });
}

/** Never absent: docs/contract/resources.md#quota. */
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
      message: "Invalid input for field/attribute project_id: mandatory field missing. Value: 'None'.",
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

/** Throws where the caller means to change another version of the quota. */
export type QuotaCheck = (quota: Quota) => void;

interface QuotaPlace {
  readonly projectId: string;
  readonly resource: string;
}

/** `hardLimit` null leaves it as it is. Errors: `quota-not-found`. */
export async function updateQuota(
  deps: AppDeps,
  access: Access,
  place: QuotaPlace,
  change: { readonly hardLimit: number | null; readonly check: QuotaCheck },
): Promise<EffectiveQuota> {
  deps.policy.require(access.action, access.actor);
  return deps.store.write(async (repos) => {
    const before = await heldQuota(repos, place);
    change.check(before);
    // Two changes within a millisecond are two versions.
    const updatedAt = laterThan(before, deps.clock.now());
    const after = { ...before, hardLimit: change.hardLimit ?? before.hardLimit, updatedAt };
    await repos.quotas.save(after);
    return after;
  });
}

/** No other transaction changes it until this one ends. */
async function heldQuota(repos: Repositories, place: QuotaPlace): Promise<Quota> {
  const resource = knownResource(place);
  await repos.quotas.hold(place.projectId);
  const quota = await repos.quotas.get(place.projectId, resource);
  if (!quota) throw noQuota(place);
  return quota;
}

/** Milliseconds since 1970; every change has a later one. */
export function versionOf({ createdAt, updatedAt }: Pick<Quota, 'createdAt' | 'updatedAt'>): number {
  return (updatedAt ?? createdAt).getTime();
}

export async function deleteQuota(deps: AppDeps, access: Access, place: QuotaPlace, check: QuotaCheck): Promise<void> {
  deps.policy.require(access.action, access.actor);
  await deps.store.write(async (repos) => {
    const quota = await heldQuota(repos, place);
    check(quota);
    await repos.quotas.delete(place.projectId, quota.resource);
  });
}

/**
 * To be the first call of a transaction that makes a cluster. Until it ends no other one counts the project's clusters, in
 * whatever process. Every state counts, also deleting (docs/contract/validation.md#quota). Errors: `quota-exceeded`.
 */
export async function requireRoom(
  deps: Pick<AppDeps, 'defaultClusterQuota'>,
  repos: Repositories,
  projectId: string,
): Promise<void> {
  await repos.quotas.hold(projectId);
  await requireLeft(deps, repos, projectId);
}

/** The same check for a dry run, which makes nothing. Errors: `quota-exceeded`. */
export async function requireLeft(
  deps: Pick<AppDeps, 'defaultClusterQuota'>,
  repos: Repositories,
  projectId: string,
): Promise<void> {
  const limit = (await repos.quotas.get(projectId, QUOTA_RESOURCE))?.hardLimit ?? deps.defaultClusterQuota;
  const { bays } = await repos.bays.count(projectId);
  if (bays < limit) return;
  throw new DomainError(
    'quota-exceeded',
    `You have reached the maximum clusters per project, ${limit}. You may delete a cluster to make room for a new one, or ask for a larger quota.`,
  );
}

function knownResource(place: QuotaPlace): QuotaResource {
  if (place.resource === QUOTA_RESOURCE) return QUOTA_RESOURCE;
  throw noQuota(place);
}

function noQuota({ projectId, resource }: QuotaPlace): DomainError {
  return new DomainError('quota-not-found', `Quota of ${resource.slice(0, 64)} for project ${projectId} could not be found.`);
}
