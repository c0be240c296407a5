import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isDomainError } from '../../domain/errors.js';
import { attempt, statusOf, wordsOf } from './engine-errors.js';
import type { Engines } from './engines.js';

const CALL_WITHIN = 10_000;
const ATTEMPTS = 20;
const PAUSE = 500;

interface SwarmNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Role: string; readonly Availability: string };
  readonly Description?: { readonly Hostname?: string };
}

/**
 * Takes nodes out of the swarm. Managers are demoted first, one after the other: those that stay must keep a majority,
 * and servers that just vanish would still count.
 */
export async function releaseNodes(engines: Engines, names: readonly string[], signal: AbortSignal): Promise<void> {
  const docker = await engines.manager();
  for (const name of names) await releaseNode(docker, name, signal);
}

/** The swarm needs a moment to make a manager a worker, and says so; hence the attempts. */
async function releaseNode(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(
        { trying: `release the node ${name}`, where: "the bay's API", milliseconds: CALL_WITHIN },
        signal,
        () => takeOut(docker, name),
      );
    } catch (error) {
      if (tries >= ATTEMPTS || !isDomainError(error) || error.retry !== 'later') throw error;
      await pause(PAUSE, undefined, { signal });
    }
  }
}

async function takeOut(docker: Docker, name: string): Promise<void> {
  // The engine's answer to GET /nodes; ids, versions and specs are always there.
  const nodes = (await docker.listNodes()) as readonly SwarmNode[];
  for (const { ID, Version, Spec } of nodes.filter((node) => node.Description?.Hostname === name)) {
    const node = docker.getNode(ID);
    if (Spec.Role === 'manager') await node.update({ version: Version.Index, ...Spec, Role: 'worker', Availability: 'drain' });
    await node.remove({ force: true }).catch((error: unknown) => {
      // Refused while the demotion is under way: without the status it counts as something that passes.
      if (statusOf(error) !== 404) throw new Error(wordsOf(error), { cause: error });
    });
  }
}
