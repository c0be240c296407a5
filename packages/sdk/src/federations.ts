import { collection, type Collection } from './collection.js';
import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions, Federation, FederationCreate, FederationSummary, ListQuery } from './types.js';

type FederationCollection = Collection<Federation, FederationSummary, FederationCreate, never, ListQuery, Accepted>;

/** Records of clusters that belong together. The service changes nothing in the clusters themselves; a federation's status says so. */
export interface Federations extends Omit<FederationCollection, 'update'> {
  /** Throws ConflictError when the cluster is a member already. */
  join(ident: string, cluster: string, options?: CallOptions): Promise<Accepted>;
  /** Throws NotFoundError when the cluster is not a member. */
  leave(ident: string, cluster: string, options?: CallOptions): Promise<Accepted>;
}

export function federations({ http, init, raw }: Transport): Federations {
  const { update: _, ...shared } = collection<Federation, FederationSummary, FederationCreate, never, ListQuery, Accepted>(
    raw,
    'federations',
  );
  const change = (
    federation_ident: string,
    member: { op: 'add' | 'remove'; value: string },
    options?: CallOptions,
  ): Promise<Accepted> =>
    dataOf(
      http.PATCH('/v1/federations/{federation_ident}', {
        params: { path: { federation_ident } },
        body: [{ ...member, path: '/member_ids' }],
        ...init(options),
      }),
    );
  return {
    ...shared,
    join: (ident, cluster, options) => change(ident, { op: 'add', value: cluster }, options),
    leave: (ident, cluster, options) => change(ident, { op: 'remove', value: cluster }, options),
  };
}
