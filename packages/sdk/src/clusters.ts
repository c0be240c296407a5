import { bayCollection, type BayCollection, type Change } from './bay-collection.js';
import type { ChangesOf } from './patch.js';
import type { Connection } from './calls.js';
import type { CallOptions, Cluster, ClusterCreate, ClusterResize, ClusterSummary, ClusterUpgrade } from './types.js';

export interface Clusters extends BayCollection<Cluster, ClusterSummary, ClusterCreate, ChangesOf<'Cluster'>> {
  /** Changes the number of nodes of a node group; the nodes in `nodes_to_remove` are removed whatever the number is. */
  resize(ident: string, body: ClusterResize, options?: CallOptions): Change<Cluster>;
  /** Replaces the nodes by those of another template. Throws ConflictError where the template is not for this cluster. */
  upgrade(ident: string, body: ClusterUpgrade, options?: CallOptions): Change<Cluster>;
}

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
