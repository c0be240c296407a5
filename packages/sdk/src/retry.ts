import { ApiError, ConnectionError, NotFoundError, TimeoutError } from './errors.js';
import type { Runtime } from './runtime.js';

export interface RetryOptions {
  /** Attempts in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** How long a server may ask us to wait. */
  readonly retryAfterCapMs: number;
}

export const DEFAULT_RETRIES: RetryOptions = { attempts: 3, baseMs: 250, capMs: 8_000, retryAfterCapMs: 60_000 };

const SAFE = new Set(['GET', 'HEAD', 'DELETE']);
const PASSING = new Set([408, 429, 502, 503, 504]);
// The connection was never made, so nothing can have been done: safe for every method.
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

const CAPACITY = 500;
const COST = 5;
const TIMEOUT_COST = 10;

/** Retries draw from it and successes fill it, so that many callers cannot turn an outage into a storm. */
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

/** What decides whether a request may be sent again: its method, or that it has an Idempotency-Key. */
export interface Repeatable {
  readonly method: string;
  readonly isKeyed?: boolean;
}

/** Runs one HTTP call, and again when it failed in a way that passes and may be repeated. Undefined: a repeated DELETE found nothing left. */
export async function withRetries(
  deps: RetryDeps,
  what: Repeatable,
  attempt: () => Promise<Response>,
  signal: AbortSignal,
): Promise<Response | undefined> {
  for (let count = 1; ; count += 1) {
    try {
      const response = await attempt();
      deps.budget.refill();
      return response;
    } catch (error) {
      if (count > 1 && what.method === 'DELETE' && error instanceof NotFoundError) return undefined;
      if (count >= deps.options.attempts || !mayRepeat(what, error) || !deps.budget.take(error)) throw error;
      await deps.runtime.sleep(pause(deps, count, error), signal);
    }
  }
}

export function mayRepeat({ method, isKeyed = false }: Repeatable, error: unknown): boolean {
  const isSafe = SAFE.has(method) || isKeyed;
  if (error instanceof ConnectionError) return isSafe || neverSent(error);
  if (error instanceof TimeoutError) return isSafe;
  if (!(error instanceof ApiError)) return false;
  // The first attempt of a keyed request is under way still.
  const isUnderWay = isKeyed && error.status === 409 && error.retryAfterMs !== undefined;
  return isUnderWay || (isSafe && PASSING.has(error.status));
}

function pause(deps: RetryDeps, count: number, error: unknown): number {
  const { baseMs, capMs, retryAfterCapMs } = deps.options;
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  if (asked !== undefined) return Math.min(asked, retryAfterCapMs);
  return deps.runtime.random() * Math.min(capMs, baseMs * 2 ** count);
}

function neverSent(error: ConnectionError): boolean {
  for (let cause: unknown = error.cause, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && NEVER_SENT.has(String(cause.code))) return true;
  }
  return false;
}
