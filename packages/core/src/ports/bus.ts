import type { BayId } from '../domain/ids.js';
import type { JsonObject } from '../domain/json.js';
import type { ManifestKind, ManifestReport } from '../domain/manifest.js';
import type { Authority } from '../domain/rotation.js';
import type { ContainerReport, ContainerSpec } from '../domain/container.js';
import type { CommandResult, NodeReport } from './bay-driver.js';

export const CONTAINER_ACTIONS = ['start', 'stop', 'reboot', 'pause', 'unpause', 'delete'] as const;
export type ContainerAction = (typeof CONTAINER_ACTIONS)[number];

export interface ManifestsOf {
  readonly bayId: BayId;
  readonly kind: ManifestKind;
}

export interface CertificateOf {
  readonly authority: Authority;
  /** Asked by the account of the bay's nodes: while the authority is being changed, nodes and clients change at different times. */
  readonly forNode: boolean;
}

/** Questions need the running engine or the CA's key. They are answered or they fail; they are never kept as work. */
export interface RpcMethods {
  /** The certificates to trust: two of them while the main authority is being changed, the one that nodes want first. */
  'certificate.ca': { args: { bayId: BayId } & CertificateOf; reply: { pem: string } };
  /**
   * A node's own server certificate, or the one of the driver's profile. `nodeName` null: a node that cannot prove which it is, from before
   * nodes had secrets.
   */
  'certificate.node': { args: { bayId: BayId; csr: string; nodeName: string | null; profile?: string }; reply: { pem: string } };
  /** A certificate that ends soon, for a client of the engine, with whom the client should trust (PEM). `expiresAt`: ISO 8601. */
  'certificate.client': {
    args: { bayId: BayId; csr: string; authority: Authority; validForSeconds: number };
    reply: { pem: string; ca: string; expiresAt: string };
  };
  /** Gives a node the credential for its enrolment token, once. Errors: `forbidden`. */
  'node.enrol': {
    args: { bayId: BayId; nodeName: string; token: string; secretHash: string };
    reply: RpcMethods['credential.newest']['reply'];
  };
  /** The nodes' newest credential; the password is sealed for the API, bound to `credentialContext`. */
  'credential.newest': {
    args: { bayId: BayId };
    reply: { generation: number; userId: string; sealedPassword: string; trustId: string | null };
  };
  /** The bay's secrets that are for a node of that role, newest first: JSON of `BaySecretValue[]`, sealed for the API. Errors: `forbidden`. */
  'secrets.ofNode': { args: { bayId: BayId; nodeName: string }; reply: { sealedSecrets: string } };
  'nodes.report': { args: { bayId: BayId }; reply: readonly NodeReport[] };
  'manifest.list': { args: ManifestsOf; reply: readonly ManifestReport[] };
  'manifest.get': { args: ManifestsOf & { ident: string }; reply: ManifestReport };
  'manifest.create': { args: ManifestsOf & { manifest: JsonObject }; reply: ManifestReport };
  'manifest.replace': { args: ManifestsOf & { ident: string; manifest: JsonObject }; reply: ManifestReport };
  'manifest.delete': { args: ManifestsOf & { ident: string }; reply: null };
  /** Copies an image of the engine beside the service to the nodes of a bay; the names of the nodes that have it now. */
  'image.load': { args: { bayId: BayId; image: string }; reply: { nodes: readonly string[] } };
  'container.create': { args: { bayId: BayId; spec: ContainerSpec }; reply: ContainerReport };
  'container.inspect': { args: { bayId: BayId; hostnames: readonly string[] }; reply: Readonly<Record<string, ContainerReport>> };
  'container.act': { args: { bayId: BayId; hostname: string; action: ContainerAction }; reply: null };
  'container.logs': { args: { bayId: BayId; hostname: string }; reply: CommandResult };
  'container.execute': { args: { bayId: BayId; hostname: string; command: string }; reply: CommandResult };
}

export type RpcMethod = keyof RpcMethods;
export type RpcHandlers = {
  readonly [Q in RpcMethod]: (args: RpcMethods[Q]['args'], signal: AbortSignal) => Promise<RpcMethods[Q]['reply']>;
};

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A doorbell, and questions. A lost doorbell does no harm: the next poll finds the work. */
export interface MessageBus {
  cast(message: { readonly kind: 'wake'; readonly bayId: BayId }): Promise<void>;
  /** Called for each wake-up that a process casts. */
  onWake(listener: (bayId: BayId) => void): () => void;
  /** Errors: those of the answer, and `deadline-exceeded`, `engine-unavailable` when no conductor answers. */
  call<Q extends RpcMethod>(question: Q, args: RpcMethods[Q]['args'], options: CallOptions): Promise<RpcMethods[Q]['reply']>;
  serve(answers: RpcHandlers): Promise<{ stop(): Promise<void> }>;
}
