import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { CallOptions, V1, Versions } from './types.js';

export interface VersionsApi {
  /**
   * The versions of the API, with the range of their microversions.
   * @throws {ConnectionError} where the service cannot be reached
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { versions } = await magnum.versions.list();
   */
  list(options?: CallOptions): Call<Versions>;
  /**
   * Version 1, with links to its resources.
   * @throws {ConnectionError} where the service cannot be reached
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { media_types } = await magnum.versions.get();
   */
  get(options?: CallOptions): Call<V1>;
}

/**
 * The calls of versions over a connection; `magnum.versions` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await versions(connection).get();
 */
export function versions({ request }: Connection): VersionsApi {
  return {
    list: (options) => request('GET', '/', {}, options),
    get: (options) => request('GET', '/v1', {}, options),
  };
}
