import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError, isDomainError, type ErrorName } from '../../domain/errors.js';
import { AnswerTooLargeError } from '../../http/bounded-http.js';

/** HTTP status of an engine's answer; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** The engine's own words, on one line. */
export function wordsOf(error: unknown): string {
  const json = typeof error === 'object' && error !== null && 'json' in error ? error.json : undefined;
  const message = typeof json === 'object' && json !== null && 'message' in json ? json.message : undefined;
  const words = typeof message === 'string' ? message : error instanceof Error ? error.message : String(error);
  return words
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}

const KINDS: Readonly<Record<number, ErrorName>> = {
  400: 'invalid-parameter',
  404: 'container-not-found',
  409: 'conflict',
  503: 'engine-unavailable',
};

export interface Attempt {
  /** What is being tried, as in "could not …". */
  readonly trying: string;
  /** Name of the node, or the endpoint. */
  readonly where: string;
  readonly milliseconds: number;
}

/**
 * Runs calls to an engine under a deadline; what fails becomes a DomainError. A node that says nothing is `engine-unavailable`, one
 * that says too much `engine-failed`.
 */
export async function attempt<T>(what: Attempt, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await underDeadline({ milliseconds: what.milliseconds, signal }, call);
  } catch (cause) {
    signal.throwIfAborted();
    if (isDomainError(cause)) throw cause;
    if (cause instanceof DeadlineError)
      throw new DomainError('engine-unavailable', `${what.where} did not answer within ${what.milliseconds / 1000} s`);
    const status = statusOf(cause);
    const isTooLarge = cause instanceof AnswerTooLargeError;
    const kind = isTooLarge ? 'engine-failed' : status === undefined ? 'engine-unavailable' : (KINDS[status] ?? 'engine-failed');
    throw new DomainError(kind, { message: `${what.where}: could not ${what.trying}: ${wordsOf(cause)}`, cause });
  }
}
