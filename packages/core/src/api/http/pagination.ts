import { DomainError } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { BAY_STATUSES } from '../../domain/bay-status.js';
import type { Filter, NumberedPage, Page } from '../../ports/store.js';
import { JsonText, type ApiLimits, type Call } from './handler.js';

/** Reads limit, marker, sort_key and sort_dir: docs/contract/lists.md#paging. `findMarker` throws the resource's 404 where the marker is unknown. */
export async function pageOf(limits: ApiLimits, call: Call, findMarker: (marker: string) => Promise<unknown>): Promise<Page> {
  const { marker, limit, sort_key: sortKey, sort_dir: sortDir } = call.query;
  if (typeof marker === 'string') {
    if (!isUuid(marker))
      throw new DomainError('invalid-parameter', {
        field: 'marker',
        message: 'Invalid input for field/attribute marker: it must be a UUID.',
      });
    await findMarker(marker);
  }
  return {
    limit: typeof limit === 'number' ? Math.min(limit, limits.maxLimit) : limits.maxLimit,
    marker: typeof marker === 'string' ? marker : null,
    sortKey: typeof sortKey === 'string' ? sortKey : 'id',
    descending: sortDir === 'desc',
    filter: filterIn(call),
  };
}

const FILTERS = ['name', 'status', 'label', 'updated_since'] as const;

function filterIn({ query }: Call): Filter {
  const said = (name: (typeof FILTERS)[number]): string | undefined =>
    typeof query[name] === 'string' ? query[name] : undefined;
  const [name, label, since] = [said('name'), said('label'), said('updated_since')];
  const status = BAY_STATUSES.find((known) => known === said('status'));
  return {
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(label === undefined ? {} : { label: labelIn(label) }),
    ...(since === undefined ? {} : { updatedSince: timeIn(since) }),
  };
}

function labelIn(text: string): NonNullable<Filter['label']> {
  const [name = '', ...value] = text.split('=');
  return { name, value: value.length === 0 ? undefined : value.join('=') };
}

/** The plus sign of an offset that was not encoded arrives as a blank. */
function timeIn(text: string): Date {
  const whole = text.replace(' ', text.includes('T') ? '+' : 'T').replace(/ (\d\d:\d\d)$/, '+$1');
  const time = new Date(/[T]/.test(whole) && !/(Z|[+-]\d\d:\d\d)$/.test(whole) ? `${whole}Z` : whole);
  if (!Number.isNaN(time.getTime())) return time;
  throw new DomainError('invalid-parameter', {
    field: 'updated_since',
    message: `Invalid input for field/attribute updated_since: it must be a time, such as 2026-01-31T12:00:00Z. Value: '${text}'.`,
  });
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

/** A thing that is written down already. */
export class WrittenItem extends JsonText {
  /** For the next page. */
  readonly marker: string;

  constructor(item: JsonObject & { readonly uuid: string }) {
    super(JSON.stringify(item));
    this.marker = item.uuid;
  }
}

/** By what was shown; stores give the same thing for a row as long as it does not change. Of each the form that was asked for last. */
const written = new WeakMap<object, { readonly form: string; readonly item: WrittenItem }>();

/**
 * Writes things down whose form depends on nothing but the thing, the version and the address: each is written once. One writer for a
 * whole list: it makes the name of the form once.
 */
export function writerOf<From extends object>(
  call: Call,
  collection: Collection,
  present: (one: From) => JsonObject & { readonly uuid: string },
): (one: From) => WrittenItem {
  const form = `${collection.path ?? collection.name} ${call.version} ${call.baseUrl}`;
  return (one) => {
    const known = written.get(one);
    if (known?.form === form) return known.item;
    const item = new WrittenItem(present(one));
    written.set(one, { form, item });
    return item;
  };
}

/** Where the next page is. */
export function nextLink(call: Call, page: Page | NumberedPage, collection: Collection, marker: string): string {
  const filters = FILTERS.flatMap((name) => (call.query[name] === undefined ? [] : [[name, String(call.query[name])]]));
  const query = new URLSearchParams({
    ...Object.fromEntries(filters),
    ...Object.fromEntries(
      Object.entries(collection.extraQuery ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    sort_key: page.sortKey,
    sort_dir: page.descending ? 'desc' : 'asc',
    limit: String(page.limit),
    marker,
  });
  return `${call.baseUrl}/v1/${collection.path ?? collection.name}?${query.toString()}`;
}
