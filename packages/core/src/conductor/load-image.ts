import { Semaphore } from '../concurrency/semaphore.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { NodeImport } from '../ports/local-images.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { findBayState, sessionOf, type EngineAccessDeps } from './engine-access.js';

export type LoadImageDeps = EngineAccessDeps & Pick<ConductorDeps, 'localImages'>;

/** Each copies the whole image over the same disk. */
const NODES_AT_A_TIME = 3;

/**
 * Copies an image of the engine beside the service to every node that the bay has. Returns the names of the nodes that have it now. Errors:
 * `not-supported` where the bay's engine takes no images; those of `LocalImages`, where no node took it.
 */
export async function loadImage(
  deps: LoadImageDeps,
  { bayId, image }: { readonly bayId: BayId; readonly image: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const state = await findBayState(deps, bayId);
  const session = await sessionOf(deps, state, signal);
  if (session.loadImage) return session.loadImage(await deps.localImages.save(image, signal), signal);
  const { importImages } = deps.engines.driverOf(state.model);
  if (!importImages) throw new DomainError('not-supported', `The engine of bay ${state.bay.name} takes no images.`);
  return loadOnto(deps, { nodes: importsOf(state, importImages), image }, signal);
}

function importsOf({ nodes }: BayState, command: readonly string[]): readonly NodeImport[] {
  return nodes.flatMap(({ name, desired, observed: { serverId } }) =>
    desired === 'present' && serverId !== null ? [{ name, serverId, command }] : [],
  );
}

/** Exported for its test. */
export async function loadOnto(
  { localImages }: Pick<LoadImageDeps, 'localImages'>,
  { nodes, image }: { readonly nodes: readonly NodeImport[]; readonly image: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const turns = new Semaphore(NODES_AT_A_TIME);
  const load = (node: NodeImport): Promise<void> =>
    turns.run(signal, () => localImages.loadOnto(node, () => localImages.save(image, signal), signal));
  const results = await Promise.allSettled(nodes.map(load));
  const names = nodes.flatMap(({ name }, index) => (results[index]?.status === 'fulfilled' ? [name] : []));
  if (names.length > 0) return names;
  signal.throwIfAborted();
  // `reason` is `any` in the library's types.
  const [failed] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failed instanceof Error) throw failed;
  throw new DomainError('engine-not-live', 'The bay has no nodes yet.');
}
