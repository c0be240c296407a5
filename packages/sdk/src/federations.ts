import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions, Federation, FederationCreate, FederationSummary, ListQuery } from './types.js';

/** Records of clusters that belong together; nothing is changed in the clusters, and the status of a federation says so. */
export interface Federations {
  list(query?: ListQuery, options?: CallOptions): Listing<FederationSummary>;
  listDetail(query?: ListQuery, options?: CallOptions): Listing<Federation>;
  get(ident: string, options?: CallOptions): Promise<Federation>;
  create(body: FederationCreate, options?: CallOptions): Promise<Accepted>;
  /** Throws ConflictError when the cluster is a member already. */
  join(ident: string, cluster: string, options?: CallOptions): Promise<Accepted>;
  /** Throws NotFoundError when the cluster is no member. */
  leave(ident: string, cluster: string, options?: CallOptions): Promise<Accepted>;
  delete(ident: string, options?: CallOptions): Promise<void>;
}

export function federations({ http, init }: Transport): Federations {
  const place = (federation_ident: string): { params: { path: { federation_ident: string } } } => ({
    params: { path: { federation_ident } },
  });
  const change = (ident: string, op: 'add' | 'remove', value: string, options?: CallOptions): Promise<Accepted> =>
    dataOf(
      http.PATCH('/v1/federations/{federation_ident}', {
        ...place(ident),
        body: [{ op, path: '/member_ids', value }],
        ...init(options),
      }),
    );
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/federations', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.federations, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const params = { query: { ...query, ...next } };
        const page = await dataOf(http.GET('/v1/federations/detail', { params, ...init(options) }));
        return { items: page.federations, next: page.next };
      }),
    get: (ident, options) => dataOf(http.GET('/v1/federations/{federation_ident}', { ...place(ident), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/federations', { body, ...init(options) })),
    join: (ident, cluster, options) => change(ident, 'add', cluster, options),
    leave: (ident, cluster, options) => change(ident, 'remove', cluster, options),
    delete: async (ident, options) => {
      await http.DELETE('/v1/federations/{federation_ident}', { ...place(ident), ...init(options) });
    },
  };
}
