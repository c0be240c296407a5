import { setTimeout as pause } from 'node:timers/promises';
import type { DockerClient } from '../../../docker/client.js';
import { isDomainError } from '../../../domain/errors.js';
import { attempt, statusOf, wordsOf } from './engine-errors.js';
import { CALL_WITHIN, listIn, usual, type DockerNodes } from './docker-nodes.js';

/** When the leader leaves, the managers elect another one, which takes seconds. */
const ATTEMPTS = 80;
const PAUSE = 500;
/** A node whose work has not moved within this time is removed all the same. */
const DRAIN_WITHIN = 30_000;

interface SwarmNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Role: string; readonly Availability: string };
  readonly Description?: { readonly Hostname?: string };
  readonly Status?: { readonly State?: string };
  /** Present while the node has a vote among the managers. */
  readonly ManagerStatus?: object;
}

interface SwarmTask {
  readonly NodeID?: string;
  readonly Status?: { readonly State?: string };
}

/**
 * Removes nodes from the swarm. Their work moves to other nodes while they still run, so that containers can end properly. Managers are
 * demoted one after the other: a server that vanishes still counts as a manager, and the swarm would lose its majority.
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

/** Drains the nodes: the engine moves their work and places none there. Returns the ids of the nodes that can report the end of it. */
async function setToDrain(docker: DockerClient, name: string): Promise<readonly string[]> {
  const nodes = await findNodes(docker, name);
  for (const { ID, Version, Spec } of nodes)
    if (Spec.Availability !== 'drain') await docker.getNode(ID).update(Version.Index, { ...Spec, Availability: 'drain' });
  // A node that is down cannot report that its work has ended.
  return nodes.filter(({ Status }) => Status?.State === 'ready').map(({ ID }) => ID);
}

async function findNodes(docker: DockerClient, name: string): Promise<readonly SwarmNode[]> {
  // Every engine sends ids, versions and specs.
  return listIn<SwarmNode>(await docker.listNodes()).filter((node) => node.Description?.Hostname === name);
}

/** A demotion takes a moment, during which the engine refuses the removal: it is tried again. */
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
    // The engine would remove it as soon as its demotion is requested, but its vote counts until the demotion ends: without this wait, a
    // server that vanishes could cost the majority.
    if (Spec.Role === 'manager' || ManagerStatus) throw new Error(`${name} still has a vote among the managers`);
    await node.remove({ force: true }).catch((error: unknown) => {
      // The engine refuses during the demotion. An error without the status is one that a retry can overcome.
      if (statusOf(error) !== 404) throw new Error(wordsOf(error), { cause: error });
    });
  }
}
