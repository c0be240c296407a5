interface Waiting {
  readonly group: string;
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

/** The right to run. Releasing it again does nothing. */
export interface Permit {
  release(): void;
}

/**
 * A semaphore that is fair between groups (projects). A project with a thousand bays that are due would otherwise hold every
 * permit while the one bay of another project waits behind all of them. The next permit goes to the waiting group with
 * the fewest permits, and within that to the earliest request.
 *
 * Invariants: at most `count` permits are held at a time, and a permit that is released twice counts once. p-limit and
 * async-mutex queue first in, first out; neither knows groups.
 */
export class FairSemaphore {
  #free: number;
  #waiting: Waiting[] = [];
  readonly #running = new Map<string, number>();
  #closed: Error | undefined;

  constructor(count: number) {
    this.#free = count;
  }

  /** Permits that are not held. */
  get free(): number {
    return this.#free;
  }

  /** Requests that wait for a permit. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Rejects when the semaphore is closed before a permit is free. */
  async acquire(group: string): Promise<Permit> {
    if (this.#closed) throw this.#closed;
    if (this.#free > 0) this.#begin(group);
    else
      await new Promise<void>((resolve, refuse) =>
        this.#waiting.push({ group, refuse, begin: () => (this.#begin(group), resolve()) }),
      );
    let held = true;
    return {
      release: () => {
        if (held) this.#end(group);
        held = false;
      },
    };
  }

  /** Rejects all requests that wait, and every later one. */
  close(reason: Error): void {
    this.#closed = reason;
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(({ refuse }) => refuse(reason));
  }

  #begin(group: string): void {
    this.#free -= 1;
    this.#running.set(group, this.#of(group) + 1);
  }

  #end(group: string): void {
    this.#free += 1;
    const left = this.#of(group) - 1;
    if (left > 0) this.#running.set(group, left);
    else this.#running.delete(group);
    const fewest = Math.min(...this.#waiting.map((waiting) => this.#of(waiting.group)));
    const next = this.#waiting.find((waiting) => this.#of(waiting.group) === fewest);
    if (!next) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next);
    next.begin();
  }

  #of(group: string): number {
    return this.#running.get(group) ?? 0;
  }
}
