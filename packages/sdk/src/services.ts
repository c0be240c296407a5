import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, MagnumService } from './types.js';

export interface Services {
  /**
   * The conductors of this Magnum. By default, requires an administrator.
   * @throws {ForbiddenError} for who is no administrator
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const down = (await magnum.services.list().toArray()).filter((service) => service.state === 'down');
   */
  list(options?: CallOptions): Listing<MagnumService>;
}

/**
 * The calls of conductors over a connection; `magnum.services` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await services(connection).list().toArray();
 */
export function services({ list }: Connection): Services {
  return { list: (options) => list('/v1/mservices', {}, options) };
}
