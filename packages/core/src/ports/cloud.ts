import type { FactsRequest } from '../domain/facts-request.js';
import type { BayFacts } from '../domain/observation.js';
import type { Allowance } from '../domain/stack-needs.js';
import type { CloudAccess } from './orchestrator.js';

export interface CloudImage {
  readonly id: string;
  readonly name: string;
  /** Property `os_distro`; undefined where the image lacks it. */
  readonly distro: string | undefined;
  /** Property `kube_version`: the version of Kubernetes that the image has in place. */
  readonly kubeVersion?: string | undefined;
  /** Property `magnum_driver`. */
  readonly driver: string | undefined;
  /** What a server needs to start from it; 0 where the image does not say. */
  readonly minDiskGb: number;
  readonly minRamMb: number;
}

export interface CloudFlavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly ramMb: number;
  /** 0: servers have no disk of their own, and boot from volumes only. */
  readonly diskGb: number;
}

/**
 * Images, flavors, keypairs and networks: Glance, Nova and Neutron, or the embedded cloud's table.
 * `find…` answers undefined when nothing has that id or name, and throws `not-unique` when several do.
 */
export interface Cloud {
  findImage(nameOrId: string, access: CloudAccess, signal: AbortSignal): Promise<CloudImage | undefined>;
  findFlavor(nameOrId: string, access: CloudAccess, signal: AbortSignal): Promise<CloudFlavor | undefined>;
  findKeypair(name: string, access: CloudAccess, signal: AbortSignal): Promise<{ readonly name: string } | undefined>;
  findNetwork(
    nameOrId: string,
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly external: boolean } | undefined>;
  findSubnet(
    nameOrId: string,
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly networkId: string; readonly cidr: string } | undefined>;
  /** Absent where there is nothing to choose from. */
  findVolumeType?(nameOrId: string, access: CloudAccess, signal: AbortSignal): Promise<{ readonly name: string } | undefined>;
  /** Limits and use of the project. Kinds that are not counted, or that the caller may not see, are absent. */
  allowances(access: CloudAccess, signal: AbortSignal): Promise<readonly Allowance[]>;
  /** Everything that rendering needs from outside: docs/contract/conductor.md#facts. */
  facts(request: FactsRequest, access: CloudAccess, signal: AbortSignal): Promise<BayFacts>;
  /**
   * Where servers and load balancers are reached, by their ids: addresses of their own ports, and floating addresses of those. What is
   * not of the project has none. Known from the network itself: a stack's outputs are its owner's to change.
   */
  addresses(wanted: AddressQuestion, access: CloudAccess, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Gives back what `facts` has set aside for the bay. Repeating it is success. */
  releaseFacts(bayId: string, signal: AbortSignal): Promise<void>;
}

export interface AddressQuestion {
  readonly serverIds: readonly string[];
  readonly balancerIds: readonly string[];
}
