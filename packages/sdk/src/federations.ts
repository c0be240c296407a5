import { collection, type Collection } from './collection.js';
import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions, Federation, FederationCreate, FederationSummary, PageQuery } from './types.js';

type FederationCollection = Collection<Federation, FederationSummary, FederationCreate, never, PageQuery, Accepted>;

/** Records of clusters that belong together. The service changes nothing in the clusters themselves; a federation's status says so. */
export interface Federations extends Omit<FederationCollection, 'update'> {
  /**
   * Adds a cluster to a federation.
   * @throws {ConflictError} where it is a member already
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.federations.join('eu', 'web');
   */
  join(ident: string, cluster: string, options?: CallOptions): Call<Accepted>;
  /**
   * Removes a cluster from a federation.
   * @throws {NotFoundError} where it is no member
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.federations.leave('eu', 'web');
   */
  leave(ident: string, cluster: string, options?: CallOptions): Call<Accepted>;
}

/**
 * The calls of federations over a connection; `magnum.federations` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await federations(connection).get('eu');
 */
export function federations({ request, raw }: Connection): Federations {
  const { update: _, ...shared } = collection<Federation, FederationSummary, FederationCreate, never, PageQuery, Accepted>(
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
