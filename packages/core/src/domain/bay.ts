import type { BayStatus, Health } from './bay-status.js';
import type { BayId, BayModelId } from './ids.js';
import type { Labels } from './labels.js';

/** A bay (modern wording: a cluster). The API writes `desired`, the conductor writes `observed`: one writer per fact. */
export interface Bay {
  readonly id: BayId;
  readonly sequence: number;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  /** Grows with every accepted change of `desired`. */
  readonly generation: number;
  readonly desired: BayDesired;
  readonly observed: BayObserved;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

export interface BayDesired {
  readonly bayModelId: BayModelId;
  readonly keypair: string | null;
  /** GB */
  readonly dockerVolumeSize: number | null;
  readonly labels: Labels;
  readonly masterFlavorId: string | null;
  readonly flavorId: string | null;
  /** Minutes; 0 means no limit in the bay wording. */
  readonly createTimeout: number;
  readonly discoveryUrl: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  readonly floatingIpEnabled: boolean;
  readonly masterLbEnabled: boolean;
  /** Grows when another certificate authority is asked for. */
  readonly caGeneration: number;
  /** Grows when another credential for the nodes is asked for. */
  readonly credentialGeneration: number;
}

export interface BayObserved {
  readonly status: BayStatus;
  readonly statusReason: string | null;
  readonly stackId: string | null;
  readonly apiAddress: string | null;
  readonly discoveryUrl: string | null;
  readonly coeVersion: string | null;
  readonly containerVersion: string | null;
  readonly masterAddresses: readonly string[];
  readonly nodeAddresses: readonly string[];
  readonly health: Health | null;
  readonly healthReason: Readonly<Record<string, string>>;
  /** The newest generation that the orchestrator has taken (or refused, see `status`). */
  readonly acceptedGeneration: number;
}

export const UNSEEN_BAY: BayObserved = {
  status: 'CREATE_IN_PROGRESS',
  statusReason: null,
  stackId: null,
  apiAddress: null,
  discoveryUrl: null,
  coeVersion: null,
  containerVersion: null,
  masterAddresses: [],
  nodeAddresses: [],
  health: null,
  healthReason: {},
  acceptedGeneration: 0,
};
