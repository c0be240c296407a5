import type { Values } from './values.js';

const MOST = 2_000;

/**
 * What rows come to, for rows that are read again and again and seldom change: the same values give the very same thing, which
 * therefore nobody may change, and readers may keep what they have made of it. Two generations, of which the older one is dropped
 * when the younger one is full: what is in use stays.
 */
export class Remembered<T> {
  readonly #make: (row: Values) => T;
  readonly #keyAt: number;
  #young = new Map<unknown, Known<T>>();
  #old = new Map<unknown, Known<T>>();

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
    const known = old && areSame(old.values, values) ? old : { values, made: this.#make(values) };
    if (this.#young.size >= MOST) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, known);
    return known.made;
  };
}

interface Known<T> {
  readonly values: Values;
  readonly made: T;
}

function areSame(one: Values, other: Values): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
