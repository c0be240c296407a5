import { mapCall, type Call } from './call.js';
import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, Quota, QuotaCreate, QuotaListQuery, Stats } from './types.js';

/** Limits of the number of clusters in a project. By default, all calls but `get` require an administrator. */
export interface Quotas {
  /**
   * Quotas that were set. Projects that have the default are not listed.
   * @throws {ForbiddenError} for who is no administrator
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const quota of magnum.quotas.list({ all_tenants: true })) console.log(quota.project_id, quota.hard_limit);
   */
  list(query?: QuotaListQuery, options?: CallOptions): Listing<Quota>;
  /**
   * The quota of a project. The default has no id.
   * @throws {ForbiddenError} for another project
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { hard_limit } = await magnum.quotas.get(projectId);
   */
  get(projectId: string, options?: CallOptions): Call<Quota>;
  /**
   * Sets a quota.
   * @throws {NotFoundError} for an unknown project
   * @throws {ConflictError} for one that already has a quota
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.quotas.create({ project_id: projectId, resource: 'Cluster', hard_limit: 10 });
   */
  create(body: QuotaCreate, options?: CallOptions): Call<Quota>;
  /**
   * Sets the number of clusters of a project that has a quota.
   * @throws {NotFoundError} where none was set
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.quotas.update(projectId, 20);
   */
  update(projectId: string, hardLimit: number, options?: CallOptions): Call<Quota>;
  /**
   * Gives the project the default again.
   * @throws {NotFoundError} where none was set
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.quotas.delete(projectId);
   */
  delete(projectId: string, options?: CallOptions): Call<void>;
}

/**
 * The calls of quotas over a connection; `magnum.quotas` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await quotas(connection).get(projectId);
 */
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
  /**
   * The number of clusters and nodes of a project; of all projects when an administrator names none.
   * @throws {ForbiddenError} for another project
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { clusters, nodes } = await magnum.stats.get();
   */
  get(query?: { readonly project_id?: string }, options?: CallOptions): Call<Stats>;
}

/**
 * The calls of figures over a connection; `magnum.stats` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await stats(connection).get();
 */
export function stats({ request }: Connection): StatsApi {
  return { get: (query = {}, options) => request('GET', '/v1/stats', { query }, options) };
}
