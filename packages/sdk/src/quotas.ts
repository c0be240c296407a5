import { mapCall, type Call } from './call.js';
import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, Quota, QuotaCreate, QuotaListQuery, Stats } from './types.js';

/** Limits of the number of clusters in a project. By default, all calls but `get` require an administrator. */
export interface Quotas {
  /** Quotas that were set. Projects that have the default are not listed. */
  list(query?: QuotaListQuery, options?: CallOptions): Listing<Quota>;
  /** The quota of a project. The default has no id. */
  get(projectId: string, options?: CallOptions): Call<Quota>;
  /** Throws NotFoundError for an unknown project, ConflictError for one that already has a quota. */
  create(body: QuotaCreate, options?: CallOptions): Call<Quota>;
  update(projectId: string, hardLimit: number, options?: CallOptions): Call<Quota>;
  delete(projectId: string, options?: CallOptions): Call<void>;
}

export function quotas({ request, list }: Connection): Quotas {
  const path = '/v1/quotas/{project_id}/{resource}';
  const at = (project_id: string) => ({ params: { project_id, resource: 'Cluster' } });
  return {
    list: (query = {}, options) => list('/v1/quotas', { query }, options),
    get: (projectId, options) => request('GET', path, at(projectId), options),
    create: (body, options) => request('POST', '/v1/quotas', { body }, options),
    update: (projectId, hardLimit, options) =>
      request('PATCH', path, { ...at(projectId), body: { hard_limit: hardLimit } }, options),
    delete: (projectId, options) => mapCall(request('DELETE', path, at(projectId), options), () => undefined),
  };
}

export interface StatsApi {
  /** The number of clusters and nodes of a project; of all projects when an administrator names none. */
  get(query?: { readonly project_id?: string }, options?: CallOptions): Call<Stats>;
}

export function stats({ request }: Connection): StatsApi {
  return { get: (query = {}, options) => request('GET', '/v1/stats', { query }, options) };
}
