import { beginCall, mapCall, type Call } from './call.js';
import { listRows, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { CallOptions, JsonPatch, PageQuery, RawCall, RawCaller } from './types.js';

/** The calls that the collections of the API have in common. `ident`: UUID or name. */
export interface Collection<Full, Summary, Create, Change = never, Query = PageQuery, Changed = Full> {
  /**
   * The resources of the project, page by page while they are read. `limit` is the size of a page, not of the list.
   * @throws {BadRequestError} for a filter or `sort_key` that there is not
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const bay of magnum.bays.list({ sort_key: 'name' })) console.log(bay.name);
   */
  list(query?: Query, options?: CallOptions): Listing<Summary>;
  /**
   * As `list`, with all fields.
   * @throws {BadRequestError} for a filter or `sort_key` that there is not
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const failed = await magnum.bays.listDetail({ status: 'CREATE_FAILED' }).toArray();
   */
  listDetail(query?: Query, options?: CallOptions): Listing<Full>;
  /**
   * One resource with all fields.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`not-unique`) where several have the name
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const bay = await magnum.bays.get('web');
   */
  get(ident: string, options?: CallOptions): Call<Full>;
  /**
   * Creates a resource. However often an answer is lost, one is created, where the service keeps idempotency keys.
   * @throws {BadRequestError} for a field that is wrong, which the message names
   * @throws {ForbiddenError} (`quota-exceeded`) where the project has no room
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const model = await magnum.bayModels.create({ name: 'swarm', coe: 'swarm', image_id: 'debian-12', keypair_id: 'default' });
   */
  create(body: Create, options?: CallOptions): Call<Changed>;
  /**
   * Sets fields; null removes a value, and maps are changed key by key. A JSON patch is sent as it is.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`not-unique`) where several have the name
   * @throws {PreconditionFailedError} where `ifMatch` names another version
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bayModels.update('swarm', { labels: { old: null, tier: 'gold' } });
   */
  update(ident: string, changes: Change | JsonPatch, options?: CallOptions): Call<Changed>;
  /**
   * Deletes a resource.
   * @throws {NotFoundError} where there is none of that name or UUID
   * @throws {ConflictError} (`not-unique`) where several have the name
   * @throws {BadRequestError} (`bay-model-referenced`) for a bay model in use
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * await magnum.bayModels.delete('swarm');
   */
  delete(ident: string, options?: CallOptions): Call<void>;
}

/** The path of one item of a collection, with the name that the spec gives to its placeholder: `/v1/bays/{bay_ident}`. */
export function identOf(name: string, ident: string): Required<Pick<RawCall, 'path' | 'params'>> {
  const parameter = `${name.replace(/s$/, '')}_ident`;
  return { path: `/v1/${name}/{${parameter}}`, params: { [parameter]: ident } };
}

/**
 * The calls of the collection below `/v1/<name>`, where `name` is also the key of the items in an answer. `fixed`: query parameters of every
 * call.
 *
 * The paths of the collections differ in one word, so the calls are written once for all of them. The compiler cannot compare a path that is
 * put together with the types that the spec gives it; `collection.test.ts` makes that comparison for every call and must grow with them.
 */
export function collection<
  Full,
  Summary,
  Create,
  Change extends Changes = never,
  Query extends RawCall['query'] = PageQuery,
  Changed = Full,
>(raw: RawCaller, name: string, fixed: RawCall['query'] = {}): Collection<Full, Summary, Create, Change, Query, Changed> {
  const all = `/v1/${name}`;
  const at = (ident: string) => identOf(name, ident);
  return {
    list: (query, options) => listRows(raw, { method: 'GET', path: all, query: { ...fixed, ...query }, rows: name }, options),
    listDetail: (query, options) =>
      listRows(raw, { method: 'GET', path: `${all}/detail`, query: { ...fixed, ...query }, rows: name }, options),
    get: (ident, options) => raw({ method: 'GET', ...at(ident), query: fixed }, options),
    create: (body, options) => raw({ method: 'POST', path: all, query: fixed, body }, options),
    update: (ident, changes, options) =>
      beginCall(() => raw({ method: 'PATCH', ...at(ident), query: fixed, body: patchOf(changes) }, options)),
    delete: (ident, options) => mapCall(raw({ method: 'DELETE', ...at(ident), query: fixed }, options), () => undefined),
  };
}
