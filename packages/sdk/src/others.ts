import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import { dataOf, type Transport } from './transport.js';
import type {
  Accepted,
  BayListQuery,
  CallOptions,
  Certificate,
  CertificateCreate,
  Driver,
  JsonPatch,
  MagnumService,
  Node,
  NodeCreate,
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
  /** The record of a server that belongs to no bay; only such records can be changed and deleted. */
  create(body: NodeCreate, options?: CallOptions): Promise<Node>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<Node>;
  delete(ident: string, options?: CallOptions): Promise<void>;
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
    create: (body, options) => dataOf(http.POST('/v1/nodes', { body, ...init(options) })),
    update: (ident, changes, options) =>
      dataOf(
        http.PATCH('/v1/nodes/{node_ident}', {
          params: { path: { node_ident: ident } },
          body: patchOf(changes),
          ...init(options),
        }),
      ),
    delete: async (ident, options) => {
      await http.DELETE('/v1/nodes/{node_ident}', { params: { path: { node_ident: ident } }, ...init(options) });
    },
  };
}

export interface Certificates {
  /** The certificate of a bay's authority; two, one after the other, while the bay gets another one. */
  get(bay: string, query?: { readonly ca_cert_type?: string }, options?: CallOptions): Promise<Certificate>;
  /** Has a signing request (PEM) signed by a bay's authority. */
  sign(body: CertificateCreate, options?: CallOptions): Promise<Certificate>;
  /** Gives a bay another authority. `bays.waitUntil` tells when the old one is gone. */
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
