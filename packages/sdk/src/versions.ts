import { dataOf, type Transport } from './transport.js';
import type { CallOptions, V1, Versions } from './types.js';

export interface VersionsApi {
  list(options?: CallOptions): Promise<Versions>;
  get(options?: CallOptions): Promise<V1>;
}

export function versions({ http, init }: Transport): VersionsApi {
  return {
    list: (options) => dataOf(http.GET('/', init(options))),
    get: (options) => dataOf(http.GET('/v1', init(options))),
  };
}
