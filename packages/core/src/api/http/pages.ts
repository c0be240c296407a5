import { LRUCache } from 'lru-cache';
import { isDomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { NumberedPage, Page } from '../../ports/store.js';
import type { Answer, Call } from './handler.js';
import { JsonText } from './handler.js';
import { callOnEnd } from './texts.js';
import { nextLink, WrittenItem, type Collection } from './pagination.js';

/**
 * A page of a list. Rows can be large, and a page of the thousand largest would be held several times over: as rows, as objects, as
 * one text. So rows are read in portions of about a third of a mebibyte, of which two are in memory at a time; a page ends by bytes as well as
 * by count, with `next` where more may come; and what is larger than 256 KiB is written to the socket item by item, as fast as its
 * reader takes it. Most pages are one portion, and stay one statement and one text.
 *
 * Portions take turns with all other long work of the process: reading and writing down eight mebibytes takes a tenth of a second in one
 * piece, and thirty of them can be asked for at once.
 */
const PORTION_BYTES = 327_680;
/** Up to here a page is sent as one text, whose length is known before. */
const WHOLE_BYTES = 262_144;
const LARGEST_PAGE_BYTES = 8 * 1_048_576;
/** How long a page keeps its place, where its reader is slow. */
const LONGEST_PLACE_MS = 10_000;
/** A portion from here on has to wait for its turn. Below it, a portion takes less than a millisecond, and a turn costs more than that. */
const LONG_BYTES = 131_072;
/** Rows of the first portion where nothing is known of their size. */
const FIRST_ROWS = 20;
/** Texts smaller than this are written together. */
const PIECE_BYTES = 65_536;

/** `Row` is what a read gives; reading and writing are the resource's own. */
export interface Listing<Row> {
  readonly read: (page: Page) => Promise<readonly Row[]>;
  readonly write: (row: Row) => JsonObject | WrittenItem;
  /** Throws `…-not-found` where a marker names nothing (any more). */
  readonly findMarker: (marker: string) => Promise<unknown>;
}

/**
 * Lists by project as they were last time: bytes of an item, which say how many rows make a portion, and how many there were. What was
 * short waits for no turn, however much would fit.
 */
const lists = new LRUCache<string, { readonly itemBytes: number; readonly count: number }>({ max: 1_000 });

export async function listAnswer<Row>(call: Call, page: Page, collection: Collection, listing: Listing<Row>): Promise<Answer> {
  const reader = new PortionReader(call, page, collection, listing);
  const leave = await enterWhereLong(call, reader);
  try {
    const first = [...(await reader.next())];
    while (!reader.isOver && reader.bytes < WHOLE_BYTES) first.push(...(await reader.next()));
    if (!reader.isOver) return { texts: callOnEnd(pieces(collection, first, reader), leave) };
    leave();
    return { body: new JsonText(`{"${collection.name}":[${first.join(',')}]${reader.end()}`) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Few long pages of one project are in memory at a time; one whose reader is slow makes room for the others after a while. */
async function enterWhereLong<Row>({ longWork, signal }: Call, reader: PortionReader<Row>): Promise<() => void> {
  if (reader.expectedBytes <= WHOLE_BYTES) return () => undefined;
  const leave = await longWork.turns.enter({ group: `pages of ${longWork.group}`, signal: signal() });
  const timer = setTimeout(leave, LONGEST_PLACE_MS);
  return () => {
    clearTimeout(timer);
    leave();
  };
}

async function* pieces<Row>(
  collection: Collection,
  first: readonly string[],
  reader: PortionReader<Row>,
): AsyncGenerator<string, void, undefined> {
  let [text, mark] = [`{"${collection.name}":[`, ''];
  for (let items = first; items.length > 0; items = reader.isOver ? [] : await reader.next()) {
    for (const item of items) {
      text += mark + item;
      mark = ',';
      if (text.length < PIECE_BYTES) continue;
      yield text;
      text = '';
    }
  }
  yield `${text}]${reader.end()}`;
}

class PortionReader<Row> {
  readonly #call: Call;
  readonly #page: Page;
  readonly #collection: Collection;
  readonly #listing: Listing<Row>;
  readonly #sizeKey: string;
  /** Of everything written so far, in order: the last one is where the next portion begins. */
  readonly #markers: string[] = [];
  #count = 0;
  bytes = 0;
  isOver = false;
  #isFull = false;

  constructor(call: Call, page: Page, collection: Collection, listing: Listing<Row>) {
    this.#call = call;
    this.#page = page;
    this.#collection = collection;
    this.#listing = listing;
    this.#sizeKey = `${call.access.action} ${call.access.actor.projectId ?? ''}`;
  }

  /** Of the page, by what the list was last time; 0 where nothing is known. */
  get expectedBytes(): number {
    const known = lists.get(this.#sizeKey);
    return known === undefined ? 0 : Math.min(this.#page.limit, known.count) * known.itemBytes;
  }

  /** The next portion, written down. */
  async next(): Promise<readonly string[]> {
    const known = lists.get(this.#sizeKey);
    const wanted = known === undefined ? FIRST_ROWS : Math.max(1, Math.floor(PORTION_BYTES / known.itemBytes));
    const limit = Math.min(wanted, this.#page.limit - this.#count);
    const expected = known === undefined ? 0 : Math.min(limit, known.count) * known.itemBytes;
    const isLong = this.#count > 0 || expected > LONG_BYTES;
    return isLong ? this.#inTurn(() => this.#portion(limit)) : this.#portion(limit);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { longWork, signal } = this.#call;
    return longWork.turns.run({ group: longWork.group, signal: signal() }, work);
  }

  async #portion(limit: number): Promise<readonly string[]> {
    const rows = await this.#read(limit);
    const items: string[] = [];
    for (const row of rows) {
      const item = this.#listing.write(row);
      const text = item instanceof WrittenItem ? item.text : JSON.stringify(item);
      items.push(text);
      this.#markers.push(item instanceof WrittenItem ? item.marker : String(item[this.#collection.markedBy ?? 'uuid']));
      this.bytes += text.length;
      if (this.bytes >= LARGEST_PAGE_BYTES) break;
    }
    this.#count += items.length;
    this.#isFull = this.#count >= this.#page.limit || this.bytes >= LARGEST_PAGE_BYTES;
    this.isOver = this.#isFull || rows.length < limit;
    if (items.length > 0) this.#remember();
    return items;
  }

  /** A short page of a long list does not make the list a short one. */
  #remember(): void {
    const before = this.#isFull ? (lists.get(this.#sizeKey)?.count ?? 0) : 0;
    const itemBytes = Math.max(1, Math.ceil(this.bytes / this.#count));
    lists.set(this.#sizeKey, { itemBytes, count: Math.max(before, this.#count) });
  }

  /** What follows the list in the document. */
  end(): string {
    const last = this.#markers.at(-1);
    if (!this.#isFull || last === undefined) return '}';
    return `,"next":${JSON.stringify(nextLink(this.#call, this.#page, this.#collection, last))}}`;
  }

  /**
   * What was last written may be deleted before the next portion is read, and nothing comes after what is not there. Then the one
   * before it is the mark: what follows that follows the deleted one, too.
   */
  async #read(limit: number): Promise<readonly Row[]> {
    if (this.#count === 0) return this.#listing.read({ ...this.#page, limit });
    for (const marker of this.#markers.toReversed()) {
      const rows = await this.#listing.read({ ...this.#page, limit, marker });
      if (rows.length > 0 || (await this.#isThere(marker))) return rows;
    }
    return [];
  }

  async #isThere(marker: string): Promise<boolean> {
    try {
      await this.#listing.findMarker(marker);
      return true;
    } catch (error) {
      if (isDomainError(error) && error.status === 404) return false;
      throw error;
    }
  }
}

/** A list that is short by its nature. */
export function shortList(call: Call, page: NumberedPage, collection: Collection, items: readonly JsonObject[]): JsonText {
  const last = items.at(-1);
  const list = `"${collection.name}":${JSON.stringify(items)}`;
  if (!last || items.length < page.limit) return new JsonText(`{${list}}`);
  const next = nextLink(call, page, collection, String(last[collection.markedBy ?? 'uuid']));
  return new JsonText(`{${list},"next":${JSON.stringify(next)}}`);
}
