import type { BayId, BayModelId, NodeGroupId, NodeId } from './ids.js';

export const NODE_STATUSES = [
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_FAILED',
] as const;
export type NodeStatus = (typeof NODE_STATUSES)[number];

/** A server of a bay, with an identity that never moves: no index arithmetic decides which node is removed. */
export interface Node {
  readonly id: NodeId;
  readonly sequence: number;
  readonly bayId: BayId;
  readonly nodeGroupId: NodeGroupId;
  /** Legal as host name and as HOT resource name, unique in the bay: `worker-7f3a`. */
  readonly name: string;
  readonly role: 'master' | 'worker';
  /**
   * The bay model and image that it was made with. Its group may have newer ones: an upgrade replaces nodes, it does not change
   * them.
   */
  readonly bayModelId: BayModelId;
  readonly imageId: string;
  /**
   * Which part of its group's stack it stands in; null where it stands in the bay's own stack, as managers do and all nodes
   * that earlier releases made. It never changes: a node that moves is another server.
   */
  readonly shard: number | null;
  /** Availability zone that was chosen for it; null where its labels name one for all nodes, or none. It never changes. */
  readonly zone: string | null;
  /** Whether the bay should have the node. The row of an absent node stays until the stack has deleted the server. */
  readonly desired: 'present' | 'absent';
  /** Generation of the newest credential that the node has reported to hold. */
  readonly credentialGeneration: number;
  /** Absent: `awaited`. */
  readonly enrolment?: EnrolmentState;
  readonly observed: NodeObservation;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

export interface NodeObservation {
  readonly status: NodeStatus;
  readonly reason: string | null;
  readonly serverId: string | null;
  /** Address in the bay's own network. */
  readonly privateAddress: string | null;
  /** Floating address, where the bay has them. */
  readonly publicAddress: string | null;
}

/**
 * How a node proves that it is itself, and no other node of its bay. `before`: made by a release that gave nodes no secret;
 * `awaited`: it has not exchanged its enrolment token yet; `done`: it holds a secret.
 */
export const ENROLMENT_STATES = ['before', 'awaited', 'done'] as const;
export type EnrolmentState = (typeof ENROLMENT_STATES)[number];

export interface NodeEnrolment {
  readonly node: Node;
  readonly state: EnrolmentState;
  /** SHA-256 of the secret, hexadecimal; null unless `done`. */
  readonly secretHash: string | null;
}

export const UNSEEN_NODE: NodeObservation = {
  status: 'CREATE_IN_PROGRESS',
  reason: null,
  serverId: null,
  privateAddress: null,
  publicAddress: null,
};

/**
 * A server that belongs to no bay, as the first releases let people note it: a record and nothing else
 * (docs/contract/resources.md#node).
 */
export interface NodeRecord {
  readonly id: NodeId;
  readonly sequence: number;
  readonly projectId: string;
  readonly userId: string;
  readonly type: string | null;
  readonly imageId: string | null;
  readonly ironicNodeId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}
