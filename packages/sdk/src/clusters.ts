import { follow, type FollowOptions } from './follow.js';
import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { Runtime } from './runtime.js';
import { dataOf, type Transport } from './transport.js';
import type {
  Accepted,
  BayPlan,
  Cluster,
  ClusterCreate,
  ClusterResize,
  BayEvent,
  ClusterTemplate,
  ClusterTemplateCreate,
  ClusterSummary,
  ClusterUpgrade,
  CallOptions,
  ClientConfig,
  JsonPatch,
  ListQuery,
} from './types.js';
import { waitUntilDeleted, waitUntilSettled, type WaitDeps, type WaitOptions } from './wait.js';

export interface ClusterTemplates {
  list(query?: ListQuery, options?: CallOptions): Listing<ClusterTemplate>;
  /** By UUID or name. Throws NotFoundError, and ConflictError when several have the name. */
  get(ident: string, options?: CallOptions): Promise<ClusterTemplate>;
  create(body: ClusterTemplateCreate, options?: CallOptions): Promise<ClusterTemplate>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<ClusterTemplate>;
  delete(ident: string, options?: CallOptions): Promise<void>;
}

export function clusterTemplates({ http, init }: Transport): ClusterTemplates {
  const place = (clustertemplate_ident: string): { params: { path: { clustertemplate_ident: string } } } => ({
    params: { path: { clustertemplate_ident } },
  });
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const { clustertemplates, next: link } = await dataOf(
          http.GET('/v1/clustertemplates', { params: { query: { ...query, ...next } }, ...init(options) }),
        );
        return { items: clustertemplates, next: link };
      }),
    get: (ident, options) =>
      dataOf(http.GET('/v1/clustertemplates/{clustertemplate_ident}', { ...place(ident), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/clustertemplates', { body, ...init(options) })),
    update: (ident, changes, options) =>
      dataOf(
        http.PATCH('/v1/clustertemplates/{clustertemplate_ident}', { ...place(ident), body: patchOf(changes), ...init(options) }),
      ),
    delete: async (ident, options) => {
      await http.DELETE('/v1/clustertemplates/{clustertemplate_ident}', { ...place(ident), ...init(options) });
    },
  };
}

export interface Clusters {
  list(query?: ListQuery, options?: CallOptions): Listing<ClusterSummary>;
  /** As `list`, with all fields. */
  listDetail(query?: ListQuery, options?: CallOptions): Listing<Cluster>;
  /** By UUID or name. Throws NotFoundError, and ConflictError when several have the name. */
  get(ident: string, options?: CallOptions): Promise<Cluster>;
  /** Accepted is not finished: see `waitUntil`. */
  create(body: ClusterCreate, options?: CallOptions): Promise<Accepted>;
  /** What `create` would make, and whether the project has room for it. Nothing is made; an extension of this server. */
  plan(body: ClusterCreate, options?: CallOptions): Promise<BayPlan>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions & { readonly rollback?: boolean }): Promise<Accepted>;
  delete(ident: string, options?: CallOptions): Promise<void>;
  /** Changes the number of nodes of a node group; `nodes_to_remove` go whatever the number is. */
  resize(ident: string, body: ClusterResize, options?: CallOptions): Promise<Accepted>;
  /** Replaces the nodes by those of another template. Throws ConflictError where the template is not for this cluster. */
  upgrade(ident: string, body: ClusterUpgrade, options?: CallOptions): Promise<Accepted>;
  /**
   * A new key, a client certificate for `valid_for` seconds (a day where absent), and all else that the engine's client reads. The service
   * makes the key and keeps it nowhere; to make it oneself, see `certificates.sign`. An extension of this server.
   */
  config(ident: string, query?: { readonly valid_for?: number }, options?: CallOptions): Promise<ClientConfig>;
  /** What has happened to the cluster and its stack, oldest first. */
  events(ident: string, query?: { readonly after?: number; readonly limit?: number }, options?: CallOptions): Listing<BayEvent>;
  /**
   * The cluster's events as they happen, from the beginning or after the one with the id `after`, over lost connections, until the cluster is gone
   * or the signal aborts. Throws NotFoundError, and ApiError (406) where a server has no streams.
   */
  follow(ident: string, options?: FollowOptions): AsyncIterable<BayEvent>;
  /** Follows a cluster until nothing is under way. Throws WaiterError with the cluster's reason as soon as it has failed. */
  waitUntil(ident: string, options?: WaitOptions<Cluster>): Promise<Cluster>;
  /** Follows a cluster until it is gone. */
  waitUntilDeleted(ident: string, options?: WaitOptions<Cluster>): Promise<void>;
}

export function clusters(transport: Transport, runtime: Runtime): Clusters {
  const { http, init } = transport;
  const place = (cluster_ident: string): { params: { path: { cluster_ident: string } } } => ({
    params: { path: { cluster_ident } },
  });
  const get: Clusters['get'] = (ident, options) =>
    dataOf(http.GET('/v1/clusters/{cluster_ident}', { ...place(ident), ...init(options) }));
  const events: Clusters['events'] = (ident, query = {}, options) =>
    listing(async (next) => {
      const params = { path: { cluster_ident: ident }, query: { ...query, ...next } };
      const page = await dataOf(http.GET('/v1/clusters/{cluster_ident}/events', { params, ...init(options) }));
      return { items: page.events, next: page.next };
    });
  const waiting: WaitDeps<Cluster> = { runtime, get, events };
  return {
    get,
    events,
    follow: (ident, options = {}) => follow(transport, runtime, `/v1/clusters/${encodeURIComponent(ident)}/events`, options),
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/clusters', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.clusters, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(
          http.GET('/v1/clusters/detail', { params: { query: { ...query, ...next } }, ...init(options) }),
        );
        return { items: page.clusters, next: page.next };
      }),
    create: async (body, options) => (await dataOf(http.POST('/v1/clusters', { body, ...init(options) }))) as Accepted, // only a dry run answers something else
    plan: async (body, options) =>
      (await dataOf(http.POST('/v1/clusters', { params: { query: { dry_run: true } }, body, ...init(options) }))) as BayPlan, // as said
    update: (ident, changes, options) => {
      const query = options?.rollback === undefined ? {} : { rollback: options.rollback };
      const params = { path: { cluster_ident: ident }, query };
      return dataOf(http.PATCH('/v1/clusters/{cluster_ident}', { params, body: patchOf(changes), ...init(options) }));
    },
    delete: async (ident, options) => {
      await http.DELETE('/v1/clusters/{cluster_ident}', { ...place(ident), ...init(options) });
    },
    resize: (ident, body, options) =>
      dataOf(http.POST('/v1/clusters/{cluster_ident}/actions/resize', { ...place(ident), body, ...init(options) })),
    upgrade: (ident, body, options) =>
      dataOf(http.POST('/v1/clusters/{cluster_ident}/actions/upgrade', { ...place(ident), body, ...init(options) })),
    config: async (ident, query = {}, options) => {
      const params = { path: { cluster_ident: ident }, query };
      return (await dataOf(http.GET('/v1/clusters/{cluster_ident}/config', { params, ...init(options) }))) as ClientConfig; // only another format is a text
    },
    waitUntil: (ident, options = {}) => waitUntilSettled(waiting, ident, options),
    waitUntilDeleted: (ident, options = {}) => waitUntilDeleted(waiting, ident, options),
  };
}
