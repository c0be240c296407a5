import type { BayId } from './ids.js';

/** What neighbours tell of a thing that may be a bay's. */
export interface Described {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

const SERVICE = 'kube_service_';

/**
 * Whether it says of itself that the bay's workloads made it: docs/contract/conductor.md#orphaned-resources, and what newer Kubernetes controllers write. Names
 * count only with the bay's id in them: two bays may have the same name.
 */
export function isOfBay(bayId: BayId, { name, description, tags = [] }: Described): boolean {
  return (
    isFromCluster(bayId, description ?? '') ||
    [name ?? '', ...tags].some((text) => text === bayId || text.startsWith(`${SERVICE}${bayId}_`)) ||
    tags.some((tag) => tag.split(/[=:,\s]/).includes(bayId))
  );
}

function isFromCluster(bayId: BayId, description: string): boolean {
  return /^(Floating IP for )?Kubernetes .+ from cluster (.+)$/.exec(description)?.[2] === bayId;
}

/** Ids of other clusters whose services use it too: Kubernetes can share a load balancer. */
export function otherUsers(bayId: BayId, { tags = [] }: Described): readonly string[] {
  return tags
    .filter((tag) => tag.startsWith(SERVICE) && !tag.startsWith(`${SERVICE}${bayId}_`))
    .map((tag) => tag.slice(SERVICE.length).split('_')[0] ?? '');
}
