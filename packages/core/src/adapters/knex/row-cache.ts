import type { Table, Values } from './table.js';

/** Of one generation. What is made of a row, and its written form, are each about as large as the row itself. */
const MOST_ROWS = 2_000;
const MOST_BYTES = 2 * 1_048_576;
/** Larger rows are made anew each time: a few of them would drive out everything else. */
const LARGEST_ROW = 32_768;

/**
 * What rows come to, for rows that are read again and again and seldom change: the same values give the very same thing, which
 * therefore no reader may change, and readers may keep what they have made of it. Two generations, of which the older one is dropped
 * when the younger one is full, by rows or by bytes: what is in use stays, and how much it is does not depend on what callers store.
 */
export class RowCache<T> {
  readonly #make: (row: Values) => T;
  readonly #keyAt: number;
  #young = new Map<unknown, Known<T>>();
  #old = new Map<unknown, Known<T>>();
  #bytes = 0;

  /** `keyAt`: where the row's id stands. */
  constructor(make: (row: Values) => T, keyAt: number) {
    this.#make = make;
    this.#keyAt = keyAt;
  }

  readonly of = (values: Values): T => {
    const key = values[this.#keyAt];
    const young = this.#young.get(key);
    if (young && areSame(young.values, values)) return young.made;
    const old = this.#old.get(key);
    const known = old && areSame(old.values, values) ? old : { values, made: this.#make(values), bytes: bytesOf(values) };
    if (known.bytes > LARGEST_ROW) return known.made;
    this.#bytes += known.bytes - (young?.bytes ?? 0);
    if (this.#young.size >= MOST_ROWS || this.#bytes > MOST_BYTES) {
      [this.#old, this.#young] = [this.#young, new Map()];
      this.#bytes = known.bytes;
    }
    this.#young.set(key, known);
    return known.made;
  };
}

/** Of a table whose rows are found by their keys. */
export function rowCache<T>(table: Table<T>): RowCache<T> {
  return new RowCache(table.read, table.keyAt);
}

interface Known<T> {
  readonly values: Values;
  readonly made: T;
  readonly bytes: number;
}

/** Roughly: only texts can be large. */
function bytesOf(values: Values): number {
  let bytes = 0;
  for (const value of values) bytes += typeof value === 'string' ? value.length + 16 : 16;
  return bytes;
}

function areSame(one: Values, other: Values): boolean {
  if (one.length !== other.length) return false;
  // A plain loop: it runs for every value of every row of every list.
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
