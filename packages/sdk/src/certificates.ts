import type { Call } from './call.js';
import type { Connection } from './calls.js';
import type { Accepted, CallOptions, Certificate, CertificateCreate } from './types.js';

export interface Certificates {
  /** The certificate of a bay's authority in PEM; two in one text while the authority is being replaced. */
  get(bay: string, query?: { readonly ca_cert_type?: string }, options?: CallOptions): Call<Certificate>;
  /** Signs a certificate signing request (PEM) with a bay's authority. */
  sign(body: CertificateCreate, options?: CallOptions): Call<Certificate>;
  /** Replaces a bay's authority. `bays.waitUntil` resolves when the rotation has finished. */
  rotate(bay: string, options?: CallOptions): Call<Accepted>;
}

export function certificates({ request }: Connection): Certificates {
  const path = '/v1/certificates/{cluster_ident}';
  return {
    get: (bay, query = {}, options) => request('GET', path, { params: { cluster_ident: bay }, query }, options),
    sign: (body, options) => request('POST', '/v1/certificates', { body }, options),
    rotate: (bay, options) => request('PATCH', path, { params: { cluster_ident: bay } }, options),
  };
}
