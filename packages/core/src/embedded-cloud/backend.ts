/**
 * What the HOT engine asks of the machines beneath it. Every call may be repeated: `key` is derived from stack and
 * resource, `ensure…` finds what an earlier, interrupted call made, `delete…` of what is gone is success.
 * Errors are DomainErrors: `cloud-refused` (final) or `cloud-unavailable` (passes).
 */
export interface CloudBackend {
  readonly kind: 'docker' | 'simulated';
  /** One line for people: what stands behind the servers. */
  readonly description: string;
  ensureNetwork(network: NetworkSpec, signal: AbortSignal): Promise<NetworkState>;
  deleteNetwork(key: string, signal: AbortSignal): Promise<void>;
  ensureVolume(volume: VolumeSpec, signal: AbortSignal): Promise<void>;
  deleteVolume(key: string, signal: AbortSignal): Promise<void>;
  /** Creates and starts; ACTIVE means that PID 1 runs, not that cloud-init is done. */
  ensureServer(server: ServerSpec, signal: AbortSignal): Promise<ServerState>;
  server(key: string, signal: AbortSignal): Promise<ServerState | undefined>;
  deleteServer(key: string, signal: AbortSignal): Promise<void>;
  /** Gives a server an address of another network (a floating address). */
  ensureAddress(address: AddressSpec, signal: AbortSignal): Promise<void>;
  deleteAddress(address: AddressSpec, signal: AbortSignal): Promise<void>;
  /** A TCP balancer: listens on `address` of the network, passes to members. Called again when members change. */
  ensureLoadBalancer(balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void>;
  deleteLoadBalancer(key: string, signal: AbortSignal): Promise<void>;
  /** Subnet ranges that a new network must not overlap, as CIDR. */
  usedRanges(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Owner labels let a leftover be found: every part carries the data directory's instance id, stack id and resource. */
export interface OwnerLabels {
  readonly stackId: string;
  readonly stackName: string;
  readonly resource: string;
  readonly projectId: string;
}

export interface NetworkSpec {
  readonly key: string;
  readonly name: string;
  /** IPv4 CIDR */
  readonly cidr: string;
  readonly gateway: string;
  readonly owner: OwnerLabels;
}
export interface NetworkState {
  readonly id: string;
}
export interface VolumeSpec {
  readonly key: string;
  readonly sizeGb: number;
  readonly owner: OwnerLabels;
}
export interface ServerSpec {
  readonly key: string;
  /** Host name. */
  readonly name: string;
  /** Nova's server id, chosen by the engine; instance-id of cloud-init. */
  readonly id: string;
  readonly image: string;
  readonly flavor: Flavor;
  /** Text, given to cloud-init unchanged. */
  readonly userData: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nics: readonly { readonly networkKey: string; readonly address: string; readonly securityGroups: readonly string[] }[];
  readonly volumes: readonly { readonly key: string; readonly device: string }[];
  readonly owner: OwnerLabels;
}
export interface Flavor {
  readonly vcpus: number;
  readonly ramMb: number;
  readonly diskGb: number;
}
export interface ServerState {
  readonly status: 'BUILD' | 'ACTIVE' | 'SHUTOFF' | 'ERROR';
  readonly reason: string;
}
export interface AddressSpec {
  readonly serverKey: string;
  readonly networkKey: string;
  readonly address: string;
}
export interface LoadBalancerSpec {
  readonly key: string;
  readonly networkKey: string;
  readonly address: string;
  /** Floating address of the balancer, when it has one. */
  readonly floating: { readonly networkKey: string; readonly address: string } | null;
  readonly listeners: readonly {
    readonly port: number;
    readonly allowedCidrs: readonly string[];
    readonly members: readonly { readonly address: string; readonly port: number }[];
    /** Path that a member answers by HTTPS with 200 while it serves; null: a member serves while its port is open. */
    readonly readyPath: string | null;
  }[];
  readonly owner: OwnerLabels;
}
