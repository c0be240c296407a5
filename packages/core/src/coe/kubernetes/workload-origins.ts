import type { WorkloadOrigins } from '../../ports/orphans.js';

const SERVICE = 'kube_service_';

/**
 * The marks of Kubernetes' cloud provider and of its newer controllers: docs/contract/conductor.md#orphaned-resources. A name counts only
 * with the bay's id in it, because two bays may have the same name.
 */
export const kubernetesOrigins: WorkloadOrigins = {
  isOfBay: (bayId, { name, description, tags = [] }) =>
    /^(Floating IP for )?Kubernetes .+ from cluster (.+)$/.exec(description ?? '')?.[2] === bayId ||
    [name ?? '', ...tags].some((text) => text.startsWith(`${SERVICE}${bayId}_`)),
  // Kubernetes can share one load balancer among clusters.
  otherUsers: (bayId, { tags = [] }) =>
    tags
      .filter((tag) => tag.startsWith(SERVICE) && !tag.startsWith(`${SERVICE}${bayId}_`))
      .map((tag) => tag.slice(SERVICE.length).split('_')[0] ?? ''),
};
