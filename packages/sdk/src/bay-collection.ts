import { collection, type Collection } from './collection.js';
import { follow, type FollowOptions } from './follow.js';
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
  JsonPatch,
  ListQuery,
  RawCaller,
} from './types.js';
import { waitUntilDeleted, waitUntilSettled, type Waitable, type WaitDeps, type WaitOptions } from './wait.js';

/**
 * The calls of bays, which the modern wording calls clusters: the same paths but for one word, and the same answers but for the names of a
 * few fields. `ident`: UUID or name.
 */
export interface BayCollection<Full extends Waitable, Summary, Create> extends Collection<
  Full,
  Summary,
  Create,
  ListQuery,
  Accepted
> {
  /** Accepted is not finished: see `waitUntil`. */
  create(body: Create, options?: CallOptions): Promise<Accepted>;
  /** What `create` would make, and whether the project has room for it. Nothing is made; an extension of this server. */
  plan(body: Create, options?: CallOptions): Promise<BayPlan>;
  /** Accepted is not finished: see `waitUntil`. */
  update(ident: string, changes: Changes | JsonPatch, options?: CallOptions & { readonly rollback?: boolean }): Promise<Accepted>;
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
  /** Polls a bay until nothing is under way. Throws WaiterError with the bay's reason as soon as it has failed. */
  waitUntil(ident: string, options?: WaitOptions<Full>): Promise<Full>;
  /** Polls a bay until it is gone. */
  waitUntilDeleted(ident: string, options?: WaitOptions<Full>): Promise<void>;
}

export interface BayCallers {
  readonly raw: RawCaller;
  readonly open: EventCaller;
}

export function bayCollection<Full extends Waitable, Summary, Create>(
  { raw, open }: BayCallers,
  runtime: Runtime,
  name: 'bays' | 'clusters',
): BayCollection<Full, Summary, Create> {
  const shared = collection<Full, Summary, Create, ListQuery, Accepted>(raw, name);
  const pathTo = (ident: string): string => `/v1/${name}/${encodeURIComponent(ident)}`;
  const events: BayCollection<Full, Summary, Create>['events'] = (ident, query, options) =>
    listRows(raw, { method: 'GET', path: `${pathTo(ident)}/events`, query }, 'events', options);
  const waiting: WaitDeps<Full> = { runtime, get: shared.get, events };
  return {
    ...shared,
    plan: (body, options) => raw({ method: 'POST', path: `/v1/${name}`, query: { dry_run: true }, body }, options),
    update: (ident, changes, options) => {
      const query = { rollback: options?.rollback };
      return raw({ method: 'PATCH', path: pathTo(ident), query, body: patchOf(changes) }, options);
    },
    config: (ident, query, options) => raw({ method: 'GET', path: `${pathTo(ident)}/config`, query }, options),
    events,
    follow: (ident, options = {}) => follow(open, runtime, `${pathTo(ident)}/events`, options),
    waitUntil: (ident, options = {}) => waitUntilSettled(waiting, ident, options),
    waitUntilDeleted: (ident, options = {}) => waitUntilDeleted(waiting, ident, options),
  };
}
