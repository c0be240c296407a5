import type { BayId } from '../domain/ids.js';
import type { CloudAccess } from './orchestrator.js';

/** Heat's name of the kind, as the bay's story has it. */
export type OrphanType = 'OS::Octavia::LoadBalancer' | 'OS::Neutron::FloatingIP' | 'OS::Neutron::Port' | 'OS::Cinder::Volume';

/** Something in the cloud that a bay's workloads have made, beside the bay's stack. */
export interface OrphanedResource {
  readonly type: OrphanType;
  /** The neighbour's id; null where the neighbour did not even let itself be asked. */
  readonly id: string | null;
  readonly name: string;
}

/** What one round has found and done. */
export interface SweepResult {
  /** Asked to go in this round. */
  readonly removed: readonly OrphanedResource[];
  /** Asked to go, now or earlier, and still there: ask again. */
  readonly going: readonly OrphanedResource[];
  /** What stays, and why. */
  readonly kept: readonly (OrphanedResource & { readonly reason: string })[];
}

/** The texts of a resource in the cloud by which its maker marks it. */
export interface Described {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** How an engine marks the resources that its workloads make. */
export interface WorkloadOrigins {
  isOfBay(bayId: BayId, described: Described): boolean;
  /** Ids of other clusters that use the resource too. */
  otherUsers(bayId: BayId, described: Described): readonly string[];
}

export interface SweepRequest {
  readonly bayId: BayId;
  readonly projectId: string;
  /** The stack is gone: what was attached to its servers until now can go. */
  readonly isLast: boolean;
  /** Networks that belong to the bay alone. */
  readonly ownNetworkIds: ReadonlySet<string>;
  /** Ids of everything in the bay's stack, which the stack removes by itself. */
  readonly stackIds: ReadonlySet<string>;
  /** Volumes hold data: they stay unless a label or the operator says otherwise. */
  readonly deletesVolumes: boolean;
}

/**
 * Finds and removes what workloads have made: docs/contract/conductor.md#orphaned-resources. Repeating a round is harmless; what is gone already is success,
 * resources that may not be deleted are kept and reported. Errors: `cloud-unavailable`.
 */
export interface OrphanedResources {
  sweep(request: SweepRequest, access: CloudAccess, signal: AbortSignal): Promise<SweepResult>;
}
