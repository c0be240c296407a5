import type { Bay } from '../domain/bay.js';
import type { BayModel, CoeName } from '../domain/bay-model.js';
import type { DriverNames } from '../domain/bay-model-rules.js';
import type { CertificateContent } from '../domain/certificate.js';
import type { BaySecret } from '../domain/bay-secrets.js';
import type { DrainRules, LeavingNode, UndrainedNode } from '../domain/drain.js';
import type { HealingRules } from '../domain/healing.js';
import type { BayFacts, Observation } from '../domain/observation.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import type { ManifestReport } from '../domain/manifest.js';
import type { Labels, LabelSchema, Problem } from '../domain/labels.js';
import type { Node } from '../domain/node.js';
import type { NodeDescription } from '../domain/node-description.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { PostInstallManifest } from '../domain/post-install.js';
import type { Authority } from '../domain/rotation.js';
import type { Secret } from '../domain/secret.js';
import type { ContainerReport, ContainerSpec } from '../domain/container.js';
import type { AddressGuard } from '../http/address-guard.js';
import type { CertificateSubject } from './certificates.js';
import type { CloudImage } from './cloud.js';
import type { StackSnapshot, StackSpec } from './orchestrator.js';
import type { WorkloadOrigins } from './orphans.js';

/** What a driver can serve; the triple chooses the driver (docs/contract/templates.md#choice-of-the-driver). */
export interface BayType {
  readonly serverType: 'vm' | 'bm';
  readonly distro: string;
  readonly coe: CoeName;
}

/** The account under which the nodes call home. */
export interface Delegation {
  readonly trusteeUserId: string;
  readonly trusteeUsername: string;
  readonly trusteeDomainId: string;
  /** JSON: by what the stack calls each node (`resourceNameOf`), what it exchanges once for the account's password. */
  readonly enrolmentTokens: Secret;
  readonly trustId: string | null;
}

/** What a bay is to be, but for its single nodes. */
export interface BayShape extends Pick<DesiredBay, 'bay' | 'model' | 'nodeGroups'> {
  /** Whether the bay's nodes get a trust of its owner (`[trust] cluster_user_trust`); absent: it is not known, and no rule depends on it. */
  readonly trusted?: boolean;
}

export interface DesiredBay {
  readonly bay: Bay;
  readonly model: BayModel;
  readonly nodeGroups: readonly NodeGroup[];
  /** Only nodes whose desired state is `present` are rendered; absent ones are passed too, to be interpreted. */
  readonly nodes: readonly Node[];
  /** Number of the upgrade's batch; 0 where no upgrade is under way. */
  readonly batch?: number;
}

export interface RenderInput extends DesiredBay {
  readonly facts: BayFacts;
  readonly delegation: Delegation;
  readonly rollbackOnFailure: boolean;
}

/** Secrets that a running bay can get anew. */
export type Rotatable = 'authority' | 'credentials';

/** A node that asks for a certificate, as the database and the cloud know it. */
export interface NodeCertificateRequest {
  readonly profile: string;
  readonly bay: { readonly desired: Pick<Bay['desired'], 'labels'> };
  readonly node: Pick<Node, 'name' | 'role'>;
  /** Addresses of the node. */
  readonly own: readonly string[];
  /** Addresses of the load balancers before the API, for a master. */
  readonly balancers: readonly string[];
}

/** A certificate of a node, and whose signature it has. */
export interface NodeCertificate extends CertificateContent {
  readonly authority: Authority;
}

/** What a bay's labels ask of the cloud; undefined where they ask nothing. */
export interface CloudNeeds {
  /** IPv4 range of the bay's own subnet. A label that is no range has been warned of, and asks nothing. */
  readonly fixedSubnetCidr: string | undefined;
  /** Type of the volumes for the engines' data. */
  readonly volumeType: string | undefined;
  /** GiB of the volume that servers boot from, as the label says it: not yet checked to be a number. */
  readonly bootVolumeSize: string | undefined;
  /** What becomes of volumes that workloads made when the bay is deleted; undefined: what the operator has set. */
  readonly workloadVolumes: 'keep' | 'delete' | undefined;
}

/** The bay whose add-ons are asked for. */
export interface AddonsOf {
  readonly bay: { readonly id: string; readonly projectId: string; readonly desired: Pick<Bay['desired'], 'labels'> };
  readonly model: Pick<BayModel, 'networkDriver'>;
  /** Absent: the nodes that ask cannot give add-ons an account of the cloud. */
  readonly cloud?: {
    readonly facts: Pick<BayFacts, 'authUrl' | 'regionName' | 'externalNetworkId' | 'cloudCa' | 'verifyCloudCa'>;
    /** Whether the bay's nodes have a trust of its owner. */
    readonly trusted: boolean;
  };
  /** The bay's copy of the operator's manifest; absent: it has none. */
  readonly postInstall?: PostInstallManifest;
}

/** A part of the engine that runs in the engine itself. */
export interface Addon {
  readonly name: string;
  /** Tag of its main image, or the digest of the manifest that it is made of; empty where it has neither. */
  readonly version: string;
  /** Every image that it needs. */
  readonly images: readonly string[];
  /** As the engine takes them, in their order. */
  readonly objects: readonly JsonObject[];
}

/** A port at which nodes of some roles speak TLS, under certificates of the bay's main authority. */
export interface TlsPort {
  readonly port: number;
  readonly roles: readonly Node['role'][];
}

/** A driver renders and interprets; it does not act: no I/O, no clock. */
export interface BayDriver {
  readonly name: string;
  readonly provides: readonly BayType[];
  readonly labels: LabelSchema;
  /** URL of the API of an engine that is reached at an IP address: scheme and port are the driver's, whatever a stack says. */
  endpointAt(address: string): string;
  /** What this driver's nodes can take while they run: absent, nothing. */
  readonly rotates?: readonly Rotatable[];
  /**
   * Where nodes show which certificates they have taken: a rotation of the authority waits for each of these ports, and for no other. A
   * driver that rotates the authority names at least one of the masters, or has `authorities`.
   */
  readonly tlsPorts?: readonly TlsPort[];
  /**
   * The authorities whose certificates a node of each role keeps, in the order in which the node makes a digest of them. A rotation of such
   * a driver's bay asks the engine which digests its nodes have adopted. Absent: only `tlsPorts` show what they have.
   */
  readonly authorities?: Readonly<Record<Node['role'], readonly Authority[]>>;
  /** Secrets that the bay's nodes share, and fetch when they have enrolled: absent, none. They are no part of what is rendered. */
  readonly secrets?: readonly BaySecret[];
  /**
   * What a node gets when it asks for a certificate by the name of a profile; undefined where its role has no such profile. Absent: nodes
   * ask for one certificate, to serve under their own name.
   */
  certificateFor?(request: NodeCertificateRequest): NodeCertificate | undefined;
  /** What of a model and of labels is accepted and changes nothing, shown to the caller as warnings. */
  withoutEffect?(
    wanted: Pick<
      BayModel,
      'networkDriver' | 'volumeDriver' | 'registryEnabled' | 'apiserverPort' | 'labels' | 'serverType' | 'floatingIpEnabled'
    >,
  ): readonly Problem[];
  /** Cross-field rules of this driver, beyond its labels' types: asked of what a bay is to be, whatever changes it. */
  check?(desired: BayShape): readonly Problem[];
  /** Whether nodes with these labels can be made of an image, by the properties that it has. */
  checkImage?(image: Pick<CloudImage, 'name' | 'kubeVersion'>, labels: Labels): readonly Problem[];
  /** By what servers of that distribution boot, in words: a bay's user data has one form for all of its nodes. Absent: all boot alike. */
  bootsBy?(distro: string | null): string;
  /** Whether a bay with the first labels can become one with the second by an upgrade. Absent: every bay can. */
  checkUpgrade?(current: Labels, wanted: Labels): readonly Problem[];
  /** What the cloud must look up or set aside for a bay, read from the labels that this driver declares. */
  cloudNeeds(desired: Pick<Bay['desired'], 'labels'>): CloudNeeds;
  /** What is deployed in the bay's engine beside the workloads of users, in the order in which nodes apply it. Absent: nothing. */
  addons?(desired: AddonsOf): readonly Addon[];
  /**
   * The objects of the operator's manifest, as nodes apply them, made of its documents. Absent: the engine takes no such manifest. Errors:
   * `invalid-parameter`, naming the option and what is wrong.
   */
  postInstallObjects?(documents: readonly JsonValue[]): readonly JsonObject[];
  /** Every container image that the nodes of a bay with these labels pull, as a private registry has to hold them. Absent: none is known. */
  images?(labels: Labels): readonly string[];
  /**
   * Which nodes leave first when a group shrinks and the request names none: those with the fewest workloads, as the engine counts them then. Absent: the
   * newest.
   */
  readonly scaleIn?: 'fewest-workloads';
  /** Whether masters can be added to a running bay, and leave it; absent: their number is that of the bay's creation. */
  readonly resizesMasters?: true;
  /**
   * Command by which a node takes images, an archive of `docker save` on its standard input; for servers that are containers beside the service. Absent
   * where sessions take images, or the engine takes none.
   */
  readonly importImages?: readonly string[];
  /** How nodes are drained before they are deleted; absent: as `DEFAULT_DRAIN_RULES` has it. */
  drainRules?(desired: Pick<Bay['desired'], 'labels'>): DrainRules;
  /** How nodes that are not ready are replaced; undefined: they are left alone. */
  healingRules?(desired: Pick<Bay['desired'], 'labels'>): HealingRules | undefined;
  /** What the bay's nodes have outgrown: asked when a bay is made and whenever it grows. */
  outgrown?(desired: DesiredBay): readonly Problem[];
  /** Bytes that the largest template of the stack has at least: quick to say, so that nothing huge is rendered to be refused. */
  leastTemplateBytes?(desired: DesiredBay): number;
  render(input: RenderInput): StackSpec;
  /** The same in steps of a millisecond or so, for a process that has others to answer meanwhile. */
  renderInSteps?(input: RenderInput): Generator<undefined, StackSpec, undefined>;
  interpret(stack: StackSnapshot | undefined, desired: DesiredBay): Observation;
}

/** Where and as whom an engine is reached. */
export interface CoeEndpoint {
  /** `https://192.0.2.7:2376` */
  readonly url: string;
  /** PEM */
  readonly ca: string;
  readonly clientCertificate: string;
  readonly clientKey: Secret;
}

export interface NodeReport {
  /** Host name, equal to the node's name. */
  readonly name: string;
  readonly role: 'master' | 'worker';
  readonly state: 'ready' | 'down' | 'unknown';
  /** Whether the engine places workloads here, in its own words; absent for an engine without such a setting. */
  readonly availability?: string;
  /** Whether this master leads the others; absent for an engine whose masters have no leader. */
  readonly leader?: boolean;
  readonly address: string | null;
  readonly engineVersion: string | null;
  /** How many workloads run here, tasks of Mesos; absent for an engine whose workloads are not counted. */
  readonly workloads?: number;
  /** What the node offers to workloads, and how much of it they have, by the engine's own names and units: `cpus`, `mem` in MiB. */
  readonly resources?: Readonly<Record<string, NodeResource>>;
}

export interface NodeResource {
  readonly total: number;
  readonly used: number;
}

/** Versions of a bay's engine and of the program that runs its containers; for some engines these are one program. */
export interface EngineVersions {
  readonly coe: string;
  readonly containerRuntime: string;
}

export interface HealthReport {
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  /** `api`, and `<node>.Ready`: docs/contract/conductor.md#health. */
  readonly reason: Readonly<Record<string, string>>;
  /** There was no answer: `reason.api` says what there was in its place. */
  readonly isSilent?: boolean;
}

/** How a node's engine takes this session's certificates. */
export type TlsProbeResult = 'admitted' | 'refused' | 'unreachable';

/** The probe of one port of one node. */
export interface TlsProbe {
  readonly node: string;
  readonly port: number;
  readonly result: TlsProbeResult;
}

/** The authorities that a bay's nodes are to have adopted. */
export interface WantedAuthorities {
  /** Names of the bay's nodes, and for each its authorities and the public keys that it verifies signatures with: PEM, in the order of its digest. */
  readonly ofNodes: ReadonlyMap<string, string>;
  /** The main authorities that workloads are to trust, PEM. */
  readonly ca: string;
}

export interface CommandResult {
  readonly output: string;
}

/** Containers in a bay. Errors: `container-not-found`, `engine-unavailable`, `engine-failed`, `invalid-parameter`, `conflict`. */
export interface ContainerClient {
  /** Pulls the image where no node has it, places the container through the engine, leaves it stopped. Repeating it finds the first. */
  create(spec: ContainerSpec, signal: AbortSignal): Promise<ContainerReport>;
  inspect(hostname: string, signal: AbortSignal): Promise<ContainerReport>;
  inspectAll(hostnames: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ContainerReport>>;
  /** Deleting what is gone is success. */
  delete(hostname: string, signal: AbortSignal): Promise<void>;
  start(hostname: string, signal: AbortSignal): Promise<void>;
  stop(hostname: string, signal: AbortSignal): Promise<void>;
  reboot(hostname: string, signal: AbortSignal): Promise<void>;
  pause(hostname: string, signal: AbortSignal): Promise<void>;
  unpause(hostname: string, signal: AbortSignal): Promise<void>;
  logs(hostname: string, signal: AbortSignal): Promise<CommandResult>;
  execute(hostname: string, command: string, signal: AbortSignal): Promise<CommandResult>;
}

/**
 * Objects of one kind in a Kubernetes bay, by name or by uid. Errors: `workload-not-found`, `kubernetes-refused` (with Kubernetes'
 * own status), `engine-unavailable`, `engine-failed`, `invalid-parameter`.
 */
export interface ManifestClient {
  list(signal: AbortSignal): Promise<readonly ManifestReport[]>;
  get(ident: string, signal: AbortSignal): Promise<ManifestReport>;
  create(manifest: JsonObject, signal: AbortSignal): Promise<ManifestReport>;
  replace(ident: string, manifest: JsonObject, signal: AbortSignal): Promise<ManifestReport>;
  /** Deleting what is gone is success. */
  delete(ident: string, signal: AbortSignal): Promise<void>;
}

/** An engine declares what it can do by what its session has; no code switches on its name. */
export interface CoeSession {
  health(signal: AbortSignal): Promise<HealthReport>;
  nodes?(signal: AbortSignal): Promise<readonly NodeReport[]>;
  /** Versions of the running engine; undefined while it does not say them. */
  versions?(signal: AbortSignal): Promise<EngineVersions | undefined>;
  readonly containers?: ContainerClient;
  readonly pods?: ManifestClient;
  readonly services?: ManifestClient;
  readonly replicationControllers?: ManifestClient;
  /**
   * One round of a drain: places nothing on these nodes any more, asks their workloads to move as far as disruption budgets allow, removes
   * drained control planes from the store of the cluster's state, and waits for nothing. Returns the nodes that are not drained yet; nodes
   * that the engine does not know, or that do not answer it, have no workloads to move.
   * Repeating it is how it continues. Absent: `releaseNodes` drains by itself. Errors: `engine-unavailable`, `engine-failed`.
   */
  drainNodes?(nodes: readonly LeavingNode[], signal: AbortSignal): Promise<readonly UndrainedNode[]>;
  /**
   * Lets nodes go before their servers do, so that the engine neither loses its majority nor remembers the dead.
   * Names that the engine does not know are fine. Errors: `engine-unavailable`, `engine-failed`; repeating is harmless.
   */
  releaseNodes?(names: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Connects to the given ports of every node that has one of their roles. `refused` says that the node, or this side, did not trust the
   * other's certificate. The probe changes nothing.
   */
  admissions?(ports: readonly TlsPort[], signal: AbortSignal): Promise<readonly TlsProbe[]>;
  /**
   * What a rotation of the authorities still waits for, each as the end of "waits until …"; empty when nodes and the workloads of the engine itself have
   * adopted them. Errors: `engine-unavailable`, `engine-failed`.
   */
  awaitedAdoption?(wanted: WantedAuthorities, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Gives nodes the labels and taints of their groups, and takes away those that an earlier call gave and this one leaves out; those that
   * others have set stay. A node that the engine does not know yet is skipped. Repeating it changes nothing. Errors: `engine-unavailable`,
   * `engine-failed`.
   */
  labelNodes?(nodes: readonly NodeDescription[], signal: AbortSignal): Promise<void>;
  /** Gives a saved image (`docker save`, a tar stream) to every node's engine. Returns the names of the nodes that have it now. */
  loadImage?(tar: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<readonly string[]>;
}

/** `nodes`: where every node's own engine is reached, by node name (needed to place and find containers). */
export interface ConnectInput {
  readonly endpoint: CoeEndpoint;
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly role: 'master' | 'worker' }[];
  /** Whom this service may connect to, whatever endpoint and nodes say. */
  readonly guard: AddressGuard;
}

/** Whom a client's files are for. `identity` null: the engine asks for no certificate. */
export interface ClientAccess {
  /** Of the bay. */
  readonly name: string;
  /** `https://192.0.2.7:6443`, `tcp://192.0.2.7:2375` */
  readonly address: string;
  /**
   * PEM; `ca` may hold two while the authority is being changed. The key can be a placeholder: it has to stand in the files as it is, or in
   * base64, and its caller then puts the real one there.
   */
  readonly identity: { readonly ca: string; readonly certificate: string; readonly key: Secret } | null;
}

/** What the engine's own client reads. */
export interface ClientFiles {
  /** Text by file name, for one folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that name a place: a file by its name, or with an empty text the folder. */
  readonly places: Readonly<Record<string, string>>;
  /** Text of the kubeconfig; absent for an engine whose clients read none. */
  readonly kubeconfig?: string;
}

export interface Coe extends DriverNames {
  /** The COE names that this engine serves. */
  readonly names: readonly CoeName[];
  readonly drivers: readonly BayDriver[];
  connect(input: ConnectInput): CoeSession;
  clientFiles(access: ClientAccess): ClientFiles;
  /** Subject of an administrator's client certificate, by which the engine grants all rights. */
  readonly adminSubject: CertificateSubject;
  /** Marks of what workloads make in the cloud; absent for an engine whose workloads make nothing there. */
  readonly workloadOrigins?: WorkloadOrigins;
}
