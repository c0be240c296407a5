import type { NodeId } from './ids.js';
import type { NodeObservation } from './node.js';

/** What rendering needs from outside, looked up once per bay and recorded, so that every later pass renders the same. */
export interface BayFacts {
  /** Endpoints as the nodes reach them, version path included. */
  readonly authUrl: string;
  readonly magnumUrl: string;
  readonly regionName: string;
  /** Range of the subnet that the bay makes for itself, or of the existing one. */
  readonly fixedSubnetCidr: string;
  /** Set when the bay goes into an existing network; ids. */
  readonly fixedNetworkId: string | null;
  readonly fixedSubnetId: string | null;
  readonly externalNetworkId: string | null;
  /** PEM of the cloud's own CA, empty when the nodes need none. */
  readonly cloudCa: string;
  readonly verifyCloudCa: boolean;
  readonly serverGroupPolicy: string;
  readonly dockerVolumeType: string | null;
}

/** The stack as the orchestrator shows it, in the domain's words. `appliedGeneration`: what the stack was last told, and in which stride of an upgrade. */
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
  /** What failed, where, and in whose words: names the resource, its type and its id. Null unless the stack failed. */
  readonly failure: string | null;
  /** That it failed only because one of the orchestrator's neighbours did not answer. */
  readonly failureMayPass?: boolean;
}
