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

/** Groups of nodes within a cluster, each given by UUID or name. `clusters.waitUntil` resolves when a change of a group is done. From microversion 1.9. */
export interface NodeGroups {
  /**
   * The groups of a cluster.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const group of magnum.nodeGroups.list('web', { role: 'worker' })) console.log(group.name);
   */
  list(cluster: string, query?: NodeGroupListQuery, options?: CallOptions): Listing<NodeGroupSummary>;
  /**
   * One group with all fields.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const group = await magnum.nodeGroups.get('web', 'workers');
   */
  get(cluster: string, group: string, options?: CallOptions): Call<NodeGroup>;
  /**
   * Adds a group. The cluster is UPDATE_IN_PROGRESS until its nodes are there.
   * @throws {ConflictError} for a name in use, and for bounds, labels or taints that contradict each other
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.nodeGroups.create('web', { name: 'large', node_count: 2, flavor_id: 'm1.large' });
   * await magnum.clusters.waitUntil('web');
   */
  create(cluster: string, body: NodeGroupCreate, options?: CallOptions): Call<NodeGroup>;
  /**
   * Changes bounds and node labels; taints by a JSON patch. `clusters.resize` changes the number of nodes.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} for bounds that contradict each other
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.nodeGroups.update('web', 'large', { max_node_count: 10 });
   */
  update(cluster: string, group: string, changes: ChangesOf<'NodeGroup'> | JsonPatch, options?: CallOptions): Call<NodeGroup>;
  /**
   * Deletes a group with its nodes. `clusters.waitUntil` resolves when they are gone.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {BadRequestError} for a default group
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.nodeGroups.delete('web', 'large');
   * await magnum.clusters.waitUntil('web');
   */
  delete(cluster: string, group: string, options?: CallOptions): Call<void>;
  /**
   * The group's servers, with their state in the engine. An extension of this server.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const nodes = await magnum.nodeGroups.nodes('web', 'workers').toArray();
   */
  nodes(cluster: string, group: string, options?: CallOptions): Listing<NodeGroupNode>;
}

const ALL = '/v1/clusters/{cluster_ident}/nodegroups';
const ONE = '/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}';

/**
 * The calls of node groups over a connection; `magnum.nodeGroups` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await nodeGroups(connection).get('web', 'workers');
 */
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
