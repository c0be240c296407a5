import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { finishProgress } from '../../../docker/progress.js';
import { DomainError, isDomainError } from '../../../domain/errors.js';
import { attempt } from './engine-errors.js';
import { requireNodes, usual, type DockerNode, type DockerNodes } from './docker-nodes.js';

const LOAD_WITHIN = 900_000;

/** Streams a saved image to all nodes at once, as fast as the slowest reads it. Returns the names of the nodes that have it now. */
export async function loadImage(
  engines: DockerNodes,
  tar: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const targets = requireNodes(engines.all()).map((engine) => ({ engine, pipe: new PassThrough() }));
  const loading = targets.map(({ engine, pipe }) => load(engine, pipe, signal).finally(() => pipe.destroy()));
  const settled = Promise.allSettled(loading);
  for await (const chunk of tar) await Promise.all(targets.map(({ pipe }) => write(pipe, chunk)));
  for (const { pipe } of targets) pipe.end();
  const results = await settled;
  const names = targets.flatMap(({ engine }, index) => (results[index]?.status === 'fulfilled' ? [engine.node] : []));
  if (names.length > 0) return names;
  signal.throwIfAborted();
  // `reason` is `any` in the library's types; as `unknown` it has to be looked at before it is used.
  const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  throw isDomainError(failed) ? failed : new DomainError('engine-failed', 'no node took the image');
}

/** Waits until the node's stream has room, or has ended. */
async function write(pipe: PassThrough, chunk: Uint8Array): Promise<void> {
  if (pipe.destroyed || pipe.write(chunk)) return;
  const waiting = new AbortController();
  try {
    await Promise.race(['drain', 'close'].map((event) => once(pipe, event, { signal: waiting.signal })));
  } finally {
    waiting.abort();
  }
}

function load({ node, docker }: DockerNode, pipe: PassThrough, signal: AbortSignal): Promise<void> {
  return attempt({ trying: 'load the image', where: `the node ${node}`, milliseconds: LOAD_WITHIN }, signal, async (limited) => {
    await finishProgress(await docker(usual(limited)).loadImage(pipe));
  });
}
