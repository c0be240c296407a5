/**
 * Retries of HTTP calls.
 *
 * A call that failed may have been carried out, and many callers that retry at once can keep a service down. So three conditions hold for each
 * retry: the method is idempotent, or the request has an idempotency key, or the connection was never made; the failure is one that may pass;
 * and the budget, which all calls of a client share, still has tokens. What must stay true: a POST without a key is never sent again when the
 * server may have seen it, and during an outage a client makes at most 100 retries (500 tokens at 5 each), until successes fill the budget.
 */
import { ApiError, ConnectionError, NotFoundError, TimeoutError } from './errors.js';
import type { Runtime } from './runtime.js';

export interface RetryOptions {
  /** The number of attempts, the first one included. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** The longest wait that a Retry-After header can demand. */
  readonly retryAfterCapMs: number;
}

export const DEFAULT_RETRIES: RetryOptions = { attempts: 3, baseMs: 250, capMs: 8_000, retryAfterCapMs: 60_000 };

const SAFE = new Set(['GET', 'HEAD', 'DELETE']);
const TRANSIENT = new Set([408, 429, 502, 503, 504]);
// With these errors no connection was made, so the server cannot have seen the request: safe for every method.
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

const CAPACITY = 500;
const COST = 5;
const TIMEOUT_COST = 10;

/** The tokens that retries spend and successes return, one each. */
export class RetryBudget {
  #tokens = CAPACITY;

  take(error: unknown): boolean {
    const cost = error instanceof TimeoutError ? TIMEOUT_COST : COST;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  refill(): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + 1);
  }
}

export interface RetryDeps {
  readonly runtime: Runtime;
  readonly budget: RetryBudget;
  readonly options: RetryOptions;
}

/** The properties of a request that decide whether it may be sent again. `isKeyed`: it has an Idempotency-Key. */
interface Repeatable {
  readonly method: string;
  readonly isKeyed?: boolean;
}

/** Runs one HTTP call with retries. Undefined: a repeated DELETE found that the first one had deleted the resource. */
export async function withRetries(
  deps: RetryDeps,
  request: Repeatable,
  attempt: () => Promise<Response>,
  signal: AbortSignal,
): Promise<Response | undefined> {
  for (let count = 1; ; count += 1) {
    try {
      const response = await attempt();
      deps.budget.refill();
      return response;
    } catch (error) {
      if (count > 1 && request.method === 'DELETE' && error instanceof NotFoundError) return undefined;
      if (count >= deps.options.attempts || !mayRepeat(request, error) || !deps.budget.take(error)) throw error;
      await deps.runtime.sleep(retryDelay(deps, count, error), signal);
    }
  }
}

function mayRepeat({ method, isKeyed = false }: Repeatable, error: unknown): boolean {
  const isSafe = SAFE.has(method) || isKeyed;
  if (error instanceof ConnectionError) return isSafe || wasNeverSent(error);
  if (error instanceof TimeoutError) return isSafe;
  if (!(error instanceof ApiError)) return false;
  // The service still works on the first attempt of a request with the same key.
  const isUnderWay = isKeyed && error.status === 409 && error.retryAfterMs !== undefined;
  return isUnderWay || (isSafe && TRANSIENT.has(error.status));
}

function retryDelay(deps: RetryDeps, count: number, error: unknown): number {
  const { baseMs, capMs, retryAfterCapMs } = deps.options;
  const demanded = error instanceof ApiError ? error.retryAfterMs : undefined;
  if (demanded !== undefined) return Math.min(demanded, retryAfterCapMs);
  return deps.runtime.random() * Math.min(capMs, baseMs * 2 ** count);
}

function wasNeverSent(error: ConnectionError): boolean {
  for (let cause: unknown = error.cause, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && NEVER_SENT.has(String(cause.code))) return true;
  }
  return false;
}
