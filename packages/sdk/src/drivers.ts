import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { CallOptions, Driver } from './types.js';

export interface Drivers {
  /** The bay types that each driver serves, and the labels that it reads. */
  list(options?: CallOptions): Listing<Driver>;
  get(name: string, options?: CallOptions): Promise<Driver>;
}

export function drivers({ http, init }: Transport): Drivers {
  return {
    list: (options) => listing(async () => ({ items: (await dataOf(http.GET('/v1/drivers', init(options)))).drivers })),
    get: (name, options) =>
      dataOf(http.GET('/v1/drivers/{driver_ident}', { params: { path: { driver_ident: name } }, ...init(options) })),
  };
}
