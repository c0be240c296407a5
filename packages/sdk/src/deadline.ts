import { TimeoutError } from './errors.js';

export interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** What took too long, for the error's message. */
  readonly what: string;
}

/**
 * Runs work under a signal of its own, and ends with it: by the caller's signal (with its reason) or by TimeoutError.
 * The references are strong on purpose. A signal that AbortSignal.any or a Request derives is held weakly and can be
 * collected while somebody still waits for it; the abort then never arrives.
 */
export async function underDeadline<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal: outer, timeoutMs, what } = limits;
  const scope = new AbortController();
  const ended = new Promise<never>((_resolve, reject) => {
    scope.signal.addEventListener('abort', () => reject(scope.signal.reason), { once: true });
  });
  const stop = (): void => scope.abort(outer?.reason);
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  const tooLong = (): void => scope.abort(new TimeoutError(`${what} took longer than ${timeoutMs} ms`));
  const timer = timeoutMs === undefined ? undefined : setTimeout(tooLong, timeoutMs);
  try {
    return await Promise.race([ended, work(scope.signal)]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}
