import { listing, type Listing } from './pages.js';
import { dataOf, type Transport } from './transport.js';
import type {
  BayListQuery,
  CallOptions,
  Certificate,
  CertificateCreate,
  Driver,
  MagnumService,
  Node,
  NodeSummary,
  V1,
  Versions,
} from './types.js';

export interface Drivers {
  /** What the drivers can serve, and the labels that they read. */
  list(options?: CallOptions): Listing<Driver>;
  get(name: string, options?: CallOptions): Promise<Driver>;
}

export function drivers({ http, init }: Transport): Drivers {
  return {
    list: (options) => listing(async () => ({ items: (await dataOf(http.GET('/v1/drivers', init(options)))).drivers })),
    get: (name, options) =>
      dataOf(http.GET('/v1/drivers/{driver_ident}', { params: { path: { driver_ident: name } }, ...init(options) })),
  };
}

export interface Nodes {
  list(query?: BayListQuery, options?: CallOptions): Listing<NodeSummary>;
  listDetail(query?: BayListQuery, options?: CallOptions): Listing<Node>;
  get(ident: string, options?: CallOptions): Promise<Node>;
}

export function nodes({ http, init }: Transport): Nodes {
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/nodes', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.nodes, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/nodes/detail', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.nodes, next: page.next };
      }),
    get: (ident, options) =>
      dataOf(http.GET('/v1/nodes/{node_ident}', { params: { path: { node_ident: ident } }, ...init(options) })),
  };
}

export interface Certificates {
  /** The certificate of a bay's authority. */
  get(bay: string, query?: { readonly ca_cert_type?: string }, options?: CallOptions): Promise<Certificate>;
  /** Has a signing request (PEM) signed by a bay's authority. */
  sign(body: CertificateCreate, options?: CallOptions): Promise<Certificate>;
}

export function certificates({ http, init }: Transport): Certificates {
  return {
    get: (bay, query = {}, options) =>
      dataOf(http.GET('/v1/certificates/{cluster_ident}', { params: { path: { cluster_ident: bay }, query }, ...init(options) })),
    sign: (body, options) => dataOf(http.POST('/v1/certificates', { body, ...init(options) })),
  };
}

export interface Services {
  /** The conductors. Administrators only, by default. */
  list(options?: CallOptions): Listing<MagnumService>;
}

export function services({ http, init }: Transport): Services {
  return {
    list: (options) => listing(async () => ({ items: (await dataOf(http.GET('/v1/mservices', init(options)))).mservices })),
  };
}

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
