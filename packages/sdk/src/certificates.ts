import { dataOf, type Transport } from './transport.js';
import type { Accepted, CallOptions, Certificate, CertificateCreate } from './types.js';

export interface Certificates {
  /** The certificate of a bay's authority in PEM; two in one text while the authority is being replaced. */
  get(bay: string, query?: { readonly ca_cert_type?: string }, options?: CallOptions): Promise<Certificate>;
  /** Signs a certificate signing request (PEM) with a bay's authority. */
  sign(body: CertificateCreate, options?: CallOptions): Promise<Certificate>;
  /** Replaces a bay's authority. `bays.waitUntil` resolves when the rotation has finished. */
  rotate(bay: string, options?: CallOptions): Promise<Accepted>;
}

export function certificates({ http, init }: Transport): Certificates {
  return {
    get: (bay, query = {}, options) =>
      dataOf(http.GET('/v1/certificates/{cluster_ident}', { params: { path: { cluster_ident: bay }, query }, ...init(options) })),
    sign: (body, options) => dataOf(http.POST('/v1/certificates', { body, ...init(options) })),
    rotate: (bay, options) =>
      dataOf(http.PATCH('/v1/certificates/{cluster_ident}', { params: { path: { cluster_ident: bay } }, ...init(options) })),
  };
}
