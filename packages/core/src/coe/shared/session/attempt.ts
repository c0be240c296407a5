import { DeadlineError, underDeadline } from '../../../concurrency/deadline.js';
import { DomainError, isDomainError } from '../../../domain/errors.js';

export interface Attempt {
  /** The purpose of the calls, as in "could not …". */
  readonly trying: string;
  /** Name of the node, or of the endpoint, for messages. */
  readonly where: string;
  readonly milliseconds: number;
}

/** The meaning of an error of the engine's client, in the words of the engine. */
type Translation = (what: Attempt, cause: unknown) => DomainError;

type Attempting = <T>(what: Attempt, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Runs calls to an engine under a deadline; every failure becomes a DomainError. An engine that stays silent is `engine-unavailable`,
 * whatever its client makes of that; the translation judges the rest. An abort of the caller stays an abort: it is no fault of the engine.
 */
export function attemptWith(translate: Translation): Attempting {
  return async (what, signal, call) => {
    signal.throwIfAborted();
    try {
      return await underDeadline({ milliseconds: what.milliseconds, signal }, call);
    } catch (cause) {
      signal.throwIfAborted();
      if (isDomainError(cause)) throw cause;
      if (cause instanceof DeadlineError)
        throw new DomainError('engine-unavailable', `${what.where} did not answer within ${what.milliseconds / 1_000} s`);
      throw translate(what, cause);
    }
  };
}
