import type { Clock } from '../ports/clock.js';
import { linkedController } from './linked-controller.js';

/**
 * A condition variable for each key: work waits until the state behind the key has changed, and then reads that state anew. A change
 * wakes its waiters at once, which saves them from polling the database; a wait has a bound all the same, so a change by another
 * process, which cannot notify this one, is found a little later. Invariant: a notification is never the only way to learn something.
 *
 * No library of Node's world offers this with a clock that tests can move; `events.once` has no bound and no keys that vanish.
 */
export class Condition {
  readonly #waiting = new Map<string, Set<() => void>>();

  notifyAll(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.forEach((wake) => wake());
  }

  /** Resolves at the next notification, and after the time at the latest. Rejects when the signal aborts. */
  async wait(key: string, milliseconds: number, limits: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void> {
    limits.signal.throwIfAborted();
    const sleep = linkedController(limits.signal);
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    let wake = (): void => undefined;
    const notified = new Promise<void>((resolve) => {
      wake = resolve;
      waiting.add(wake);
    });
    try {
      await Promise.race([notified, limits.clock.sleep(milliseconds, sleep.signal)]);
    } finally {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
      sleep.abort(new Error('the wait has ended'));
    }
  }
}
