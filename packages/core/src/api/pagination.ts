import { DomainError } from '../domain/errors.js';
import { isUuid } from '../domain/ids.js';
import type { JsonObject } from '../domain/json.js';
import type { NumberedPage, Page } from '../ports/store.js';
import type { ApiLimits, Call } from './handler.js';

/** Reads limit, marker, sort_key and sort_dir: contract, README §5. `findMarker` throws the resource's 404 where the marker is unknown. */
export async function pageOf(limits: ApiLimits, call: Call, findMarker: (marker: string) => Promise<unknown>): Promise<Page> {
  const { marker, limit, sort_key: sortKey, sort_dir: sortDir } = call.query;
  if (typeof marker === 'string') {
    if (!isUuid(marker))
      throw new DomainError('invalid-parameter', {
        field: 'marker',
        message: 'Invalid input for field/attribute marker. It must be a UUID.',
      });
    await findMarker(marker);
  }
  return {
    limit: typeof limit === 'number' ? Math.min(limit, limits.maxLimit) : limits.maxLimit,
    marker: typeof marker === 'string' ? marker : null,
    sortKey: typeof sortKey === 'string' ? sortKey : 'id',
    descending: sortDir === 'desc',
  };
}

export interface Collection {
  /** Key of the items, and with `path` absent the path too. */
  readonly name: string;
  readonly path?: string;
  /** Field of an item that the next page's marker is taken from; `uuid` when absent. */
  readonly markedBy?: string;
  readonly extraQuery?: Readonly<Record<string, string | undefined>>;
}

/** The same where the marker is a number: quotas. */
export function numberedPageOf(limits: ApiLimits, call: Call): NumberedPage {
  const { marker, limit, sort_key: sortKey, sort_dir: sortDir } = call.query;
  return {
    limit: typeof limit === 'number' ? Math.min(limit, limits.maxLimit) : limits.maxLimit,
    marker: typeof marker === 'number' ? marker : null,
    sortKey: typeof sortKey === 'string' ? sortKey : 'id',
    descending: sortDir === 'desc',
  };
}

/** `next` is present exactly when the page is full, also on an exact last page. */
export function collectionBody(
  call: Call,
  page: Page | NumberedPage,
  collection: Collection,
  items: readonly JsonObject[],
): JsonObject {
  const last = items.at(-1);
  if (!last || items.length < page.limit) return { [collection.name]: items };
  const query = new URLSearchParams({
    ...Object.fromEntries(
      Object.entries(collection.extraQuery ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    sort_key: page.sortKey,
    sort_dir: page.descending ? 'desc' : 'asc',
    limit: String(page.limit),
    marker: String(last[collection.markedBy ?? 'uuid']),
  });
  return { [collection.name]: items, next: `${call.baseUrl}/v1/${collection.path ?? collection.name}?${query.toString()}` };
}
