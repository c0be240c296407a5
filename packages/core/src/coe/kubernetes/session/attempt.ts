import { DomainError, isDomainError } from '../../../domain/errors.js';
import { Allowance, AnswerTooLargeError, MOST_ANSWERED, type Bounds } from '../../../http/bounded-http.js';
import { attemptWith } from '../../shared/session/attempt.js';

const WHERE = "the bay's API";
const WITHIN_MS = 20_000;
const bounded = attemptWith(({ trying }, cause) => translateError(trying, cause));

/** Runs one call to Kubernetes, bounded in time and in bytes. Kubernetes' own refusals keep their status (docs/contract/protocol.md#statuses). */
export function attempt<T>(
  trying: string,
  signal: AbortSignal,
  call: (bounds: Bounds) => Promise<T>,
  allowance = new Allowance(MOST_ANSWERED),
): Promise<T> {
  const what = { trying, where: WHERE, milliseconds: WITHIN_MS };
  return bounded(what, signal, (limited) => call({ signal: limited, allowance }));
}

function translateError(trying: string, cause: unknown): DomainError {
  if (cause instanceof AnswerTooLargeError)
    return new DomainError('engine-failed', { message: `could not ${trying}: ${cause.message}`, cause });
  const status = statusOf(cause);
  const message = `could not ${trying}: ${wordsOf(cause)}`;
  if (status === undefined) {
    // Without an answer, the object was not serializable as its kind, or nothing listens at the address.
    const isOurs = cause instanceof TypeError || cause instanceof RangeError;
    return isOurs
      ? new DomainError('invalid-parameter', {
          field: 'manifest',
          message: `The manifest cannot be used: it has a field of another type.`,
          cause,
        })
      : new DomainError('engine-unavailable', { message: `${WHERE}: ${message}`, cause });
  }
  if (status >= 500) return new DomainError(status === 503 ? 'engine-unavailable' : 'engine-failed', { message, cause });
  if (status === 404) return new DomainError('workload-not-found', { message, cause });
  return new DomainError('kubernetes-refused', { message, status, cause });
}

/** Undefined where Kubernetes knows no such object. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error: unknown) => {
    if (isDomainError(error, 'workload-not-found')) return undefined;
    throw error;
  });
}

/** Whether the same call may succeed a moment later: another server behind the load balancer may answer it, or this one again. */
export function mayPass(error: unknown): boolean {
  if (isDomainError(error, 'engine-unavailable')) return true;
  return isDomainError(error, 'engine-failed') && (statusOf(error.cause) ?? 0) >= 500;
}

/**
 * What an eviction was refused for, as the end of `waits for …`: its disruption budget, which Kubernetes names with 429 in `details.causes`, or
 * several budgets of one pod, with which it evicts no pod at all (500). Undefined: the error is another one.
 */
export function refusedEviction(error: unknown, namespace: string): string | undefined {
  const cause = error instanceof DomainError ? error.cause : undefined;
  const status = statusOf(cause);
  const body = typeof cause === 'object' && cause !== null && 'body' in cause ? cause.body : undefined;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  if (status === 500 && text.includes('more than one PodDisruptionBudget'))
    return `one of its disruption budgets in ${namespace} to be deleted`;
  if (status !== 429) return undefined;
  const name = /disruption budget ([a-z0-9.-]+) /.exec(text)?.[1];
  return name === undefined ? `a disruption budget in ${namespace}` : `the disruption budget ${namespace}/${name}`;
}

function statusOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined;
}

/** Kubernetes' own message, on one line. */
function wordsOf(error: unknown): string {
  const body = typeof error === 'object' && error !== null && 'body' in error ? error.body : undefined;
  const words = messageIn(body) ?? (error instanceof Error ? error.message : String(error));
  return words.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
}

function messageIn(body: unknown): string | undefined {
  if (typeof body === 'string') return messageIn(parseObject(body));
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
  return typeof message === 'string' ? message : undefined;
}

function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
