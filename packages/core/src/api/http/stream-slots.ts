import { DomainError } from '../../domain/errors.js';

/** Over all projects, in one process. */
const MOST_AT_ALL = 500;
const AGAIN_SECONDS = 30;

/** The streams that are open: each costs a look into the database every second. */
export class StreamSlots {
  readonly #most: number;
  readonly #open = new Map<string, number>();
  #all = 0;

  /** `most` of one project, in this process. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Returns how to give the place back, which may be done twice. Errors: `too-many-requests`. */
  take(projectId: string): () => void {
    const open = this.#open.get(projectId) ?? 0;
    if (open >= this.#most || this.#all >= MOST_AT_ALL) {
      throw new DomainError('too-many-requests', {
        message: `Too many streams of events are open (${open} of this project). Close one, or ask for events without a stream.`,
        retryAfterSeconds: AGAIN_SECONDS,
      });
    }
    this.#open.set(projectId, open + 1);
    this.#all += 1;
    let isOpen = true;
    return () => {
      if (isOpen) this.#leave(projectId);
      isOpen = false;
    };
  }

  #leave(projectId: string): void {
    const left = (this.#open.get(projectId) ?? 1) - 1;
    if (left > 0) this.#open.set(projectId, left);
    else this.#open.delete(projectId);
    this.#all -= 1;
  }
}
