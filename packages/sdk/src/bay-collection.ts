import { beginCall, mapCall, type Call } from './call.js';
import { collection, identOf, type Collection } from './collection.js';
import type { Connection } from './calls.js';
import { follow, type FollowOptions } from './follow.js';
import { KnownIdents } from './known-idents.js';
import { listRows, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type {
  Accepted,
  BayEvent,
  BayPlan,
  CallOptions,
  ClientConfig,
  ImageLoad,
  ImageLoaded,
  JsonPatch,
  BayListQuery,
} from './types.js';
import {
  waitUntilDeleted,
  waitUntilSettled,
  type DeletionWaitOptions,
  type Waitable,
  type WaitDeps,
  type WaitOptions,
} from './wait.js';

/** A change that the service has accepted, and carries out later. */
export interface Change<Full extends Waitable> extends Call<Accepted> {
  /**
   * Waits until the change is done, as `waitUntil` does, and returns the bay.
   * @throws {WaiterError} with the bay's status reason where the change has failed
   * @throws {TimeoutError} after `timeoutMs` (milliseconds; an hour)
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const bay = await magnum.bays.create({ baymodel_id: 'swarm' }).wait({ timeoutMs: 600_000 });
   */
  wait(options?: WaitOptions<Full>): Promise<Full>;
}

/** A deletion that the service has accepted, and carries out later. */
export interface Deletion<Full extends Waitable> extends Call<void> {
  /**
   * Waits until the bay is gone, as `waitUntilDeleted` does.
   * @throws {WaiterError} where the deletion has failed
   * @throws {TimeoutError} after `timeoutMs` (milliseconds; an hour)
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bays.delete('web').wait({ timeoutMs: 600_000 });
   */
  wait(options?: DeletionWaitOptions<Full>): Promise<void>;
}

export interface ClientConfigQuery {
  readonly valid_for?: number | undefined;
  readonly csr?: string | undefined;
}

/**
 * The calls of bays, which the modern wording calls clusters: the same paths but for one word, and the same answers but for the names of a
 * few fields. `ident`: UUID or name.
 */
export interface BayCollection<Full extends Waitable, Summary, Create, Fields extends Changes> extends Omit<
  Collection<Full, Summary, Create, Fields, BayListQuery, Accepted>,
  'create' | 'update' | 'delete'
> {
  /**
   * Resolves when the service has accepted the bay. `create(…).wait()` resolves with the bay when it is complete, after minutes.
   * @throws {BadRequestError} for a field that is wrong, which the message names
   * @throws {ForbiddenError} (`quota-exceeded`) where the project has no room
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const bay = await magnum.bays.create({ name: 'web', baymodel_id: 'swarm', node_count: 2 }).wait();
   */
  create(body: Create, options?: CallOptions): Change<Full>;
  /**
   * The resources that `create` would make, and whether the project's quotas allow them. Creates nothing. An extension of this server.
   * @throws {BadRequestError} for a field that is wrong, which the message names
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { resources, quotas } = await magnum.bays.plan({ baymodel_id: 'swarm', node_count: 50 });
   */
  plan(body: Create, options?: CallOptions): Call<BayPlan>;
  /**
   * Resolves when the service has accepted the change; `update(…).wait()` when it is done. `rollback`: undo a change that fails.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {BadRequestError} (`operation-in-progress`) while another change is under way
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bays.update('web', { node_count: 4 }, { rollback: true }).wait();
   */
  update(
    ident: string,
    changes: Fields | JsonPatch,
    options?: CallOptions & { readonly rollback?: boolean | undefined },
  ): Change<Full>;
  /**
   * Resolves when the service has accepted the deletion; `delete(…).wait()` when the bay is gone.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`not-unique`) where several have the name
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bays.delete('web').wait();
   */
  delete(ident: string, options?: CallOptions): Deletion<Full>;
  /**
   * The files and variables of the engine's own client, with a client certificate that is valid for `valid_for` seconds (a day where absent).
   * The service makes the key and does not store it. With `csr` (PEM) the key stays with the caller, who puts it where `key_placeholder`
   * stands in the files. An extension of this server.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} while the bay has no address
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { files } = await magnum.bays.config('web', { valid_for: 3_600 });
   */
  config(ident: string, query?: ClientConfigQuery, options?: CallOptions): Call<ClientConfig>;
  /**
   * Copies an image of the Docker Engine beside the service, as `magnum dev` has one, to the bay's nodes. Resolves when all nodes have it, which
   * may take minutes, with their names. An extension of this server.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {NotFoundError} (`image-not-found`) for an image that the engine has not
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const { nodes } = await magnum.bays.loadImage('web', { image: 'my-app:1' });
   */
  loadImage(ident: string, body: ImageLoad, options?: CallOptions): Call<ImageLoaded>;
  /**
   * The events of the bay and its stack, oldest first; those after the id `after`.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const events = await magnum.bays.events('web').toArray();
   */
  events(
    ident: string,
    query?: { readonly after?: number | undefined; readonly limit?: number | undefined },
    options?: CallOptions,
  ): Listing<BayEvent>;
  /**
   * The bay's events as they happen, all of them or those after the id `after`. Reconnects after a lost connection; ends when the bay is
   * deleted or the signal aborts.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {NotAcceptableError} by a server without streams of events
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const event of magnum.bays.follow('web')) console.log(event.resource, event.status);
   */
  follow(ident: string, options?: FollowOptions): AsyncIterable<BayEvent>;
  /**
   * Polls a bay until no change is in progress, or until it has the status `target`. `timeoutMs` (an hour) and `intervalMs` (2,000) are milliseconds.
   * @throws {WaiterError} with the bay's status reason where the change has failed, or the bay was deleted meanwhile
   * @throws {TimeoutError} after `timeoutMs`
   * @throws {NotFoundError} for a bay that never was
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const bay = await magnum.bays.waitUntil('web', { timeoutMs: 600_000, onEvent: (event) => console.log(event.status) });
   */
  waitUntil(ident: string, options?: WaitOptions<Full>): Promise<Full>;
  /**
   * Polls a bay until it is deleted. A bay that is not found counts as deleted where this client has seen it before, by that name or UUID, or has
   * asked for its deletion, or where `isDeleting` says that the deletion was asked for.
   * @throws {WaiterError} where the deletion has failed
   * @throws {TimeoutError} after `timeoutMs` (milliseconds; an hour)
   * @throws {NotFoundError} for a bay that never was
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bays.waitUntilDeleted('web', { isDeleting: true });
   */
  waitUntilDeleted(ident: string, options?: DeletionWaitOptions<Full>): Promise<void>;
}

/** The calls, and the way to make a change of a call that is accepted for `ident`. */
interface BayCalls<Full extends Waitable, Summary, Create, Fields extends Changes> {
  readonly calls: BayCollection<Full, Summary, Create, Fields>;
  changing(call: Call<Accepted>, ident: string): Change<Full>;
}

export function bayCollection<Full extends Waitable, Summary, Create, Fields extends Changes>(
  { raw, open, runtime }: Connection,
  name: 'bays' | 'clusters',
): BayCalls<Full, Summary, Create, Fields> {
  type Calls = BayCollection<Full, Summary, Create, Fields>;
  const shared = collection<Full, Summary, Create, Fields, BayListQuery, Accepted>(raw, name);
  const at = (ident: string, below = '') => {
    const { path, params } = identOf(name, ident);
    return { path: `${path}${below}`, params };
  };
  const events: Calls['events'] = (ident, query, options) =>
    listRows(raw, { method: 'GET', ...at(ident, '/events'), query, rows: 'events' }, options);
  const known = new KnownIdents();
  /** Notes the names that a call has been answered for. */
  const noting = <T>(call: Call<T>, ident?: string): Call<T> =>
    mapCall(call, (found) => {
      known.add(ident);
      known.addFrom(found);
      return found;
    });
  const get: Calls['get'] = (ident, options) => noting(shared.get(ident, options), ident);
  const waiting: WaitDeps<Full> = { runtime, isKnown: (ident) => known.has(ident), get, events };
  const changing = (call: Call<Accepted>, ident?: string): Change<Full> => {
    const noted = noting(call, ident);
    return Object.assign(noted, {
      wait: async (options: WaitOptions<Full> = {}) => waitUntilSettled(waiting, (await noted).uuid, options),
    });
  };
  const calls: Calls = {
    ...shared,
    get,
    create: (body, options) => {
      const accepted = shared.create(body, options);
      return changing(
        mapCall(accepted, (found) => {
          known.addFrom(body);
          return found;
        }),
      );
    },
    delete: (ident, options) => {
      const noted = noting(shared.delete(ident, options), ident);
      return Object.assign(noted, {
        wait: (wanted: DeletionWaitOptions<Full> = {}) =>
          noted.then(() => waitUntilDeleted(waiting, ident, { ...wanted, isDeleting: true })),
      });
    },
    plan: (body, options) => raw({ method: 'POST', path: `/v1/${name}`, query: { dry_run: true }, body }, options),
    update: (ident, changes, options) => {
      const query = { rollback: options?.rollback };
      const patch = (): Call<Accepted> => raw({ method: 'PATCH', ...at(ident), query, body: patchOf(changes) }, options);
      return changing(beginCall(patch), ident);
    },
    config: (ident, query, options) => raw({ method: 'GET', ...at(ident, '/config'), query: query && { ...query } }, options),
    loadImage: (ident, body, options) => raw({ method: 'POST', ...at(ident, '/images'), body }, options),
    events,
    follow: (ident, options = {}) => follow({ open, runtime }, at(ident, '/events'), options),
    waitUntil: (ident, options = {}) => waitUntilSettled(waiting, ident, options),
    waitUntilDeleted: (ident, options = {}) => waitUntilDeleted(waiting, ident, options),
  };
  return { calls, changing };
}
