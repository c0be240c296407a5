import { DomainError, type ErrorName } from '../../../domain/errors.js';
import { AnswerTooLargeError } from '../../../http/bounded-http.js';
import { attemptWith } from '../../shared/session/attempt.js';

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

/** Runs calls to Docker under a deadline. A node that does not answer is `engine-unavailable`; one that answers without end, `engine-failed`. */
export const attempt = attemptWith(({ where, trying }, cause) => {
  const status = statusOf(cause);
  const isTooLarge = cause instanceof AnswerTooLargeError;
  const kind = isTooLarge ? 'engine-failed' : status === undefined ? 'engine-unavailable' : (KINDS[status] ?? 'engine-failed');
  return new DomainError(kind, { message: `${where}: could not ${trying}: ${wordsOf(cause)}`, cause });
});
