import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { LeavingNode, UndrainedNode } from '../../../domain/drain.js';
import { isDomainError } from '../../../domain/errors.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { attempt, mayPass, refusedEviction, unlessGone } from './attempt.js';
import type { Connections } from './connection.js';
import { endApiServer } from './departure.js';
import { removeMembers } from './etcd.js';
import { itemsOf } from './kinds.js';
import { cordonOf, findNode, isReady } from './nodes.js';

/** More pods than a kubelet runs. A node that has more is drained by several rounds. */
const MOST_PODS = 1_000;
const ENDED = new Set(['Succeeded', 'Failed']);

/**
 * One round of a drain, as `kubectl drain` does it: every node is cordoned before the first pod is asked to leave, or pods would move from one
 * leaving node to the next. Pods leave by eviction, which Kubernetes refuses where it would break a disruption budget. Pods of a DaemonSet and
 * those that the kubelet runs by itself stay: they would come again. Volumes must be detached before the server is deleted, or the cloud keeps
 * them attached to a server that is gone. A control plane without pods ends its API server, where a load balancer sends clients to others, and is
 * removed from etcd then, whether it still runs or not.
 */
export async function drainNodes(
  input: ConnectInput,
  connections: Connections,
  leaving: readonly LeavingNode[],
  signal: AbortSignal,
): Promise<readonly UndrainedNode[]> {
  const nodes: string[] = [];
  for (const { name } of leaving) if (await cordon(connections, name, signal)) nodes.push(name);
  const volumes = nodes.length === 0 ? [] : await nodesOfVolumes(connections, signal);
  const undrained: UndrainedNode[] = [];
  for (const node of nodes) {
    const why = [...(await evictPods(connections, node, signal)), ...volumesAt(node, volumes)];
    if (why.length > 0) undrained.push({ node, why: why.join(', '), isVital: false });
  }
  const isDrained = (name: string): boolean => undrained.every(({ node }) => node !== name);
  const controlPlanes = leaving.filter(({ name, role }) => role === 'master' && isDrained(name));
  const names = controlPlanes.map(({ name }) => name);
  const whatWaits = (name: string): Promise<string | undefined> => endApiServer(connections.core, name, signal);
  const kept = await removeMembers(input, connections.core, { names, whatWaits }, signal);
  return [...undrained, ...kept];
}

const RELEASE_TRIES = 8;
const RELEASE_PAUSE_MS = 2_000;

/**
 * Removes the nodes' objects, so that the scheduler, the services and the cluster's own list forget them; and the members of etcd of control planes
 * that were not drained in time, where the others have a majority without them. Control planes that leave have just lost their member of etcd, and a
 * load balancer may need some seconds to see that their APIs answer no more: a request that met one of them is repeated.
 */
export async function releaseNodes(
  input: ConnectInput,
  { core }: Connections,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of names)
    await repeated(signal, () =>
      unlessGone(attempt(`delete the node ${name}`, signal, async (bounds) => (await core(bounds)).deleteNode({ name }))),
    );
  const whatWaits = (): Promise<undefined> => Promise.resolve(undefined);
  await repeated(signal, () => removeMembers(input, core, { names, whatWaits }, signal));
}

async function repeated(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!mayPass(error) || tries >= RELEASE_TRIES) throw error;
    }
    await sleep(RELEASE_PAUSE_MS, undefined, { signal });
  }
}

/** False for a node that Kubernetes does not know, or whose kubelet does not answer: nothing can end there. */
async function cordon({ core }: Connections, name: string, signal: AbortSignal): Promise<boolean> {
  const node = await findNode(core, name, signal);
  if (!node) return false;
  const body = cordonOf(node);
  if (body) {
    await attempt(`cordon the node ${name}`, signal, async (bounds) => (await core(bounds)).patchNode({ name, body }));
  }
  return isReady(node);
}

async function evictPods({ core }: Connections, node: string, signal: AbortSignal): Promise<readonly string[]> {
  const pods = await attempt(`list the pods of ${node}`, signal, async (bounds) =>
    itemsOf(await (await core(bounds)).listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}`, limit: MOST_PODS })),
  );
  const leaving = pods.filter(mustLeave);
  const budgets = new Map<string, number>();
  let ending = 0;
  for (const pod of leaving) {
    const refused = pod.metadata?.deletionTimestamp ? undefined : await evict({ core }, pod, signal);
    if (refused === undefined) ending += 1;
    else budgets.set(refused, (budgets.get(refused) ?? 0) + 1);
  }
  return [
    ...[...budgets].map(([budget, count]) => `${podsThat(count, 'wait')} for ${budget}`),
    ...(ending > 0 ? [`${podsThat(ending, 'are')} ending`] : []),
  ];
}

function podsThat(count: number, verb: 'wait' | 'are'): string {
  if (count !== 1) return `${count} pods ${verb}`;
  return `1 pod ${verb === 'are' ? 'is' : 'waits'}`;
}

function mustLeave({ metadata, status }: V1Pod): boolean {
  const isOfDaemonSet = metadata?.ownerReferences?.some(({ controller, kind }) => controller === true && kind === 'DaemonSet');
  const isOfKubelet = metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  // One that was evicted has ended before its object is gone, while the kubelet still clears up after it.
  const hasEnded = ENDED.has(status?.phase ?? '') && !metadata?.deletionTimestamp;
  return !isOfDaemonSet && !isOfKubelet && !hasEnded;
}

/** What forbids it now; undefined where the pod ends, or is gone already. */
async function evict({ core }: Pick<Connections, 'core'>, pod: V1Pod, signal: AbortSignal): Promise<string | undefined> {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  try {
    await attempt(`evict the pod ${namespace}/${name}`, signal, async (bounds) =>
      (await core(bounds)).createNamespacedPodEviction({ name, namespace, body }),
    );
    return undefined;
  } catch (error) {
    if (isDomainError(error, 'workload-not-found')) return undefined;
    const refused = refusedEviction(error, namespace);
    if (refused === undefined) throw error;
    return refused;
  }
}

/** The name of its node for each attached volume. */
async function nodesOfVolumes({ storage }: Connections, signal: AbortSignal): Promise<readonly string[]> {
  const attachments = await attempt('list the attached volumes', signal, async (bounds) =>
    itemsOf(await (await storage(bounds)).listVolumeAttachment()),
  );
  return attachments.map(({ spec }) => spec.nodeName);
}

function volumesAt(node: string, volumes: readonly string[]): readonly string[] {
  const count = volumes.filter((name) => name === node).length;
  if (count === 0) return [];
  return [count === 1 ? '1 volume is attached' : `${count} volumes are attached`];
}
