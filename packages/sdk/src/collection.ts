import { beginCall, mapCall, type Call } from './call.js';
import { listRows, type Listing } from './pages.js';
import { patchOf, type Changes } from './patch.js';
import type { CallOptions, JsonPatch, ListQuery, RawCall, RawCaller } from './types.js';

/** The calls that the collections of the API have in common. `ident`: UUID or name. */
export interface Collection<Full, Summary, Create, Change = never, Query = ListQuery, Changed = Full> {
  list(query?: Query, options?: CallOptions): Listing<Summary>;
  /** As `list`, with all fields. */
  listDetail(query?: Query, options?: CallOptions): Listing<Full>;
  /** Throws NotFoundError, and ConflictError when several have the name. */
  get(ident: string, options?: CallOptions): Call<Full>;
  create(body: Create, options?: CallOptions): Call<Changed>;
  update(ident: string, changes: Change | JsonPatch, options?: CallOptions): Call<Changed>;
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
  Query extends RawCall['query'] = ListQuery,
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
