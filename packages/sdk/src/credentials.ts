import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions } from './types.js';

export interface NodeCredentials {
  /**
   * Replaces the credential of a running bay's nodes. `bays.waitUntil` resolves when that has finished. From microversion 1.12.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {BadRequestError} (`operation-in-progress`) while another change is under way
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.credentials.rotate('web');
   * await magnum.bays.waitUntil('web');
   */
  rotate(bay: string, options?: CallOptions): Call<Accepted>;
}

/**
 * The calls of nodes' credentials over a connection; `magnum.credentials` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await credentials(connection).rotate('web');
 */
export function credentials({ request }: Connection): NodeCredentials {
  return {
    rotate: (bay, options) => request('PATCH', '/v1/credentials/{cluster_ident}', { params: { cluster_ident: bay } }, options),
  };
}
