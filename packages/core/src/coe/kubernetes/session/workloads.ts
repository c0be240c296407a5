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

/** Pods that a workload should have, and of these the ones of its newest template and the available ones; and those of former templates. */
export interface Rollout {
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
  readonly former: number;
}

/** Undefined while its controller has not seen its newest template. */
export function rolloutOf({ metadata, spec, status }: Workload): Rollout | undefined {
  if (!status || (status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return undefined;
  if ('desiredNumberScheduled' in status) {
    const { desiredNumberScheduled: wanted, updatedNumberScheduled: updated = 0 } = status;
    return {
      wanted,
      updated,
      available: status.numberAvailable ?? 0,
      former: Math.max(0, status.currentNumberScheduled - updated),
    };
  }
  const wanted = spec && 'replicas' in spec ? (spec.replicas ?? 1) : 1;
  const seen: { replicas?: number; updatedReplicas?: number; availableReplicas?: number } = status;
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = seen;
  return { wanted, updated, available, former: Math.max(0, replicas - updated) };
}

/** All pods are of the newest template, whether they run or not. */
export function isReplaced({ wanted, updated, former }: Rollout): boolean {
  return updated >= wanted && former === 0;
}

export function isRolledOut({ wanted, updated, available }: Rollout): boolean {
  return updated >= wanted && available >= wanted;
}
