import { setTimeout as sleep } from 'node:timers/promises';

/** Whose work it is, and until when it is wanted. */
export interface LongTask {
  readonly group: string;
  readonly signal: AbortSignal;
}

/** Lets everybody else run, where this has kept the thread for long enough. */
export type Rest = () => Promise<void>;

/** Shorter steps go on at once: a timer costs more than they do. */
const SHORT_MS = 3;
/** A step that waited for others is no longer than this to those who wait for it. */
const LONGEST_REST_MS = 50;

/** Work that stops after each of its steps; its value comes with the last one. */
export type Steps<T> = Generator<undefined, T, undefined>;

/**
 * Turns for work that keeps the only thread busy for tens of milliseconds: rendering a bay of a thousand nodes, checking a body of a
 * mebibyte, writing down a long page. Thirty such requests at once would stand in a row, and a short request would wait for all of them
 * at each of its own steps.
 *
 * So one piece of long work runs at a time, cut into steps; after each step the thread belongs to everybody else for as long as the
 * step took. Invariant: long work has at most half of the thread, and a short request waits for one step, never for a queue. Groups
 * (projects) take turns, so that thirty pieces of one do not stand before the single piece of another.
 */
export class LongWork {
  readonly #waiting = new Map<string, (() => void)[]>();
  #isBusy = false;

  /** Rejects with the signal's reason where it was aborted before the work began. The work must not ask for another turn. */
  async run<T>({ group, signal }: LongTask, work: (rest: Rest) => Promise<T>): Promise<T> {
    if (this.#isBusy) await this.#turnOf(group);
    this.#isBusy = true;
    const rest = restAfter();
    try {
      signal.throwIfAborted();
      return await work(rest);
    } finally {
      void rest().then(() => this.#next());
    }
  }

  #turnOf(group: string): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#waiting.get(group);
      if (line) line.push(resolve);
      else this.#waiting.set(group, [resolve]);
    });
  }

  /** The group whose turn it was goes to the end. */
  #next(): void {
    const [first] = this.#waiting;
    const begin = first?.[1].shift();
    if (!first || !begin) {
      this.#isBusy = false;
      return;
    }
    const [group, line] = first;
    this.#waiting.delete(group);
    if (line.length > 0) this.#waiting.set(group, line);
    begin();
  }
}

/** A rest as long as what was done since the last one. */
export function restAfter(): Rest {
  let began = performance.now();
  return async () => {
    const took = performance.now() - began;
    if (took < SHORT_MS) return;
    await sleep(Math.min(LONGEST_REST_MS, Math.ceil(took)));
    began = performance.now();
  };
}

/** Takes step after step, with a rest where it is time for one. */
export async function takeSteps<T>(steps: Steps<T>, rest: Rest): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await rest();
  }
}

/** The same at once, for those who have the thread to themselves. */
export function lastStep<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
