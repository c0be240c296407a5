import type { Bay } from './bay.js';
import type { BayModel } from './bay-model.js';

/** What a bay needs from the cloud before it can be rendered: docs/contract/conductor.md#facts. */
export interface FactsRequest {
  readonly bayId: string;
  readonly externalNetwork: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  /** Wanted range of a new subnet; undefined lets the cloud choose. */
  readonly fixedSubnetCidr: string | undefined;
  readonly dockerVolumeType: string | undefined;
}

/** `needs`: what the bay's driver reads from its labels. */
export function factsRequest(
  { bay, model }: { readonly bay: Pick<Bay, 'id' | 'desired'>; readonly model: Pick<BayModel, 'externalNetworkId'> },
  needs: { readonly fixedSubnetCidr: string | undefined; readonly volumeType: string | undefined },
): FactsRequest {
  return {
    bayId: bay.id,
    externalNetwork: model.externalNetworkId,
    fixedNetwork: bay.desired.fixedNetwork,
    fixedSubnet: bay.desired.fixedSubnet,
    fixedSubnetCidr: needs.fixedSubnetCidr,
    dockerVolumeType: needs.volumeType,
  };
}
