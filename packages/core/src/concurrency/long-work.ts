import { performance as eventLoop } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Semaphore } from './semaphore.js';

/** Whose work it is, and until when it is wanted. */
export interface LongTask {
  readonly group: string;
  readonly signal: AbortSignal;
}

/** Lets other work run, where this has kept the thread for long enough. */
export type Rest = () => Promise<void>;

/** Shorter steps go on at once: a timer costs about as much as they do. */
const SHORT_MS = 2;
/** One part of a rest is no longer than this to those who wait for its end. */
const LONGEST_PART_MS = 50;
/** Of the thread, where others have something to do, long work has one part of so many. */
const PARTS = 7;
/** Where the thread was busy for less than this part of the time, no other request waits for it. */
const IDLE = 0.1;
/** What long work holds in memory is held so many times. */
const MOST_GROUPS = 4;
/** The same of one group, where a request also waits for others between two turns. */
const MOST_OF_GROUP = 3;

/** Work that stops after each of its steps; its value comes with the last one. */
export type Steps<T> = Generator<undefined, T, undefined>;

/**
 * Turns for work that keeps the only thread busy for tens of milliseconds: rendering a bay of a thousand nodes, checking a body of a
 * mebibyte, writing down a long page. Thirty such requests at once would stand in a row, and a short request would wait for all of them
 * at each of its own steps.
 *
 * So a group (a project) has one piece of long work under way, and few groups have one at the same time; each piece is cut into steps,
 * and after each step the thread belongs to other work for six times as long as the step took, where there is any.
 * Invariant: long work has at most a seventh of a busy thread; a short request waits for steps, never for a queue; and a project's one
 * long request does not wait for another project's to end.
 *
 * Measured with short requests of one project beside 32 dry runs of 1,000 nodes of another, which alone are answered within 40 ms
 * (99 of 100): 1,380 ms while pieces stood in one line for all projects, 118 ms with half of the thread, 68 ms with a quarter. Beside the
 * thousand most costly requests, short ones took 1.5 to 2.05 times their usual with a quarter, 1.7 to 2.1 times with a fifth, and 1.33
 * times with a seventh.
 */
export class LongWork {
  readonly #running = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #admitted = new Map<string, { readonly permits: Semaphore; users: number }>();

  /**
   * A whole request with long work in it, of which few of one group are under way at a time, because each holds in memory what it was sent and
   * what it has made. It asks for its turns itself, and waits for clients and neighbours in between. Rejects as `run` does. The work must not
   * ask to be admitted again.
   */
  async admit<T>({ group, signal }: LongTask, work: () => Promise<T>): Promise<T> {
    const known = this.#admitted.get(group) ?? { permits: new Semaphore(MOST_OF_GROUP), users: 0 };
    this.#admitted.set(group, known);
    known.users += 1;
    try {
      return await known.permits.run(signal, work);
    } finally {
      known.users -= 1;
      if (known.users === 0) this.#admitted.delete(group);
    }
  }

  /** The same until the place is given back; giving it back again does nothing. */
  enter(task: LongTask): Promise<() => void> {
    return new Promise((admitted, refused) => {
      void this.admit(task, () => new Promise<void>((leave) => admitted(leave))).catch(refused);
    });
  }

  /** Rejects with the signal's reason where it was aborted before the work began. The work must not ask for another turn. */
  async run<T>({ group, signal }: LongTask, work: (rest: Rest) => Promise<T>): Promise<T> {
    if (this.#mayBegin(group)) this.#running.add(group);
    else await this.#turnOf(group);
    const rest = restAfter(() => this.#running.size);
    try {
      signal.throwIfAborted();
      return await work(rest);
    } finally {
      void rest().then(() => this.#end(group));
    }
  }

  #mayBegin(group: string): boolean {
    return !this.#running.has(group) && this.#running.size < MOST_GROUPS;
  }

  #turnOf(group: string): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#waiting.get(group);
      if (line) line.push(resolve);
      else this.#waiting.set(group, [resolve]);
    });
  }

  /** The group whose turn it was goes to the end. */
  #end(ended: string): void {
    this.#running.delete(ended);
    for (const [group, line] of this.#waiting) {
      if (!this.#mayBegin(group)) continue;
      const begin = line.shift();
      this.#waiting.delete(group);
      if (line.length > 0) this.#waiting.set(group, line);
      if (!begin) continue;
      this.#running.add(group);
      begin();
    }
  }
}

/**
 * A rest as long as what was done since the last one, and up to six times as long while others keep the thread busy; among several who work, so long
 * that all of them together have a seventh of the time.
 */
export function restAfter(workers: () => number = () => 1): Rest {
  let began = performance.now();
  return async () => {
    const took = performance.now() - began;
    if (took < SHORT_MS) return;
    for (let parts = PARTS * workers() - 1; parts > 0; parts -= 1) {
      const before = eventLoop.eventLoopUtilization();
      await sleep(Math.min(LONGEST_PART_MS, Math.ceil(took)));
      if (eventLoop.eventLoopUtilization(before).utilization < IDLE) break;
    }
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
