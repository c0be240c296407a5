import { DomainError } from '../../domain/errors.js';
import { ResourceFailure } from './types/type.js';

/** The failure of a resource, on its way up to the stack: `<kind>: resources.<path>: <words>`. */
export class PathFailure extends Error {
  readonly kind: string;
  /** From the resource where it is now down to the one that failed: `resources.worker.resources.server`. */
  readonly place: string;
  readonly words: string;

  constructor(cause: Cause, place: string) {
    super(`${cause.kind}: ${place}: ${cause.words}`);
    this.kind = cause.kind;
    this.place = place;
    this.words = cause.words;
  }

  /** The same failure, seen from the holder one level up. */
  under(step: string): PathFailure {
    return new PathFailure(this, `${step}.${this.place}`);
  }
}

export interface Cause {
  readonly kind: string;
  readonly words: string;
}

/** What a resource failed of, or undefined when it is the engine that failed (its database, a mistake in it). */
export function causeOf(error: unknown): Cause | undefined {
  if (error instanceof ResourceFailure) return { kind: error.kind, words: error.message };
  if (error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'store-unavailable')
    return { kind: 'Error', words: error.message };
  return undefined;
}

/** A failure that was recorded before the engine's process ended. */
export function recordedFailure(reason: string): PathFailure {
  const [kind = 'Error', place = '', ...words] = reason.split(': ');
  return new PathFailure({ kind, words: words.join(': ') }, place);
}
