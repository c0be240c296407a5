import { listing, type Listing } from './pages.js';
import { patchOf, type ChangesOf } from './patch.js';
import { dataOf, type Transport } from './transport.js';
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
  get(cluster: string, group: string, options?: CallOptions): Promise<NodeGroup>;
  /** Throws ConflictError for a name that is in use, and for bounds, labels or taints that contradict each other. */
  create(cluster: string, body: NodeGroupCreate, options?: CallOptions): Promise<NodeGroup>;
  /** Changes bounds and node labels; taints by a JSON patch. `clusters.resize` changes the number of nodes. */
  update(cluster: string, group: string, changes: ChangesOf<'NodeGroup'> | JsonPatch, options?: CallOptions): Promise<NodeGroup>;
  delete(cluster: string, group: string, options?: CallOptions): Promise<void>;
  /** The group's servers, with their state in the engine. */
  nodes(cluster: string, group: string, options?: CallOptions): Listing<NodeGroupNode>;
}

const ALL = '/v1/clusters/{cluster_ident}/nodegroups';
const ONE = '/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}';

export function nodeGroups({ http, init }: Transport): NodeGroups {
  const at = (cluster_ident: string, nodegroup_ident: string) => ({ params: { path: { cluster_ident, nodegroup_ident } } });
  return {
    list: (cluster, query = {}, options) =>
      listing(async (next) => {
        const params = { path: { cluster_ident: cluster }, query: { ...query, ...next } };
        const page = await dataOf(http.GET(ALL, { params, ...init(options) }));
        return { items: page.nodegroups, next: page.next };
      }),
    get: (cluster, group, options) => dataOf(http.GET(ONE, { ...at(cluster, group), ...init(options) })),
    create: (cluster, body, options) =>
      dataOf(http.POST(ALL, { params: { path: { cluster_ident: cluster } }, body, ...init(options) })),
    update: (cluster, group, changes, options) =>
      dataOf(http.PATCH(ONE, { ...at(cluster, group), body: patchOf(changes), ...init(options) })),
    delete: async (cluster, group, options) => {
      await http.DELETE(ONE, { ...at(cluster, group), ...init(options) });
    },
    nodes: (cluster, group, options) =>
      listing(async (next) => {
        const params = { ...at(cluster, group).params, query: next };
        const page = await dataOf(
          http.GET('/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}/nodes', { params, ...init(options) }),
        );
        return { items: page.nodes, next: page.next };
      }),
  };
}
