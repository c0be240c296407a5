import type { BayFacts } from '../domain/observation.js';
import type { CloudAccess } from './orchestrator.js';

export interface CloudImage {
  readonly id: string;
  readonly name: string;
  /** Property `os_distro`; undefined where the image lacks it. */
  readonly distro: string | undefined;
  /** Property `magnum_driver`. */
  readonly driver: string | undefined;
}

/**
 * Images, flavors, keypairs and networks: Glance, Nova and Neutron, or the embedded cloud's table.
 * `find…` answers undefined when nothing has that id or name, and throws `not-unique` when several do.
 */
export interface Cloud {
  findImage(nameOrId: string, access: CloudAccess, signal: AbortSignal): Promise<CloudImage | undefined>;
  findFlavor(
    nameOrId: string,
    access: CloudAccess,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly name: string } | undefined>;
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
  /** Everything that rendering needs from outside: contract, conductor §3.3. */
  facts(request: FactsRequest, access: CloudAccess, signal: AbortSignal): Promise<BayFacts>;
  /** Gives back what `facts` has set aside for the bay. Repeating it is success. */
  releaseFacts(bayId: string, signal: AbortSignal): Promise<void>;
}

export interface FactsRequest {
  readonly bayId: string;
  readonly externalNetwork: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  /** Wanted range of a new subnet; undefined lets the cloud choose. */
  readonly fixedSubnetCidr: string | undefined;
  readonly dockerVolumeType: string | undefined;
}
