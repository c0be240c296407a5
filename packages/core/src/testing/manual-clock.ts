import type { Clock } from '../ports/clock.js';

/** Node fires a longer timer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of tests. It stands still until it is moved (`new ManualClock()`), or runs like the system's and can be moved forward as
 * well (`ManualClock.running()`), so that leases and deadlines of real processes lapse without waiting. Sleepers wake when their time
 * has come, by either.
 */
export class ManualClock implements Clock {
  #now: number;
  /** The system's time when this clock was made; undefined for one that stands still. */
  #runsSince: number | undefined;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  constructor(start = new Date('2026-01-01T00:00:00Z')) {
    this.#now = start.getTime();
  }

  static running(): ManualClock {
    const now = Date.now();
    const clock = new ManualClock(new Date(now));
    clock.#runsSince = now;
    return clock;
  }

  now(): Date {
    return new Date(this.#time());
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper = { at: this.#time() + milliseconds, wake: () => end(resolve) };
      const timer = this.#runsSince === undefined ? undefined : setTimeout(sleeper.wake, Math.min(milliseconds, MAX_TIMER_MS));
      const interrupt = (): void => end(() => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted')));
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', interrupt);
        settle();
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', interrupt, { once: true });
    });
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.#time()) sleeper.wake();
  }

  #time(): number {
    return this.#runsSince === undefined ? this.#now : this.#now + Date.now() - this.#runsSince;
  }
}
