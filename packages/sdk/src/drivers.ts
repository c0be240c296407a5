import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Listing } from './pages.js';
import type { CallOptions, Driver } from './types.js';

export interface Drivers {
  /** The bay types that each driver serves, and the labels that it reads. */
  list(options?: CallOptions): Listing<Driver>;
  get(name: string, options?: CallOptions): Call<Driver>;
}

export function drivers({ request, list }: Connection): Drivers {
  return {
    list: (options) => list('/v1/drivers', {}, options),
    get: (name, options) => request('GET', '/v1/drivers/{driver_ident}', { params: { driver_ident: name } }, options),
  };
}
