import type { Access, AppDeps } from './deps.js';
import { findBay } from './find.js';

/** Of many nodes, each is sent the whole image. */
const LOAD_MS = 600_000;

/** Copies an image of the engine beside the service to the nodes of a bay. Returns the names of the nodes that have it now. */
export async function loadImage(
  deps: Pick<AppDeps, 'policy' | 'store' | 'bus'>,
  access: Access,
  { bay: ident, image }: { readonly bay: string; readonly image: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { bay } = await findBay(deps, access, ident);
  return (await deps.bus.call('image.load', { bayId: bay.id, image }, { timeoutMs: LOAD_MS, signal })).nodes;
}
