import { bayCollection, type BayCollection } from './bay-collection.js';
import type { ChangesOf } from './patch.js';
import type { Runtime } from './runtime.js';
import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions, Cluster, ClusterCreate, ClusterResize, ClusterSummary, ClusterUpgrade } from './types.js';

export interface Clusters extends BayCollection<Cluster, ClusterSummary, ClusterCreate, ChangesOf<'Cluster'>> {
  /** Changes the number of nodes of a node group; the nodes in `nodes_to_remove` are removed whatever the number is. */
  resize(ident: string, body: ClusterResize, options?: CallOptions): Promise<Accepted>;
  /** Replaces the nodes by those of another template. Throws ConflictError where the template is not for this cluster. */
  upgrade(ident: string, body: ClusterUpgrade, options?: CallOptions): Promise<Accepted>;
}

export function clusters({ http, init, ...callers }: Transport, runtime: Runtime): Clusters {
  const at = (cluster_ident: string) => ({ params: { path: { cluster_ident } } });
  return {
    ...bayCollection(callers, runtime, 'clusters'),
    resize: (ident, body, options) =>
      dataOf(http.POST('/v1/clusters/{cluster_ident}/actions/resize', { ...at(ident), body, ...init(options) })),
    upgrade: (ident, body, options) =>
      dataOf(http.POST('/v1/clusters/{cluster_ident}/actions/upgrade', { ...at(ident), body, ...init(options) })),
  };
}
