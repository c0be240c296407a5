import type { AppsV1Api, V1DaemonSet, V1Deployment } from '@kubernetes/client-node';
import { isDomainError } from '../../../domain/errors.js';
import { attempt } from './attempt.js';
import type { Connections } from './connection.js';
import { itemsOf } from './kinds.js';

export type Workload = V1DaemonSet | V1Deployment;

/** Label of all objects of an add-on. */
export const ADDON_LABEL = 'magnum.openstack.org/addon';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** DaemonSets and Deployments of the bay's add-ons. */
export async function addonWorkloads({ apps }: Pick<Connections, 'apps'>, signal: AbortSignal): Promise<readonly Workload[]> {
  const query = { labelSelector: ADDON_LABEL, limit: 100 };
  return attempt('list the add-ons', signal, async (bounds) => {
    const api = await apps(bounds);
    return [
      ...itemsOf<Workload>(await api.listDaemonSetForAllNamespaces(query)),
      ...itemsOf<Workload>(await api.listDeploymentForAllNamespaces(query)),
    ];
  });
}

const OF_KUBEADM: readonly (Place & { read(api: AppsV1Api, place: Place): Promise<Workload> })[] = [
  { namespace: 'kube-system', name: 'kube-proxy', read: (api, place) => api.readNamespacedDaemonSet(place) },
  { namespace: 'kube-system', name: 'coredns', read: (api, place) => api.readNamespacedDeployment(place) },
];

/** What kubeadm has installed. A cluster's owner may have replaced it with another program; then it is not there. */
export async function kubeadmWorkloads({ apps }: Pick<Connections, 'apps'>, signal: AbortSignal): Promise<readonly Workload[]> {
  const found: Workload[] = [];
  for (const { read, ...place } of OF_KUBEADM) {
    try {
      found.push(await attempt(`read the workload ${place.name}`, signal, async (bounds) => read(await apps(bounds), place)));
    } catch (error) {
      if (!isDomainError(error, 'workload-not-found')) throw error;
    }
  }
  return found;
}

/** Pods that a workload should have, and of these the ones of its newest template and the available ones. */
export interface Rollout {
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
}

/** Undefined while its controller has not seen its newest template. */
export function rolloutOf({ metadata, spec, status }: Workload): Rollout | undefined {
  if (!status || (status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return undefined;
  if ('desiredNumberScheduled' in status) {
    const wanted = status.desiredNumberScheduled;
    return { wanted, updated: status.updatedNumberScheduled ?? 0, available: status.numberAvailable ?? 0 };
  }
  const wanted = spec && 'replicas' in spec ? (spec.replicas ?? 1) : 1;
  const { updatedReplicas, availableReplicas }: { updatedReplicas?: number; availableReplicas?: number } = status;
  return { wanted, updated: updatedReplicas ?? 0, available: availableReplicas ?? 0 };
}

export function isRolledOut({ wanted, updated, available }: Rollout): boolean {
  return updated >= wanted && available >= wanted;
}
