import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, MagnumService } from './types.js';

export interface Services {
  /** The conductors of this Magnum. By default, requires an administrator. */
  list(options?: CallOptions): Listing<MagnumService>;
}

export function services({ list }: Connection): Services {
  return { list: (options) => list('/v1/mservices', {}, options) };
}
