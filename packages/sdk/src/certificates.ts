import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions, Certificate, CertificateCreate } from './types.js';

export interface Certificates {
  /**
   * The certificate of a bay's authority in PEM; two in one text while the authority is being replaced.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { pem } = await magnum.certificates.get('web');
   */
  get(bay: string, query?: { readonly ca_cert_type?: string }, options?: CallOptions): Call<Certificate>;
  /**
   * Signs a certificate signing request (PEM) with a bay's authority.
   * @throws {BadRequestError} (`invalid-csr`) for a request that is none
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { pem } = await magnum.certificates.sign({ bay_uuid: 'web', csr });
   */
  sign(body: CertificateCreate, options?: CallOptions): Call<Certificate>;
  /**
   * Replaces a bay's authority. `bays.waitUntil` resolves when the rotation has finished.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {BadRequestError} (`operation-in-progress`) while another change is under way
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.certificates.rotate('web');
   * await magnum.bays.waitUntil('web');
   */
  rotate(bay: string, options?: CallOptions): Call<Accepted>;
}

/**
 * The calls of certificates over a connection; `magnum.certificates` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await certificates(connection).get('web');
 */
export function certificates({ request }: Connection): Certificates {
  const path = '/v1/certificates/{cluster_ident}';
  return {
    get: (bay, query = {}, options) => request('GET', path, { params: { cluster_ident: bay }, query }, options),
    sign: (body, options) => request('POST', '/v1/certificates', { body }, options),
    rotate: (bay, options) => request('PATCH', path, { params: { cluster_ident: bay } }, options),
  };
}
