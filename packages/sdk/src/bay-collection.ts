import { collection, identOf, type Collection } from './collection.js';
import { follow, type FollowOptions } from './follow.js';
import { KnownIdents } from './known-idents.js';
import { listRows, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { Runtime } from './runtime.js';
import type {
  Accepted,
  BayEvent,
  BayPlan,
  CallOptions,
  ClientConfig,
  EventCaller,
  ImageLoad,
  ImageLoaded,
  JsonPatch,
  ListQuery,
  RawCaller,
} from './types.js';
import {
  waitUntilDeleted,
  waitUntilSettled,
  type DeletionWaitOptions,
  type Waitable,
  type WaitDeps,
  type WaitOptions,
} from './wait.js';

export interface ClientConfigQuery {
  readonly valid_for?: number;
  readonly csr?: string;
}

/**
 * The calls of bays, which the modern wording calls clusters: the same paths but for one word, and the same answers but for the names of a
 * few fields. `ident`: UUID or name.
 */
export interface BayCollection<Full extends Waitable, Summary, Create, Change extends Changes> extends Collection<
  Full,
  Summary,
  Create,
  Change,
  ListQuery,
  Accepted
> {
  /** Resolves when the service has accepted the bay; `waitUntil` resolves when it is complete. */
  create(body: Create, options?: CallOptions): Promise<Accepted>;
  /** The resources that `create` would make, and whether the project's quotas allow them. Creates nothing. An extension of this server. */
  plan(body: Create, options?: CallOptions): Promise<BayPlan>;
  /** Resolves when the service has accepted the change. `rollback`: undo a change that fails. */
  update(ident: string, changes: Change | JsonPatch, options?: CallOptions & { readonly rollback?: boolean }): Promise<Accepted>;
  /**
   * The files and variables of the engine's own client, with a client certificate that is valid for `valid_for` seconds (a day where absent).
   * The service makes the key and does not store it. With `csr` (PEM) the key stays with the caller, who puts it where `key_placeholder`
   * stands in the files. An extension of this server.
   */
  config(ident: string, query?: ClientConfigQuery, options?: CallOptions): Promise<ClientConfig>;
  /**
   * Copies an image of the Docker Engine beside the service, as `magnum dev` has one, to the bay's nodes. Resolves when all nodes have it, which
   * may take minutes, with their names. An extension of this server.
   */
  loadImage(ident: string, body: ImageLoad, options?: CallOptions): Promise<ImageLoaded>;
  /** The events of the bay and its stack, oldest first. */
  events(ident: string, query?: { readonly after?: number; readonly limit?: number }, options?: CallOptions): Listing<BayEvent>;
  /**
   * The bay's events as they happen, all of them or those after the id `after`. Reconnects after a lost connection; ends when the bay is
   * deleted or the signal aborts. Throws NotFoundError, and ApiError (406) for a server without event streams.
   */
  follow(ident: string, options?: FollowOptions): AsyncIterable<BayEvent>;
  /**
   * Polls a bay until no change is in progress. Throws WaiterError with the bay's status reason when the change has failed or the bay was
   * deleted meanwhile, and NotFoundError for a bay that never was.
   */
  waitUntil(ident: string, options?: WaitOptions<Full>): Promise<Full>;
  /**
   * Polls a bay until it is deleted. A bay that is not found counts as deleted where this client has seen it before, by that name or UUID, or has
   * asked for its deletion; for others it is NotFoundError, unless `isDeleting` says that the deletion was asked for.
   */
  waitUntilDeleted(ident: string, options?: DeletionWaitOptions<Full>): Promise<void>;
}

export interface BayCallers {
  readonly raw: RawCaller;
  readonly open: EventCaller;
}

export function bayCollection<Full extends Waitable, Summary, Create, Change extends Changes>(
  { raw, open }: BayCallers,
  runtime: Runtime,
  name: 'bays' | 'clusters',
): BayCollection<Full, Summary, Create, Change> {
  type Shared = Collection<Full, Summary, Create, Change, ListQuery, Accepted>;
  const shared: Shared = collection<Full, Summary, Create, Change, ListQuery, Accepted>(raw, name);
  const at = (ident: string, below = '') => {
    const { path, params } = identOf(name, ident);
    return { path: `${path}${below}`, params };
  };
  const events: BayCollection<Full, Summary, Create, Change>['events'] = (ident, query, options) =>
    listRows(raw, { method: 'GET', ...at(ident, '/events'), query, rows: 'events' }, options);
  const known = new KnownIdents();
  /** The answer to a call for `ident`, which is known from then on. */
  const noting = async <T>(answer: Promise<T>, ident?: string): Promise<T> => {
    const found = await answer;
    known.add(ident);
    known.addFrom(found);
    return found;
  };
  const get: Shared['get'] = (ident, options) => noting(shared.get(ident, options), ident);
  const waiting: WaitDeps<Full> = { runtime, isKnown: (ident) => known.has(ident), get, events };
  return {
    ...shared,
    get,
    create: async (body, options) => {
      const accepted = await noting(shared.create(body, options));
      known.addFrom(body);
      return accepted;
    },
    delete: (ident, options) => noting(shared.delete(ident, options), ident),
    plan: (body, options) => raw({ method: 'POST', path: `/v1/${name}`, query: { dry_run: true }, body }, options),
    update: (ident, changes, options) => {
      const query = { rollback: options?.rollback };
      return noting(raw<Accepted>({ method: 'PATCH', ...at(ident), query, body: patchOf(changes) }, options), ident);
    },
    config: (ident, query, options) => raw({ method: 'GET', ...at(ident, '/config'), query: query && { ...query } }, options),
    loadImage: (ident, body, options) => raw({ method: 'POST', ...at(ident, '/images'), body }, options),
    events,
    follow: (ident, options = {}) => follow({ open, runtime }, at(ident, '/events'), options),
    waitUntil: (ident, options = {}) => waitUntilSettled(waiting, ident, options),
    waitUntilDeleted: (ident, options = {}) => waitUntilDeleted(waiting, ident, options),
  };
}
