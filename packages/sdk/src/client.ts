import { staticToken, type Auth } from './auth.js';
import { bayModels, clusterTemplates, type BayModels, type ClusterTemplates } from './bay-models.js';
import { bays, type Bays } from './bays.js';
import { certificates, type Certificates } from './certificates.js';
import { clusters, type Clusters } from './clusters.js';
import { containers, type Containers } from './containers.js';
import { credentials, type NodeCredentials } from './credentials.js';
import { baseUrl } from './endpoint.js';
import { drivers, type Drivers } from './drivers.js';
import { MagnumError } from './errors.js';
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
import { negotiateOnce, useVersion } from './microversion.js';
import { nodeGroups, type NodeGroups } from './node-groups.js';
import { nodes, type Nodes } from './nodes.js';
import { listRows, type Listing } from './pages.js';
import type { Logger, PipelineDeps } from './pipeline.js';
import { quotas, stats, type Quotas, type StatsApi } from './quotas.js';
import { DEFAULT_RETRIES, RetryBudget, type RetryOptions } from './retry.js';
import { systemRuntime, type Runtime } from './runtime.js';
import { services, type Services } from './services.js';
import { createTransport } from './transport.js';
import type { BayEvent, CallOptions, RawCall } from './types.js';
import { versions, type VersionsApi } from './versions.js';
import { x509KeyPairs, type X509KeyPairs } from './x509-key-pairs.js';

interface CommonOptions {
  /** Replaces the global `fetch`, for a proxy or for a service in this process. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** `auto` (default): the newest that client and server both support. */
  readonly microversion?: 'auto' | (string & {});
  /** Milliseconds for each attempt. Default: 30 000; 600 000 for POST and PUT, which may pull an image or run a command. */
  readonly timeout?: number;
  readonly retries?: Partial<RetryOptions>;
  /**
   * Each POST carries an `Idempotency-Key` of its own, so that a service that keeps keys carries it out once however often an answer is lost.
   * Default: true. False where something on the way refuses the header, such as the CORS rules of another Magnum.
   */
  readonly idempotencyKeys?: boolean;
  /** Receives method, address, status, duration and request id of every response; never tokens or bodies. */
  readonly logger?: Logger;
  /** Replaces clock and random numbers in tests. */
  readonly runtime?: Runtime;
}

/** A token and Magnum's address, or an `Auth`, which finds the address in the catalog. */
export type MagnumOptions = CommonOptions &
  ({ readonly endpoint: string; readonly token: string } | { readonly endpoint?: string | undefined; readonly auth: Auth });

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
  /** Sends any call with the login, microversion, retries and errors of the typed calls. Undefined for an empty answer. */
  raw(call: RawCall, options?: CallOptions): Promise<unknown>;
  /** Reads any list; `rows` is the key of its items. */
  rawList(call: RawCall, rows: string, options?: CallOptions): Listing<unknown>;
  /** Follows any stream of events: `/v1/bays/my-bay/events`. See `bays.follow`. */
  rawFollow(path: string, options?: FollowOptions): AsyncIterable<BayEvent>;
}

/**
 * Creates a client of one Magnum service.
 * @example
 * const magnum = createMagnum({ auth: passwordAuth({ authUrl, username, password, projectName }) });
 * const { uuid } = await magnum.bays.create({ name: 'my-bay', baymodel_id: 'swarm', node_count: 2 });
 * const bay = await magnum.bays.waitUntil(uuid, { onEvent: (event) => console.log(event.resource, event.status) });
 */
export function createMagnum(options: MagnumOptions): Magnum {
  const deps = pipelineDeps(options);
  const wanted = options.microversion ?? 'auto';
  const transport = createTransport(deps, wanted === 'auto' ? negotiateOnce(deps) : useVersion(checkVersion(wanted), deps));
  return {
    bayModels: bayModels(transport.raw),
    bays: bays(transport, deps.runtime),
    clusterTemplates: clusterTemplates(transport.raw),
    clusters: clusters(transport, deps.runtime),
    drivers: drivers(transport),
    nodes: nodes(transport.raw),
    containers: containers(transport),
    pods: pods(transport.raw),
    kubernetesServices: kubernetesServices(transport.raw),
    replicationControllers: replicationControllers(transport.raw),
    certificates: certificates(transport),
    credentials: credentials(transport),
    x509KeyPairs: x509KeyPairs(transport.raw),
    services: services(transport),
    nodeGroups: nodeGroups(transport),
    quotas: quotas(transport),
    stats: stats(transport),
    federations: federations(transport),
    versions: versions(transport),
    raw: transport.raw,
    rawList: (call, rows, callOptions) => listRows(transport.raw, { ...call, rows }, callOptions),
    rawFollow: (path, callOptions = {}) => follow({ open: transport.open, runtime: deps.runtime }, { path }, callOptions),
  };
}

function pipelineDeps(options: MagnumOptions): PipelineDeps {
  const runtime = options.runtime ?? systemRuntime;
  return {
    runtime,
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    auth: 'auth' in options ? options.auth : staticToken(options.token),
    endpoint: options.endpoint === undefined ? undefined : baseUrl(options.endpoint),
    sendsKeys: options.idempotencyKeys ?? true,
    timeoutFor: (method) => options.timeout ?? (method === 'POST' || method === 'PUT' ? 600_000 : 30_000),
    retry: { runtime, budget: new RetryBudget(), options: { ...DEFAULT_RETRIES, ...options.retries } },
    logger: options.logger,
  };
}

function checkVersion(version: string): string {
  if (/^1\.\d+$/.test(version) || version === 'latest') return version;
  throw new MagnumError(
    `${JSON.stringify(version)} is not a microversion; use 1.1 to 1.14, latest, or auto`,
    'invalid-microversion',
  );
}
