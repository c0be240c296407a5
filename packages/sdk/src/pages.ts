import { MagnumError } from './errors.js';

/** A list that is fetched while it is read. Every iteration starts anew. */
export interface Listing<T> extends AsyncIterable<T> {
  /** All items; at most `max`. */
  toArray(options?: { readonly max?: number }): Promise<T[]>;
  pages(): AsyncIterable<readonly T[]>;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** Query parameters of the next page, by name. */
export type PageQuery = Readonly<Record<string, string>>;

/** `fetchPage` gets what the last answer's `next` says, nothing at first. */
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

async function* readPages<T>(fetchPage: (query: PageQuery) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  const seen = new Set<string>();
  let query: PageQuery = {};
  for (;;) {
    const page = await fetchPage(query);
    yield page.items;
    if (page.next === undefined || page.items.length === 0) return;
    query = Object.fromEntries(new URL(page.next, 'http://magnum.invalid').searchParams);
    const place = JSON.stringify(query);
    if (seen.has(place)) throw new MagnumError('The server names the same next page twice', 'paging-loop');
    seen.add(place);
  }
}
