import { collection, type Collection } from './collection.js';
import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions, Federation, FederationCreate, FederationSummary, ListQuery } from './types.js';

type FederationCollection = Collection<Federation, FederationSummary, FederationCreate, never, ListQuery, Accepted>;

/** Records of clusters that belong together. The service changes nothing in the clusters themselves; a federation's status says so. */
export interface Federations extends Omit<FederationCollection, 'update'> {
  /** Throws ConflictError when the cluster is a member already. */
  join(ident: string, cluster: string, options?: CallOptions): Call<Accepted>;
  /** Throws NotFoundError when the cluster is not a member. */
  leave(ident: string, cluster: string, options?: CallOptions): Call<Accepted>;
}

export function federations({ request, raw }: Connection): Federations {
  const { update: _, ...shared } = collection<Federation, FederationSummary, FederationCreate, never, ListQuery, Accepted>(
    raw,
    'federations',
  );
  type Member = { readonly op: 'add' | 'remove'; readonly value: string };
  const change = (federation_ident: string, member: Member, options?: CallOptions): Call<Accepted> => {
    const body = [{ ...member, path: '/member_ids' }];
    return request('PATCH', '/v1/federations/{federation_ident}', { params: { federation_ident }, body }, options);
  };
  return {
    ...shared,
    join: (ident, cluster, options) => change(ident, { op: 'add', value: cluster }, options),
    leave: (ident, cluster, options) => change(ident, { op: 'remove', value: cluster }, options),
  };
}
