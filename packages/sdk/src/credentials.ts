import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions } from './types.js';

export interface NodeCredentials {
  /** Gives the nodes of a running bay another credential; it goes on until the bay has settled. From 1.12 on. */
  rotate(bay: string, options?: CallOptions): Promise<Accepted>;
}

export function credentials({ http, init }: Transport): NodeCredentials {
  return {
    rotate: (bay, options) =>
      dataOf(http.PATCH('/v1/credentials/{cluster_ident}', { params: { path: { cluster_ident: bay } }, ...init(options) })),
  };
}
