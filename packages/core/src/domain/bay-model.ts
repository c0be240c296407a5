import type { BayModelId } from './ids.js';
import type { Labels } from './labels.js';

export const COES = ['kubernetes', 'swarm', 'swarm-mode', 'mesos'] as const;
/** Container orchestration engine. `swarm` and `swarm-mode` name one engine: Swarm mode. */
export type CoeName = (typeof COES)[number];

/**
 * A bay model (modern wording: cluster template): the template of bays. Fields: docs/contract/resources.md#cluster-template.
 */
export interface BayModel {
  readonly id: BayModelId;
  /** Position in insertion order; the default sort key. */
  readonly sequence: number;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly coe: CoeName;
  readonly imageId: string;
  readonly keypairId: string | null;
  readonly externalNetworkId: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  readonly networkDriver: string | null;
  readonly volumeDriver: string | null;
  readonly dnsNameserver: string | null;
  readonly apiserverPort: number | null;
  readonly flavorId: string | null;
  readonly masterFlavorId: string | null;
  /** GB */
  readonly dockerVolumeSize: number | null;
  readonly dockerStorageDriver: string | null;
  readonly clusterDistro: string | null;
  readonly httpProxy: string | null;
  readonly httpsProxy: string | null;
  readonly noProxy: string | null;
  readonly registryEnabled: boolean;
  readonly insecureRegistry: string | null;
  readonly labels: Labels;
  readonly tlsDisabled: boolean;
  readonly public: boolean;
  readonly hidden: boolean;
  readonly serverType: 'vm' | 'bm';
  readonly masterLbEnabled: boolean;
  readonly floatingIpEnabled: boolean;
  readonly tags: string | null;
  readonly driver: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}
