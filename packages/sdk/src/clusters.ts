import { bayCollection, type BayCollection, type Change } from './bay-collection.js';
import type { ChangesOf } from './patch.js';
import type { Connection } from './calls.js';
import type { CallOptions, Cluster, ClusterCreate, ClusterResize, ClusterSummary, ClusterUpgrade } from './types.js';

export interface Clusters extends BayCollection<Cluster, ClusterSummary, ClusterCreate, ChangesOf<'Cluster'>> {
  /**
   * Changes the number of nodes of a node group; the nodes in `nodes_to_remove` are removed whatever the number is. From microversion 1.7.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {BadRequestError} (`operation-in-progress`) while another change is under way
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.clusters.resize('web', { node_count: 5, nodegroup: 'workers' }).wait();
   */
  resize(ident: string, body: ClusterResize, options?: CallOptions): Change<Cluster>;
  /**
   * Replaces the nodes by those of another template. From microversion 1.7.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`template-not-for-upgrade`) where the template is not for this cluster
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.clusters.upgrade('web', { cluster_template: 'swarm-2', max_batch_size: 1 }).wait();
   */
  upgrade(ident: string, body: ClusterUpgrade, options?: CallOptions): Change<Cluster>;
}

/**
 * The calls of clusters over a connection; `magnum.clusters` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await clusters(connection).get('web');
 */
export function clusters(connection: Connection): Clusters {
  const { calls, changing } = bayCollection<Cluster, ClusterSummary, ClusterCreate, ChangesOf<'Cluster'>>(connection, 'clusters');
  const { request } = connection;
  const at = (cluster_ident: string) => ({ params: { cluster_ident } });
  return {
    ...calls,
    resize: (ident, body, options) =>
      changing(request('POST', '/v1/clusters/{cluster_ident}/actions/resize', { ...at(ident), body }, options), ident),
    upgrade: (ident, body, options) =>
      changing(request('POST', '/v1/clusters/{cluster_ident}/actions/upgrade', { ...at(ident), body }, options), ident),
  };
}
