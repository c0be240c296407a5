import { follow, type FollowOptions } from './follow.js';
import { listing, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { Runtime } from './runtime.js';
import { dataOf, type Transport } from './transport.js';
import type {
  Accepted,
  Bay,
  BayCreate,
  BayEvent,
  BayModel,
  BayModelCreate,
  BayPlan,
  BaySummary,
  CallOptions,
  ClientConfig,
  JsonPatch,
  ListQuery,
} from './types.js';
import { waitUntilDeleted, waitUntilSettled, type WaitDeps, type WaitOptions } from './wait.js';

export interface BayModels {
  list(query?: ListQuery, options?: CallOptions): Listing<BayModel>;
  /** By UUID or name. Throws NotFoundError, and ConflictError when several have the name. */
  get(ident: string, options?: CallOptions): Promise<BayModel>;
  create(body: BayModelCreate, options?: CallOptions): Promise<BayModel>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions): Promise<BayModel>;
  delete(ident: string, options?: CallOptions): Promise<void>;
}

export function bayModels({ http, init }: Transport): BayModels {
  const place = (baymodel_ident: string): { params: { path: { baymodel_ident: string } } } => ({
    params: { path: { baymodel_ident } },
  });
  return {
    list: (query = {}, options) =>
      listing(async (next) => {
        const { baymodels, next: link } = await dataOf(
          http.GET('/v1/baymodels', { params: { query: { ...query, ...next } }, ...init(options) }),
        );
        return { items: baymodels, next: link };
      }),
    get: (ident, options) => dataOf(http.GET('/v1/baymodels/{baymodel_ident}', { ...place(ident), ...init(options) })),
    create: (body, options) => dataOf(http.POST('/v1/baymodels', { body, ...init(options) })),
    update: (ident, changes, options) =>
      dataOf(http.PATCH('/v1/baymodels/{baymodel_ident}', { ...place(ident), body: patchOf(changes), ...init(options) })),
    delete: async (ident, options) => {
      await http.DELETE('/v1/baymodels/{baymodel_ident}', { ...place(ident), ...init(options) });
    },
  };
}

export interface Bays {
  list(query?: ListQuery, options?: CallOptions): Listing<BaySummary>;
  /** As `list`, with all fields. */
  listDetail(query?: ListQuery, options?: CallOptions): Listing<Bay>;
  /** By UUID or name. Throws NotFoundError, and ConflictError when several have the name. */
  get(ident: string, options?: CallOptions): Promise<Bay>;
  /** Accepted is not finished: see `waitUntil`. */
  create(body: BayCreate, options?: CallOptions): Promise<Accepted>;
  /** What `create` would make, and whether the project has room for it. Nothing is made; an extension of this server. */
  plan(body: BayCreate, options?: CallOptions): Promise<BayPlan>;
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions & { readonly rollback?: boolean }): Promise<Accepted>;
  delete(ident: string, options?: CallOptions): Promise<void>;
  /**
   * A new key, a client certificate for `valid_for` seconds (a day where absent), and all else that the engine's client reads. The service
   * makes the key and keeps it nowhere; to make it oneself, see `certificates.sign`. An extension of this server.
   */
  config(ident: string, query?: { readonly valid_for?: number }, options?: CallOptions): Promise<ClientConfig>;
  /** What has happened to the bay and its stack, oldest first. */
  events(ident: string, query?: { readonly after?: number; readonly limit?: number }, options?: CallOptions): Listing<BayEvent>;
  /**
   * The bay's events as they happen, from the beginning or after the one with the id `after`, over lost connections, until the bay is gone
   * or the signal aborts. Throws NotFoundError, and ApiError (406) where a server has no streams.
   */
  follow(ident: string, options?: FollowOptions): AsyncIterable<BayEvent>;
  /** Follows a bay until nothing is under way. Throws WaiterError with the bay's reason as soon as it has failed. */
  waitUntil(ident: string, options?: WaitOptions): Promise<Bay>;
  /** Follows a bay until it is gone. */
  waitUntilDeleted(ident: string, options?: WaitOptions): Promise<void>;
}

export function bays(transport: Transport, runtime: Runtime): Bays {
  const { http, init } = transport;
  const place = (bay_ident: string): { params: { path: { bay_ident: string } } } => ({ params: { path: { bay_ident } } });
  const get: Bays['get'] = (ident, options) => dataOf(http.GET('/v1/bays/{bay_ident}', { ...place(ident), ...init(options) }));
  const events: Bays['events'] = (ident, query = {}, options) =>
    listing(async (next) => {
      const params = { path: { bay_ident: ident }, query: { ...query, ...next } };
      const page = await dataOf(http.GET('/v1/bays/{bay_ident}/events', { params, ...init(options) }));
      return { items: page.events, next: page.next };
    });
  const waiting: WaitDeps<Bay> = { runtime, get, events };
  return {
    get,
    events,
    follow: (ident, options = {}) => follow(transport, runtime, `/v1/bays/${encodeURIComponent(ident)}/events`, options),
    list: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/bays', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.bays, next: page.next };
      }),
    listDetail: (query = {}, options) =>
      listing(async (next) => {
        const page = await dataOf(http.GET('/v1/bays/detail', { params: { query: { ...query, ...next } }, ...init(options) }));
        return { items: page.bays, next: page.next };
      }),
    create: async (body, options) => (await dataOf(http.POST('/v1/bays', { body, ...init(options) }))) as Accepted, // only a dry run answers something else
    plan: async (body, options) =>
      (await dataOf(http.POST('/v1/bays', { params: { query: { dry_run: true } }, body, ...init(options) }))) as BayPlan, // as said
    update: (ident, changes, options) => {
      const query = options?.rollback === undefined ? {} : { rollback: options.rollback };
      const params = { path: { bay_ident: ident }, query };
      return dataOf(http.PATCH('/v1/bays/{bay_ident}', { params, body: patchOf(changes), ...init(options) }));
    },
    delete: async (ident, options) => {
      await http.DELETE('/v1/bays/{bay_ident}', { ...place(ident), ...init(options) });
    },
    config: async (ident, query = {}, options) => {
      const params = { path: { bay_ident: ident }, query };
      return (await dataOf(http.GET('/v1/bays/{bay_ident}/config', { params, ...init(options) }))) as ClientConfig; // only another format is a text
    },
    waitUntil: (ident, options = {}) => waitUntilSettled(waiting, ident, options),
    waitUntilDeleted: (ident, options = {}) => waitUntilDeleted(waiting, ident, options),
  };
}
