import type { NodeGroupId, NodeId } from './ids.js';
import type { NodeObservation } from './node.js';

/**
 * The facts of the cloud that rendering needs, looked up once for each bay and stored, so that every later pass renders the
 * same template.
 */
export interface BayFacts {
  /** Endpoints as the nodes reach them, version path included. */
  readonly authUrl: string;
  readonly magnumUrl: string;
  readonly regionName: string;
  /** Range of the subnet that the bay makes for itself, or of the existing one. */
  readonly fixedSubnetCidr: string;
  /** Ids of an existing network that the bay uses. */
  readonly fixedNetworkId: string | null;
  readonly fixedSubnetId: string | null;
  readonly externalNetworkId: string | null;
  /** PEM of the cloud's own CA, empty when the nodes need none. */
  readonly cloudCa: string;
  readonly verifyCloudCa: boolean;
  readonly serverGroupPolicy: string;
  readonly dockerVolumeType: string | null;
}

/**
 * The stack in the domain's words. `appliedGeneration`, `appliedBatch`: the generation and the upgrade batch that were applied
 * last.
 */
export type StackSighting =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly id: string;
      readonly action: 'CREATE' | 'UPDATE' | 'DELETE' | 'ROLLBACK';
      readonly state: 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';
      readonly appliedGeneration: number;
      readonly appliedBatch?: number;
    };

export interface Observation {
  readonly stack: StackSighting;
  readonly apiAddress: string | null;
  readonly discoveryUrl: string | null;
  readonly coeVersion: string | null;
  readonly containerVersion: string | null;
  readonly nodes: ReadonlyMap<NodeId, NodeObservation>;
  /** Ids of the stacks of groups that have one of their own. */
  readonly groupStacks: ReadonlyMap<NodeGroupId, string>;
  /**
   * The cause of a failed stack in the words of the service that reported it, with the resource, its type and its id. Null
   * unless the stack failed.
   */
  readonly failure: string | null;
  /** The failure is transient: a service that the orchestrator calls did not answer. */
  readonly failureMayPass?: boolean;
}
