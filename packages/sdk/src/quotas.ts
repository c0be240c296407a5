import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { CallOptions, Quota, QuotaCreate, QuotaListQuery, Stats } from './types.js';

/** How many clusters a project may have. All but `get` is for administrators, by default. */
export interface Quotas {
  /** Projects without a quota of their own are not listed. */
  list(query?: QuotaListQuery, options?: CallOptions): Listing<Quota>;
  /** The default, without an id, where the project has no quota of its own. */
  get(projectId: string, options?: CallOptions): Promise<Quota>;
  /** Throws NotFoundError for an unknown project, ConflictError where it has a quota already. */
  create(body: QuotaCreate, options?: CallOptions): Promise<Quota>;
  update(projectId: string, hardLimit: number, options?: CallOptions): Promise<Quota>;
  delete(projectId: string, options?: CallOptions): Promise<void>;
}

export function quotas({ http, init }: Transport): Quotas {
  const place = (project_id: string): { params: { path: { project_id: string; resource: string } } } => ({
    params: { path: { project_id, resource: 'Cluster' } },
  });
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/quotas', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.quotas, next: page.next };
      }),
    get: (projectId, options) =>
      dataOf(http.GET('/v1/quotas/{project_id}/{resource}', { ...place(projectId), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/quotas', { body, ...init(options) })),
    update: (projectId, hardLimit, options) =>
      dataOf(
        http.PATCH('/v1/quotas/{project_id}/{resource}', {
          ...place(projectId),
          body: { hard_limit: hardLimit },
          ...init(options),
        }),
      ),
    delete: async (projectId, options) => {
      await http.DELETE('/v1/quotas/{project_id}/{resource}', { ...place(projectId), ...init(options) });
    },
  };
}

export interface StatsApi {
  /** Clusters and nodes of a project; of all where an administrator names none. */
  get(query?: { readonly project_id?: string }, options?: CallOptions): Promise<Stats>;
}

export function stats({ http, init }: Transport): StatsApi {
  return { get: (query = {}, options) => dataOf(http.GET('/v1/stats', { params: { query }, ...init(options) })) };
}
