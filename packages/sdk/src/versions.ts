import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { CallOptions, V1, Versions } from './types.js';

export interface VersionsApi {
  list(options?: CallOptions): Call<Versions>;
  get(options?: CallOptions): Call<V1>;
}

export function versions({ request }: Connection): VersionsApi {
  return {
    list: (options) => request('GET', '/', {}, options),
    get: (options) => request('GET', '/v1', {}, options),
  };
}
