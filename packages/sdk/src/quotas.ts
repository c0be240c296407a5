import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { CallOptions, Quota, QuotaCreate, QuotaListQuery, Stats } from './types.js';

/** Limits of the number of clusters in a project. By default, all calls but `get` require an administrator. */
export interface Quotas {
  /** Quotas that were set. Projects that have the default are not listed. */
  list(query?: QuotaListQuery, options?: CallOptions): Listing<Quota>;
  /** The quota of a project. The default has no id. */
  get(projectId: string, options?: CallOptions): Promise<Quota>;
  /** Throws NotFoundError for an unknown project, ConflictError for one that already has a quota. */
  create(body: QuotaCreate, options?: CallOptions): Promise<Quota>;
  update(projectId: string, hardLimit: number, options?: CallOptions): Promise<Quota>;
  delete(projectId: string, options?: CallOptions): Promise<void>;
}

export function quotas({ http, init }: Transport): Quotas {
  const at = (project_id: string): { params: { path: { project_id: string; resource: string } } } => ({
    params: { path: { project_id, resource: 'Cluster' } },
  });
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/quotas', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.quotas, next: page.next };
      }),
    get: (projectId, options) => dataOf(http.GET('/v1/quotas/{project_id}/{resource}', { ...at(projectId), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/quotas', { body, ...init(options) })),
    update: (projectId, hardLimit, options) =>
      dataOf(
        http.PATCH('/v1/quotas/{project_id}/{resource}', {
          ...at(projectId),
          body: { hard_limit: hardLimit },
          ...init(options),
        }),
      ),
    delete: async (projectId, options) => {
      await http.DELETE('/v1/quotas/{project_id}/{resource}', { ...at(projectId), ...init(options) });
    },
  };
}

export interface StatsApi {
  /** The number of clusters and nodes of a project; of all projects when an administrator names none. */
  get(query?: { readonly project_id?: string }, options?: CallOptions): Promise<Stats>;
}

export function stats({ http, init }: Transport): StatsApi {
  return { get: (query = {}, options) => dataOf(http.GET('/v1/stats', { params: { query }, ...init(options) })) };
}
