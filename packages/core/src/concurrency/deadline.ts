/**
 * The one way to bound a call. `AbortSignal.any([signal, AbortSignal.timeout(ms)])` looks like one, but on Node 20 nothing
 * holds the derived signal: a garbage collection takes it together with its timer, and the call waits for ever (seen: still
 * pending after 35 s with a bound of 10 s). Here the timer and the parent hold the signal until the work has ended, and both
 * let go of it then, so that a long-lived parent gathers no listeners. A lint rule forbids the other form.
 */
export interface Bound {
  readonly milliseconds: number;
  /** Ends the work early, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The work took longer than its bound. Named as the web names it, so that a caller who knows no more sees a timeout. */
export class DeadlineError extends Error {
  constructor(readonly milliseconds: number) {
    super(`there was no answer within ${milliseconds / 1_000} s`);
    this.name = 'TimeoutError';
  }
}

/**
 * Runs work under a signal of its own. Rejects with the parent's reason or with DeadlineError as soon as either happens,
 * also where the work does not heed its signal.
 */
export async function underDeadline<T>(bound: Bound, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const { milliseconds } = bound;
  bound.signal?.throwIfAborted();
  const scope = linkTo(bound.signal);
  const ended = new Promise<never>((_resolve, reject) => {
    scope.signal.addEventListener('abort', () => reject(scope.signal.reason), { once: true });
  });
  const timer = setTimeout(() => scope.abort(new DeadlineError(milliseconds)), milliseconds);
  try {
    return await Promise.race([ended, work(scope.signal)]);
  } finally {
    clearTimeout(timer);
    scope.unlink();
  }
}

export interface Scope {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets the parent forget this scope. */
  unlink(): void;
}

/** A signal that ends with its parent or by itself. The parent holds it strongly until `unlink`. */
export function linkTo(parent: AbortSignal | undefined): Scope {
  const controller = new AbortController();
  const stop = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) stop();
  parent?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent?.removeEventListener('abort', stop),
  };
}
