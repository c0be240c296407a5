import { TimeoutError } from './errors.js';

export interface Limits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** The subject of the TimeoutError's message: `GET /v1/bays`. */
  readonly what: string;
}

/**
 * Runs work under its own signal, and rejects with the reason of the caller's signal or with TimeoutError, also when the work ignores its
 * signal. The references to the signals must stay strong: on Node 20, a signal that AbortSignal.any or a Request derives is held weakly and
 * can be collected while work still waits for it, and its abort then never arrives.
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
