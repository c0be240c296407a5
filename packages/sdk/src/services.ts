import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { CallOptions, MagnumService } from './types.js';

export interface Services {
  /** The conductors of this Magnum. By default, requires an administrator. */
  list(options?: CallOptions): Listing<MagnumService>;
}

export function services({ http, init }: Transport): Services {
  return {
    list: (options) => listing(async () => ({ items: (await dataOf(http.GET('/v1/mservices', init(options)))).mservices })),
  };
}
