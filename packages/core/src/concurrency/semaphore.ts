/**
 * A counting semaphore: at most so many pieces of work at a time, the others wait in the order in which they came. It protects a
 * service that is asked by many passes at once. The permit of work that ends, fails or was given up goes to the next in line; work
 * whose caller gave up while it waited is never begun.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Rejects with the signal's reason where it was aborted before the work began. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
