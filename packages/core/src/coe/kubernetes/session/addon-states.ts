import type { V1Pod } from '@kubernetes/client-node';
import { attempt } from './attempt.js';
import type { Connections } from './connection.js';
import { itemsOf } from './kinds.js';
import { ADDON_LABEL, addonWorkloads, isRolledOut, rolloutOf, type Workload } from './workloads.js';

const READY = 'Ready';
const MOST_PODS = 50;

/**
 * How the add-ons are, by their names: `Ready`, or how many pods are available and why the others are not. Kubernetes says why in the state of a
 * container, such as `ImagePullBackOff`, or in a condition of a pod that finds no node.
 */
export async function addonStates(connections: Connections, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const states: Record<string, string> = {};
  for (const workload of await addonWorkloads(connections, signal)) {
    const name = workload.metadata?.labels?.[ADDON_LABEL] ?? '';
    const state = await stateOf(connections, workload, signal);
    // Of several workloads of one add-on the worst counts.
    if (states[name] === undefined || states[name] === READY) states[name] = state;
  }
  return states;
}

async function stateOf({ core }: Connections, workload: Workload, signal: AbortSignal): Promise<string> {
  const rollout = rolloutOf(workload);
  if (rollout && isRolledOut(rollout)) return READY;
  const { namespace = '', name = '' } = workload.metadata ?? {};
  const labelSelector = Object.entries(workload.spec?.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await attempt(`list the pods of ${name}`, signal, async (bounds) =>
    itemsOf(await (await core(bounds)).listNamespacedPod({ namespace, labelSelector, limit: MOST_PODS })),
  );
  const [reason] = pods.flatMap((pod) => reasonOf(pod) ?? []);
  const counted = rollout ? `${rollout.available} of ${rollout.wanted} pods are available` : 'its pods are being replaced';
  return reason === undefined ? counted : `${counted}: ${reason}`;
}

/** Why a pod does not run; undefined for one that does, or that says nothing. */
export function reasonOf({ status }: V1Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { name, state } of containers) {
    const waiting = state?.waiting;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `${name} is in ${waiting.reason}`;
  }
  const unplaced = status?.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  return unplaced?.message?.slice(0, 200);
}
