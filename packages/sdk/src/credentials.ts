import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions } from './types.js';

export interface NodeCredentials {
  /** Replaces the credential of a running bay's nodes. `bays.waitUntil` resolves when that has finished. From microversion 1.12. */
  rotate(bay: string, options?: CallOptions): Promise<Accepted>;
}

export function credentials({ http, init }: Transport): NodeCredentials {
  return {
    rotate: (bay, options) =>
      dataOf(http.PATCH('/v1/credentials/{cluster_ident}', { params: { path: { cluster_ident: bay } }, ...init(options) })),
  };
}
