import { bayModels, clusterTemplates, type BayModels, type ClusterTemplates } from './bay-models.js';
import { bays, type Bays } from './bays.js';
import type { Call } from './call.js';
import { certificates, type Certificates } from './certificates.js';
import { clusters, type Clusters } from './clusters.js';
import { connect, type MagnumOptions } from './connection.js';
import { containers, type Containers } from './containers.js';
import { credentials, type NodeCredentials } from './credentials.js';
import { drivers, type Drivers } from './drivers.js';
import { federations, type Federations } from './federations.js';
import { follow, type FollowOptions } from './follow.js';
import {
  kubernetesServices,
  pods,
  replicationControllers,
  type KubernetesServices,
  type Pods,
  type ReplicationControllers,
} from './kubernetes.js';
import { nodeGroups, type NodeGroups } from './node-groups.js';
import { nodes, type Nodes } from './nodes.js';
import { listRows, type Listing } from './pages.js';
import { quotas, stats, type Quotas, type StatsApi } from './quotas.js';
import { services, type Services } from './services.js';
import type { BayEvent, CallOptions, RawCall } from './types.js';
import { versions, type VersionsApi } from './versions.js';
import { x509KeyPairs, type X509KeyPairs } from './x509-key-pairs.js';

export interface Magnum {
  readonly bayModels: BayModels;
  readonly bays: Bays;
  /** The modern wording: a cluster is a bay, a cluster template is a bay model. */
  readonly clusterTemplates: ClusterTemplates;
  readonly clusters: Clusters;
  readonly drivers: Drivers;
  readonly nodes: Nodes;
  readonly containers: Containers;
  readonly pods: Pods;
  readonly kubernetesServices: KubernetesServices;
  readonly replicationControllers: ReplicationControllers;
  readonly certificates: Certificates;
  readonly credentials: NodeCredentials;
  readonly x509KeyPairs: X509KeyPairs;
  readonly services: Services;
  readonly nodeGroups: NodeGroups;
  readonly quotas: Quotas;
  readonly stats: StatsApi;
  readonly federations: Federations;
  readonly versions: VersionsApi;
  /**
   * Sends any call with the login, microversion, retries and errors of the typed calls. Undefined for an empty answer.
   * @throws {MagnumError} (`invalid-parameter`) for a path that would be sent as another one
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const bay = await magnum.raw({ method: 'GET', path: '/v1/bays/{bay_ident}', params: { bay_ident: 'web' } });
   */
  raw<T = unknown>(call: RawCall, options?: CallOptions): Call<T>;
  /**
   * Reads any list; `rows` is the key of its items.
   * @throws {MagnumError} while the list is read
   * @example
   * const bays = await magnum.rawList({ method: 'GET', path: '/v1/bays' }, 'bays').toArray();
   */
  rawList(call: RawCall, rows: string, options?: CallOptions): Listing<unknown>;
  /**
   * Follows any stream of events: `/v1/bays/my-bay/events`. See `bays.follow`.
   * @throws {MagnumError} as `bays.follow` does
   * @example
   * for await (const event of magnum.rawFollow('/v1/bays/web/events')) console.log(event.id);
   */
  rawFollow(path: string, options?: FollowOptions): AsyncIterable<BayEvent>;
}

/**
 * Creates a client of one Magnum service. Sends nothing yet.
 * @throws {MagnumError} (`invalid-address`, `invalid-microversion`) for options that are none
 * @example
 * const magnum = createMagnum({ auth: passwordAuth({ authUrl, username, password, projectName }) });
 * const creation = magnum.bays.create({ name: 'my-bay', baymodel_id: 'swarm', node_count: 2 });
 * const bay = await creation.wait({ onEvent: (event) => console.log(event.resource, event.status) });
 */
export function createMagnum(options: MagnumOptions): Magnum {
  const connection = connect(options);
  const { raw, open, runtime } = connection;
  return {
    bayModels: bayModels(connection),
    bays: bays(connection),
    clusterTemplates: clusterTemplates(connection),
    clusters: clusters(connection),
    drivers: drivers(connection),
    nodes: nodes(connection),
    containers: containers(connection),
    pods: pods(connection),
    kubernetesServices: kubernetesServices(connection),
    replicationControllers: replicationControllers(connection),
    certificates: certificates(connection),
    credentials: credentials(connection),
    x509KeyPairs: x509KeyPairs(connection),
    services: services(connection),
    nodeGroups: nodeGroups(connection),
    quotas: quotas(connection),
    stats: stats(connection),
    federations: federations(connection),
    versions: versions(connection),
    raw,
    rawList: (call, rows, callOptions) => listRows(raw, { ...call, rows }, callOptions),
    rawFollow: (path, callOptions = {}) => follow({ open, runtime }, { path }, callOptions),
  };
}
