/**
 * At most one piece of work at a time for each key, in the order of the calls. The members of one load balancer each read all
 * members and then write the balancer: side by side, one of them would write what it had read before the change of the other.
 * Different keys do not wait for each other.
 *
 * Invariant: the map holds a key only while work for it runs or waits, so that it does not grow with the stacks of a long-lived
 * process. async-mutex has a mutex without keys, so the map and its cleaning would be written here in any case.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as the work does. Earlier work that failed does not keep later work from running. */
  async with<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const settled = result.then(ignore, ignore);
    this.#last.set(key, settled);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }

  /** Keys for which work runs or waits. */
  get size(): number {
    return this.#last.size;
  }
}

function ignore(): void {
  // The result reaches the caller of `with`; the next piece of work only needs to know that this one has ended.
}
