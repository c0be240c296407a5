import type { Random } from '../ports/random.js';

/**
 * Waits between attempts that double with every failure, up to a bound. A service that is away or overloaded gets room to recover, and
 * work that failed for a moment only is repeated soon.
 *
 * Jitter spreads attempts that failed together, as after the restart of a database: without it, all of them come back in the same
 * instant. Half of the wait stays, so that an attempt never follows its failure at once.
 *
 * p-retry and cockatiel run the attempts themselves, with timers of their own. Here most waits are a time that is written into a row
 * (when a bay is due again), and the others sleep by a clock that tests can move; what is needed is the number alone.
 */
export interface Backoff {
  readonly firstMs: number;
  /** Absent: no bound. */
  readonly maxMs?: number;
}

/** 2³⁰ times the first wait is more than any bound; larger powers would pass the largest whole number. */
const MAX_DOUBLINGS = 30;

/** The wait after so many doublings, from 0; milliseconds. */
export function backoffMs({ firstMs, maxMs = Infinity }: Backoff, doublings: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(doublings, MAX_DOUBLINGS));
}

/** A random wait in the upper half of the given one; milliseconds. */
export function addJitter(milliseconds: number, random: Pick<Random, 'below'>): number {
  return milliseconds / 2 + random.below(Math.ceil(milliseconds / 2));
}
