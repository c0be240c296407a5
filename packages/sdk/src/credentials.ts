import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions } from './types.js';

export interface NodeCredentials {
  /** Replaces the credential of a running bay's nodes. `bays.waitUntil` resolves when that has finished. From microversion 1.12. */
  rotate(bay: string, options?: CallOptions): Call<Accepted>;
}

export function credentials({ request }: Connection): NodeCredentials {
  return {
    rotate: (bay, options) => request('PATCH', '/v1/credentials/{cluster_ident}', { params: { cluster_ident: bay } }, options),
  };
}
