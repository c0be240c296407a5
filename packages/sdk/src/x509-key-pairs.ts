import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type { CallOptions, ListQuery, X509KeyPair, X509KeyPairCreate, X509KeyPairSummary } from './types.js';

/** Key pairs that are kept with a bay, as the API had them before certificates. */
export interface X509KeyPairs {
  list(query?: ListQuery, options?: CallOptions): Listing<X509KeyPairSummary>;
  listDetail(query?: ListQuery, options?: CallOptions): Listing<X509KeyPair>;
  get(ident: string, options?: CallOptions): Promise<X509KeyPair>;
  create(body: X509KeyPairCreate, options?: CallOptions): Promise<X509KeyPair>;
  delete(ident: string, options?: CallOptions): Promise<void>;
}

export function x509KeyPairs({ http, init }: Transport): X509KeyPairs {
  const place = (x509keypair_ident: string): { params: { path: { x509keypair_ident: string } } } => ({
    params: { path: { x509keypair_ident } },
  });
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/x509keypairs', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.x509keypairs, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(
          http.GET('/v1/x509keypairs/detail', { params: { query: { ...query, ...next } }, ...init(options) }),
        );
        return { items: page.x509keypairs, next: page.next };
      }),
    get: (ident, options) => dataOf(http.GET('/v1/x509keypairs/{x509keypair_ident}', { ...place(ident), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/x509keypairs', { body, ...init(options) })),
    delete: async (ident, options) => {
      await http.DELETE('/v1/x509keypairs/{x509keypair_ident}', { ...place(ident), ...init(options) });
    },
  };
}
