import { DomainError } from '../../domain/errors.js';

export interface InFlightOptions {
  /** Requests of all projects at the same time. */
  readonly most: number;
  /** Of one project. */
  readonly mostOfOne: number;
  /** How long a request waits for a place. */
  readonly waitMs: number;
}

/** Of a project, for each of its places: who comes after them is refused at once. */
const WAITING_PER_PLACE = 2;
const RETRY_AFTER_SECONDS = 1;

/**
 * Requests under way, in all and of each project. Without an end to them, a burst takes all of the memory, and its last answers come
 * when no client waits for them any more. A request that finds no place waits for one, behind the project's own requests alone; a short queue lets an
 * honest burst (a hundred bays asked for at once) be served one after the other, and costs a hostile one its own time.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting[]>();
  #all = 0;

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Returns what gives the place back. Errors: `too-many-requests`. */
  async enter(owner: string, signal: () => AbortSignal): Promise<() => void> {
    if (!this.#hasRoom(owner)) await this.#place(owner, signal());
    else this.#take(owner);
    let isGiven = false;
    return () => {
      if (!isGiven) this.#give(owner);
      isGiven = true;
    };
  }

  #hasRoom(owner: string): boolean {
    return this.#all < this.#options.most && (this.#running.get(owner) ?? 0) < this.#options.mostOfOne;
  }

  #take(owner: string): void {
    this.#all += 1;
    this.#running.set(owner, (this.#running.get(owner) ?? 0) + 1);
  }

  #give(owner: string): void {
    this.#all -= 1;
    const left = (this.#running.get(owner) ?? 1) - 1;
    if (left > 0) this.#running.set(owner, left);
    else this.#running.delete(owner);
    this.#admit();
  }

  /** Projects in turn: one that has been admitted moves to the end. */
  #admit(): void {
    for (const [owner, queue] of this.#waiting) {
      if (!this.#hasRoom(owner)) continue;
      const next = queue.shift();
      this.#waiting.delete(owner);
      if (queue.length > 0) this.#waiting.set(owner, queue);
      if (!next) continue;
      this.#take(owner);
      next.admitted();
      return;
    }
  }

  #place(owner: string, signal: AbortSignal): Promise<void> {
    const { mostOfOne, waitMs } = this.#options;
    const queue = this.#waiting.get(owner) ?? [];
    if (waitMs === 0 || queue.length >= mostOfOne * WAITING_PER_PLACE) return Promise.reject(this.#refusal(owner));
    return new Promise((resolve, reject) => {
      const leave = (error: unknown): void => {
        clearTimeout(timer);
        queue.splice(queue.indexOf(waiting), 1);
        if (queue.length === 0) this.#waiting.delete(owner);
        reject(error);
      };
      const gone = (): void => leave(signal.reason);
      const waiting: Waiting = {
        admitted: () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', gone);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', gone);
        leave(this.#refusal(owner));
      }, waitMs);
      signal.addEventListener('abort', gone, { once: true });
      queue.push(waiting);
      this.#waiting.set(owner, queue);
    });
  }

  #refusal(owner: string): DomainError {
    const { most, mostOfOne } = this.#options;
    const isOwn = (this.#running.get(owner) ?? 0) >= mostOfOne;
    const why = isOwn
      ? `more than ${mostOfOne} requests of this project are under way`
      : `more than ${most} requests are under way`;
    return new DomainError('too-many-requests', {
      message: `Too many requests: ${why}. Try again in ${RETRY_AFTER_SECONDS} seconds.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

interface Waiting {
  readonly admitted: () => void;
}
