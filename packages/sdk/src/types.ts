import type { Call } from './call.js';
import type { Queries, Schemas } from './generated/api.js';

/** A body of a request: a field that may be absent may also be undefined, since JSON has no such fields. */
export type Input<Body> = Body extends readonly unknown[]
  ? Body
  : { [Field in keyof Body]: {} extends Pick<Body, Field> ? Body[Field] | undefined : Body[Field] };

// The types are those of the wire, in snake case, with the names of the API reference.
export type Bay = Schemas['Bay'];
export type BaySummary = Schemas['BaySummary'];
export type BayCreate = Input<Schemas['BayCreate']>;
export type BayStatus = Schemas['BayStatus'];
export type BayEvent = Schemas['BayEvent'];
export type BayModel = Schemas['BayModel'];
export type BayModelCreate = Input<Schemas['BayModelCreate']>;
export type Cluster = Schemas['Cluster'];
export type ClusterSummary = Schemas['ClusterSummary'];
export type ClusterCreate = Input<Schemas['ClusterCreate']>;
export type ClusterTemplate = Schemas['ClusterTemplate'];
export type ClusterTemplateCreate = Input<Schemas['ClusterTemplateCreate']>;
export type Driver = Schemas['Driver'];
export type Node = Schemas['Node'];
export type NodeCreate = Input<Schemas['NodeCreate']>;
export type NodeSummary = Schemas['NodeSummary'];
export type Container = Schemas['Container'];
export type ContainerSummary = Schemas['ContainerSummary'];
export type ContainerCreate = Input<Schemas['ContainerCreate']>;
export type Pod = Schemas['Pod'];
export type PodSummary = Schemas['PodSummary'];
export type KubernetesService = Schemas['Service'];
export type KubernetesServiceSummary = Schemas['ServiceSummary'];
export type ReplicationController = Schemas['ReplicationController'];
export type ReplicationControllerSummary = Schemas['ReplicationControllerSummary'];
/** `manifest` takes precedence over `manifest_url`. */
export type ManifestCreate = Input<Schemas['PodCreate']>;
export type X509KeyPair = Schemas['X509KeyPair'];
export type X509KeyPairSummary = Schemas['X509KeyPairSummary'];
export type X509KeyPairCreate = Input<Schemas['X509KeyPairCreate']>;
export type ClientConfig = Schemas['ClientConfig'];
export type ImageLoad = Input<Schemas['ImageLoad']>;
/** `nodes`: names of the nodes that have the image now. */
export type ImageLoaded = Schemas['ImageLoaded'];
export type Certificate = Schemas['Certificate'];
export type CertificateCreate = Input<Schemas['CertificateCreate']>;
export type MagnumService = Schemas['MagnumService'];
export type ClusterResize = Input<Schemas['ClusterResize']>;
export type ClusterUpgrade = Input<Schemas['ClusterUpgrade']>;
export type NodeGroup = Schemas['NodeGroup'];
export type NodeGroupSummary = Schemas['NodeGroupSummary'];
export type NodeGroupCreate = Input<Schemas['NodeGroupCreate']>;
export type NodeGroupNode = Schemas['NodeGroupNode'];
export type Quota = Schemas['Quota'];
export type QuotaCreate = Input<Schemas['QuotaCreate']>;
export type Stats = Schemas['Stats'];
export type Federation = Schemas['Federation'];
export type FederationSummary = Schemas['FederationSummary'];
export type FederationCreate = Input<Schemas['FederationCreate']>;
export type Versions = Schemas['Versions'];
export type V1 = Schemas['V1'];
/** The answer to a request that the service carries out later. */
export type Accepted = Schemas['Accepted'];
export type BayPlan = Schemas['BayPlan'];
export type JsonPatch = Schemas['JsonPatch'];

/** The query of bays and clusters. */
export type BayListQuery = Queries['listClusters'];
/** The query of bay models and cluster templates. */
export type BayModelListQuery = Queries['listBayModels'];
export type NodeGroupListQuery = Queries['listNodeGroups'];
export type QuotaListQuery = Queries['listQuotas'];
/** The query of nodes and containers. */
export type NodeListQuery = Queries['listNodes'];
/** Pages and their order: the query of lists without a filter. */
export type PageQuery = Queries['listNodeGroupNodes'];

/** A call by its parts, for operations without a typed method. */
export interface RawCall {
  readonly method: string;
  /** `/v1/bays/{bay_ident}` with `params`, or `/v1/bays/my-bay`, where the caller has encoded each part. */
  readonly path: string;
  /** The values of the placeholders in `path`, unencoded. What would address another resource is refused. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** A parameter that is undefined is not sent. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
}

/** Sends a call and returns its parsed body, undefined for an empty one. `T` is the type of the body in the spec. */
export type RawCaller = <T = unknown>(call: RawCall, options?: CallOptions) => Call<T>;

/** Opens a stream of server-sent events, and returns as soon as it starts. The caller reads and cancels the body. */
export type EventCaller = (call: RawCall, options?: CallOptions) => Promise<Response>;

/** The last argument of every method. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The deadline of the whole call with its retries; the client's `timeout` is that of each attempt. */
  readonly timeoutMs?: number | undefined;
  /** ETag of the version that the call may change or delete; the service refuses any other version with 412. See `onAnswer`. */
  readonly ifMatch?: string | undefined;
  /**
   * For POST: the service carries out requests with the same key once within a day, and repeats its first answer. A key of your own protects
   * over several calls and processes; without one, each call has its own. `false`: none.
   */
  readonly idempotencyKey?: string | false | undefined;
  /** Receives the headers of a successful answer. */
  readonly onAnswer?: ((answer: AnswerInfo) => void) | undefined;
}

export interface AnswerInfo {
  /** The version of a bay, bay model, cluster or cluster template; null for other resources. */
  readonly etag: string | null;
  /** For instance, labels that the driver does not know. */
  readonly warnings: readonly string[];
  readonly requestId: string | null;
}
