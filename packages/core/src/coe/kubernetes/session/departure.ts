import type { V1Node } from '@kubernetes/client-node';
import { attempt } from './attempt.js';
import type { Connection } from './connection.js';
import { DRAINED, findNode, isReady } from './nodes.js';

/*
 * The API server of a control plane that leaves. Without its member of etcd it answers nothing, and a load balancer learns that seconds later: at each
 * control plane that an upgrade replaced, requests were refused for two to six seconds. So the node ends its API server first, as it does in a rotation:
 * the API server tells the load balancer that it is not ready, answers the requests that it has, and ends.
 *
 * The conductor has no access to servers, so it asks by an annotation of the node, and the node answers by another one (`leave-cluster.sh`). Nodes that
 * were made by an earlier release, and those without a load balancer, have no such annotation, and are not asked.
 */

/** Annotation by which a node says what its API server does: `serving` or `ended`. */
const API_SERVER = 'magnum.openstack.org/api-server';

/** The delay of the API server's end, the node's look every ten seconds and its longest wait for the process are shorter together. */
const END_WITHIN_MS = 150_000;

/** What follows from the node's annotations. */
export type Departure = 'may-leave' | 'ask' | 'wait';

/** A node that does not answer, or does not end its API server in time, may leave all the same: its drain must come to an end. */
export function departureOf(node: V1Node, now: Date): Departure {
  const { annotations = {} } = node.metadata ?? {};
  if (annotations[API_SERVER] !== 'serving' || !isReady(node)) return 'may-leave';
  const asked = annotations[DRAINED];
  if (asked === undefined) return 'ask';
  const at = Date.parse(asked);
  return Number.isNaN(at) || now.getTime() - at > END_WITHIN_MS ? 'may-leave' : 'wait';
}

/** Asks the node to end its API server, where it was not asked before. Returns what is waited for; undefined where the node may leave etcd. */
export async function endApiServer(core: Connection, name: string, signal: AbortSignal): Promise<string | undefined> {
  const now = new Date();
  const node = await findNode(core, name, signal);
  const departure = node ? departureOf(node, now) : 'may-leave';
  if (departure === 'may-leave') return undefined;
  if (departure === 'ask') {
    const body = [
      { op: 'test', path: '/metadata/resourceVersion', value: node?.metadata?.resourceVersion },
      { op: 'add', path: '/metadata/annotations', value: { ...node?.metadata?.annotations, [DRAINED]: now.toISOString() } },
    ];
    await attempt(`ask the node ${name} to leave`, signal, async (bounds) => (await core(bounds)).patchNode({ name, body }));
  }
  return 'its API server is ending';
}
