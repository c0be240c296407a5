import { setTimeout as sleep } from 'node:timers/promises';
import type { Bay } from '@magnum-ts/sdk';
import { ApiPoller, readApi } from './api-client.js';
import type { DevProcess } from './dev-process.js';
import type { KeyPair } from './tls.js';

const KILL_EVERY_MS = 17_000;
const GIVE_UP_MS = 1_500_000;
const REPLICATION_CONTROLLER = '/api/v1/namespaces/default/replicationcontrollers/web';

export interface Roll {
  readonly bayId: string;
  /** The model that its nodes get. */
  readonly template: string;
  /** Of the API, behind a load balancer. */
  readonly address: string;
  readonly ca: string;
  readonly client: KeyPair;
}

export interface SeenRoll {
  readonly bay: Bay;
  readonly kills: number;
  readonly answers: number;
  readonly refusals: readonly string[];
  /** Fewest pods of the replication controller `web` that were ready at any time. */
  readonly leastReady: number;
}

/**
 * Has all nodes of a bay replaced, while the service is killed again and again (`kill -9`), a client asks the API ten times a second, and the
 * ready pods are counted.
 */
export async function rollUnderWatch(server: DevProcess, { bayId, template, address, ca, client }: Roll): Promise<SeenRoll> {
  const magnum = server.client();
  await magnum.clusters.upgrade(bayId, { cluster_template: template });
  const poller = new ApiPoller(address, ca, client);
  let [leastReady, isOver] = [Infinity, false];
  const counting = (async () => {
    for (; !isOver; await sleep(200)) {
      const answer = await readApi(address, ca, client, REPLICATION_CONTROLLER);
      if (answer !== undefined) leastReady = Math.min(leastReady, readyIn(answer));
    }
  })();
  const until = Date.now() + GIVE_UP_MS;
  let [kills, bay] = [0, await magnum.bays.get(bayId)];
  while (bay.status?.endsWith('_IN_PROGRESS') === true && Date.now() < until) {
    await sleep(KILL_EVERY_MS);
    bay = await magnum.bays.get(bayId);
    if (bay.status?.endsWith('_IN_PROGRESS') !== true) break;
    await server.kill();
    await server.start();
    kills += 1;
  }
  isOver = true;
  await Promise.all([counting, poller.stop()]);
  return { bay, kills, answers: poller.answers, refusals: poller.refusals(), leastReady };
}

function readyIn(answer: unknown): number {
  const { status }: { status?: { readyReplicas?: number } } = Object(answer);
  return status?.readyReplicas ?? 0;
}
