import { setTimeout as pause } from 'node:timers/promises';
import type { DockerClient } from '../../../docker/client.js';
import { isDomainError } from '../../../domain/errors.js';
import { attempt, statusOf, wordsOf } from './engine-errors.js';
import { CALL_WITHIN, listIn, usual, type DockerNodes } from './docker-nodes.js';

/** A leader that goes hands its office on first, which takes seconds. */
const ATTEMPTS = 80;
const PAUSE = 500;
/** Longer than that no node waits for its work to end elsewhere: it goes all the same. */
const DRAIN_WITHIN = 30_000;

interface SwarmNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Role: string; readonly Availability: string };
  readonly Description?: { readonly Hostname?: string };
  readonly Status?: { readonly State?: string };
  /** There as long as the node has a vote among the managers. */
  readonly ManagerStatus?: object;
}

interface SwarmTask {
  readonly NodeID?: string;
  readonly Status?: { readonly State?: string };
}

/**
 * Takes nodes out of the swarm. First their work moves to the others, while they are still there to end it in peace. Managers are demoted first, one after the other: those that stay must keep a majority,
 * and servers that just vanish would still count.
 */
export async function releaseNodes(engines: DockerNodes, names: readonly string[], signal: AbortSignal): Promise<void> {
  await drain(engines, names, signal);
  for (const name of names) await retryRelease(name, signal, async (limited) => takeOut(engines.manager(usual(limited)), name));
}

async function drain(engines: DockerNodes, names: readonly string[], signal: AbortSignal): Promise<void> {
  const ids = new Set<string | undefined>();
  for (const name of names)
    await retryRelease(name, signal, async (limited) =>
      (await setToDrain(engines.manager(usual(limited)), name)).forEach((id) => ids.add(id)),
    );
  for (const end = Date.now() + DRAIN_WITHIN; ids.size > 0 && Date.now() < end; await pause(PAUSE, undefined, { signal })) {
    const what = { trying: 'list the tasks', where: "the bay's API", milliseconds: CALL_WITHIN };
    const tasks = await attempt(what, signal, async (limited) =>
      listIn<SwarmTask>(await engines.manager(usual(limited)).listTasks()),
    );
    if (!tasks.some(({ NodeID, Status }) => ids.has(NodeID) && Status?.State === 'running')) return;
  }
}

/** From now on the engine places nothing there, and moves what is there. Returns the ids of the nodes that can be waited for. */
async function setToDrain(docker: DockerClient, name: string): Promise<readonly string[]> {
  const nodes = await findNodes(docker, name);
  for (const { ID, Version, Spec } of nodes)
    if (Spec.Availability !== 'drain') await docker.getNode(ID).update(Version.Index, { ...Spec, Availability: 'drain' });
  // Of a node that is down, nobody hears that its work has ended.
  return nodes.filter(({ Status }) => Status?.State === 'ready').map(({ ID }) => ID);
}

async function findNodes(docker: DockerClient, name: string): Promise<readonly SwarmNode[]> {
  // Ids, versions and specs are always there.
  return listIn<SwarmNode>(await docker.listNodes()).filter((node) => node.Description?.Hostname === name);
}

/** The swarm needs a moment to make a manager a worker, and says so; hence the attempts. */
async function retryRelease(name: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(
        { trying: `release the node ${name}`, where: "the bay's API", milliseconds: CALL_WITHIN },
        signal,
        call,
      );
    } catch (error) {
      if (tries >= ATTEMPTS || !isDomainError(error) || error.retry !== 'later') throw error;
      await pause(PAUSE, undefined, { signal });
    }
  }
}

async function takeOut(docker: DockerClient, name: string): Promise<void> {
  for (const { ID, Version, Spec, ManagerStatus } of await findNodes(docker, name)) {
    const node = docker.getNode(ID);
    if (Spec.Role === 'manager') await node.update(Version.Index, { ...Spec, Role: 'worker', Availability: 'drain' });
    // It can be removed as soon as it is to be a worker, but its vote counts until it is one: servers that vanish before leave no majority.
    if (Spec.Role === 'manager' || ManagerStatus) throw new Error(`${name} still has a vote among the managers`);
    await node.remove({ force: true }).catch((error: unknown) => {
      // Refused while the demotion is under way: without the status it counts as something that passes.
      if (statusOf(error) !== 404) throw new Error(wordsOf(error), { cause: error });
    });
  }
}
