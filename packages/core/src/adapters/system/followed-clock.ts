import type { Clock } from '../../ports/clock.js';
import { systemClock } from './clock.js';

/*
 * Leases, due times and deadlines are written by one process and judged by others. A process that starts with a clock five minutes
 * fast would take every lease of the others, and one with a slow clock would lose its own as soon as it has them. So all processes
 * tell the time of the one thing that they share, the database: each new connection asks for it before anything else is asked, and so
 * does a timer. In between the monotonic clock measures the time that passes; the host's time of day counts only until the first answer.
 * Invariant: after it, two processes differ by no more than half of the time that their questions took and what their oscillators
 * drift between two questions. Where the database's own clock is set, every process follows at its next question.
 */

/** A question for the time and its answer. */
export interface TimeSample {
  /** Milliseconds since 1970, as the database says. */
  readonly serverTime: number;
  /** Milliseconds of the monotonic clock, before the question and after the answer: the database read its clock in between. */
  readonly asked: number;
  readonly answered: number;
}

export interface FollowedClock extends Clock {
  learn(sample: TimeSample): void;
}

/** What a bad oscillator gains or loses, per millisecond. */
const DRIFT = 1 / 5_000;

interface Known {
  readonly serverTime: number;
  readonly at: number;
  /** How far it may be off at that moment. */
  readonly error: number;
}

export function followedClock(host: Clock = systemClock, monotonic: () => number = () => performance.now()): FollowedClock {
  let known: Known | undefined;
  const timeOf = (from: Known, at: number): number => from.serverTime + at - from.at;
  return {
    now: () => (known ? new Date(timeOf(known, monotonic())) : host.now()),
    sleep: (milliseconds, signal) => host.sleep(milliseconds, signal),
    learn({ serverTime, asked, answered }) {
      const next = { serverTime, at: (asked + answered) / 2, error: (answered - asked) / 2 };
      const error = known ? known.error + Math.abs(next.at - known.at) * DRIFT : Infinity;
      const off = known ? Math.abs(timeOf(known, next.at) - serverTime) : 0;
      // A slow answer says less than what is known, unless what is known cannot be true any more.
      if (next.error <= error || off > next.error + error) known = next;
    },
  };
}
