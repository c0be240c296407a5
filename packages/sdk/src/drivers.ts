import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, Driver } from './types.js';

export interface Drivers {
  /**
   * The bay types that each driver serves, and the labels that it reads. An extension of this server.
   * @throws {NotFoundError} by another Magnum
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const driver of magnum.drivers.list()) console.log(driver.name);
   */
  list(options?: CallOptions): Listing<Driver>;
  /**
   * One driver.
   * @throws {NotFoundError} where there is none of that name
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const driver = await magnum.drivers.get('swarm-mode');
   */
  get(name: string, options?: CallOptions): Call<Driver>;
}

/**
 * The calls of drivers over a connection; `magnum.drivers` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await drivers(connection).get('swarm-mode');
 */
export function drivers({ request, list }: Connection): Drivers {
  return {
    list: (options) => list('/v1/drivers', {}, options),
    get: (name, options) => request('GET', '/v1/drivers/{driver_ident}', { params: { driver_ident: name } }, options),
  };
}
