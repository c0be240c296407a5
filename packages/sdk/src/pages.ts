import { fieldOf, listOf, MagnumError, textOf } from './errors.js';
import type { CallOptions, RawCall, RawCaller } from './types.js';

/** A list whose pages are fetched while it is read. Every iteration starts again at the first page. */
export interface Listing<T> extends AsyncIterable<T> {
  /**
   * All items; at most `max`, and then no further page is fetched.
   * @throws {MagnumError} (`paging-loop`) where the links of a list lead back
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * const latest = await magnum.bays.list({ sort_dir: 'desc' }).toArray({ max: 10 });
   */
  toArray(options?: { readonly max?: number | undefined }): Promise<T[]>;
  /**
   * The items by pages, as the service sends them.
   * @throws {MagnumError} (`paging-loop`) where the links of a list lead back
   * @throws {MagnumError} for every other failure; see `code`
   * @example
   * for await (const page of magnum.bays.list({ limit: 100 }).pages()) console.log(page.length);
   */
  pages(): AsyncIterable<readonly T[]>;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** The query parameters of the next page, by name. */
export type PageQuery = Readonly<Record<string, string>>;

/** `fetchPage` receives the parameters of the previous page's `next` link, none for the first page. */
export function listing<T>(fetchPage: (query: PageQuery) => Promise<Page<T>>): Listing<T> {
  const pages = (): AsyncGenerator<readonly T[]> => readPages(fetchPage);
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page;
    },
    async toArray({ max = Infinity } = {}) {
      const items: T[] = [];
      for await (const page of pages()) {
        items.push(...page);
        if (items.length >= max) break;
      }
      return items.slice(0, max);
    },
  };
}

/** A call whose answer is a page; `rows` is the key of the items. */
export interface ListCall extends RawCall {
  readonly rows: string;
}

/** The list whose first page the call fetches. `T` is the item's type in the spec. */
export function listRows<T>(raw: RawCaller, { rows, ...call }: ListCall, options?: CallOptions): Listing<T> {
  return listing(async (next) => {
    const page = await raw({ ...call, query: { ...call.query, ...next } }, options);
    return { items: listOf(fieldOf(page, rows)) as readonly T[], next: textOf(page, 'next') }; // the spec's schema of an item
  });
}

async function* readPages<T>(fetchPage: (query: PageQuery) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  // A server whose links form a loop would otherwise keep the caller for ever.
  const seen = new Set<string>();
  let query: PageQuery = {};
  for (;;) {
    const page = await fetchPage(query);
    // A server may end a list with a page that has nothing, which is none to the reader.
    if (page.items.length > 0) yield page.items;
    if (page.next === undefined || page.items.length === 0) return;
    query = Object.fromEntries(new URL(page.next, 'http://magnum.invalid').searchParams);
    const key = JSON.stringify(query);
    if (seen.has(key)) throw new MagnumError('The server returned the same next page twice', 'paging-loop');
    seen.add(key);
  }
}
