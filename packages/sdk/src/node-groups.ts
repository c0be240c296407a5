import { beginCall, mapCall, type Call } from './call.js';
import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import { patchOf, type ChangesOf } from './patch.js';
import type {
  CallOptions,
  JsonPatch,
  NodeGroup,
  NodeGroupCreate,
  NodeGroupListQuery,
  NodeGroupNode,
  NodeGroupSummary,
} from './types.js';

/** Groups of nodes within a cluster, each given by UUID or name. `clusters.waitUntil` resolves when a change of a group is done. */
export interface NodeGroups {
  list(cluster: string, query?: NodeGroupListQuery, options?: CallOptions): Listing<NodeGroupSummary>;
  get(cluster: string, group: string, options?: CallOptions): Call<NodeGroup>;
  /** Throws ConflictError for a name that is in use, and for bounds, labels or taints that contradict each other. */
  create(cluster: string, body: NodeGroupCreate, options?: CallOptions): Call<NodeGroup>;
  /** Changes bounds and node labels; taints by a JSON patch. `clusters.resize` changes the number of nodes. */
  update(cluster: string, group: string, changes: ChangesOf<'NodeGroup'> | JsonPatch, options?: CallOptions): Call<NodeGroup>;
  delete(cluster: string, group: string, options?: CallOptions): Call<void>;
  /** The group's servers, with their state in the engine. */
  nodes(cluster: string, group: string, options?: CallOptions): Listing<NodeGroupNode>;
}

const ALL = '/v1/clusters/{cluster_ident}/nodegroups';
const ONE = '/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}';

export function nodeGroups({ request, list }: Connection): NodeGroups {
  const at = (cluster_ident: string, nodegroup_ident: string) => ({ params: { cluster_ident, nodegroup_ident } });
  return {
    list: (cluster, query = {}, options) => list(ALL, { params: { cluster_ident: cluster }, query }, options),
    get: (cluster, group, options) => request('GET', ONE, at(cluster, group), options),
    create: (cluster, body, options) => request('POST', ALL, { params: { cluster_ident: cluster }, body }, options),
    update: (cluster, group, changes, options) =>
      beginCall(() => request('PATCH', ONE, { ...at(cluster, group), body: patchOf(changes) }, options)),
    delete: (cluster, group, options) => mapCall(request('DELETE', ONE, at(cluster, group), options), () => undefined),
    nodes: (cluster, group, options) => list(`${ONE}/nodes`, at(cluster, group), options),
  };
}
