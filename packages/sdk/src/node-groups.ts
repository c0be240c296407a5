import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
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

/** Groups of nodes within a cluster. Clusters and groups are named by UUID or name; follow their cluster to see changes done. */
export interface NodeGroups {
  list(cluster: string, query?: NodeGroupListQuery, options?: CallOptions): Listing<NodeGroupSummary>;
  get(cluster: string, group: string, options?: CallOptions): Promise<NodeGroup>;
  /** Throws ConflictError for a name that is taken, and bounds, labels or taints that do not hold. */
  create(cluster: string, body: NodeGroupCreate, options?: CallOptions): Promise<NodeGroup>;
  /** Bounds, node labels and taints. The number of nodes is changed by `clusters.resize`. */
  update(cluster: string, group: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<NodeGroup>;
  delete(cluster: string, group: string, options?: CallOptions): Promise<void>;
  /** The group's servers, with what the engine says of them. */
  nodes(cluster: string, group: string, options?: CallOptions): Listing<NodeGroupNode>;
}

const ALL = '/v1/clusters/{cluster_ident}/nodegroups';
const ONE = '/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}';

export function nodeGroups({ http, init }: Transport): NodeGroups {
  const place = (cluster_ident: string, nodegroup_ident: string) => ({ params: { path: { cluster_ident, nodegroup_ident } } });
  return {
    list: (cluster, query = {}, options) =>
      listing(async (next) => {
        const params = { path: { cluster_ident: cluster }, query: { ...query, ...next } };
        const page = await dataOf(http.GET(ALL, { params, ...init(options) }));
        return { items: page.nodegroups, next: page.next };
      }),
    get: (cluster, group, options) => dataOf(http.GET(ONE, { ...place(cluster, group), ...init(options) })),
    create: (cluster, body, options) =>
      dataOf(http.POST(ALL, { params: { path: { cluster_ident: cluster } }, body, ...init(options) })),
    update: (cluster, group, changes, options) =>
      dataOf(http.PATCH(ONE, { ...place(cluster, group), body: patchOf(changes), ...init(options) })),
    delete: async (cluster, group, options) => {
      await http.DELETE(ONE, { ...place(cluster, group), ...init(options) });
    },
    nodes: (cluster, group, options) =>
      listing(async (next) => {
        const params = { ...place(cluster, group).params, query: next };
        const page = await dataOf(
          http.GET('/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}/nodes', { params, ...init(options) }),
        );
        return { items: page.nodes, next: page.next };
      }),
  };
}
