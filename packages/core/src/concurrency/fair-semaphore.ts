interface Waiting {
  readonly group: string;
  readonly begin: () => void;
  readonly refuse: (reason: Error) => void;
}

/** The right to run. Given back once; giving it back again does nothing. */
export interface Permit {
  release(): void;
}

/** At most so many at a time. Whoever has the fewest running of his group comes first, then whoever came first. */
export class FairSemaphore {
  #free: number;
  #waiting: Waiting[] = [];
  readonly #running = new Map<string, number>();
  #closed: Error | undefined;

  constructor(count: number) {
    this.#free = count;
  }

  /** Turns that nobody has. */
  get free(): number {
    return this.#free;
  }

  /** How many have asked for a turn that has not come yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Rejects when the turns are closed before this one comes. */
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

  /** Nobody who waits, or comes later, will begin. */
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
