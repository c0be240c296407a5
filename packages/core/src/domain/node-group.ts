import type { BayStatus } from './bay-status.js';
import type { BayId, NodeGroupId } from './ids.js';
import type { Labels } from './labels.js';

/** Nodes of one role, flavor and image: docs/contract/resources.md#node-group. Every bay has `default-master` and `default-worker`. */
export interface NodeGroup {
  readonly id: NodeGroupId;
  readonly sequence: number;
  readonly bayId: BayId;
  readonly projectId: string;
  readonly name: string;
  /** `master` runs the engine's control plane; every other text is a worker role. */
  readonly role: string;
  readonly flavorId: string | null;
  readonly imageId: string;
  readonly nodeCount: number;
  readonly minNodeCount: number;
  readonly maxNodeCount: number | null;
  /** GB */
  readonly dockerVolumeSize: number | null;
  readonly labels: Labels;
  /** What the engine should know of the nodes: labels and taints of Kubernetes. */
  readonly nodeLabels: Readonly<Record<string, string>> | null;
  readonly nodeTaints: readonly Taint[] | null;
  /** Whatever the caller notes. */
  readonly version: string | null;
  readonly isDefault: boolean;
  /** Of the stack that the orchestrator has of this group alone; null where the group stands in its bay's stack. */
  readonly stackId: string | null;
  readonly status: BayStatus;
  readonly statusReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

export const DEFAULT_MASTER = 'default-master';
export const DEFAULT_WORKER = 'default-worker';

export function isMaster(group: Pick<NodeGroup, 'role'>): boolean {
  return group.role === 'master';
}

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: (typeof TAINT_EFFECTS)[number];
}
