/**
 * Retries of HTTP calls.
 *
 * A call that failed may have been carried out, and many callers that retry at once can keep a service down. So three conditions hold for each
 * retry: the method is idempotent, or the request has an idempotency key that the service keeps, or the connection was never made; the failure
 * is one that may pass; and the budget, which all calls of a client share, still has tokens. What must stay true: a POST is never sent again
 * when the server may have seen it, unless the caller gave a key or the service has said that it keeps keys; and during an outage a client makes at most 100 retries (500 tokens at 5 each), until successes fill the budget.
 */
import { ApiError, ConnectionError, MagnumError, NotFoundError, TimeoutError, type ConnectionCode } from './errors.js';
import type { CallState, Interceptor } from './interceptors.js';
import { warn, type Logger } from './log.js';
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
const NEVER_SENT: ReadonlySet<ConnectionCode> = new Set([
  'connection-refused',
  'host-not-found',
  'host-unreachable',
  'proxy-refused',
]);
const LASTING: ReadonlySet<ConnectionCode> = new Set([
  'certificate-refused',
  'client-certificate-refused',
  'proxy-refused',
  'tls-failed',
]);

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
  readonly logger?: Logger | undefined;
}

/** The properties of a request that decide whether it may be sent again. */
type Repeatable = Pick<CallState, 'isKeyed' | 'askForKeys'> & { readonly method: string };

/** Repeats what is behind it in the chain. */
export function retrying(deps: RetryDeps): Interceptor {
  return async (request, next) => {
    const repeatable = { method: request.method, ...request.call };
    const attempt = (count: number): Promise<Response> => next({ ...request, attempt: count });
    const note = (count: number, delayMs: number, error: unknown): void => {
      const { code, message } = error instanceof MagnumError ? error : { code: 'unknown', message: String(error) };
      const { method, path, requestId } = request;
      warn(deps.logger, 'retry', { method, path: path.replace(/\?.*/, ''), requestId, attempt: count, delayMs, code, message });
    };
    const response = await withRetries({ ...deps, attempt, note }, repeatable, request.signal);
    return response ?? new Response(null, { status: 204 });
  };
}

interface Attempts extends RetryDeps {
  attempt(count: number): Promise<Response>;
  note(count: number, delayMs: number, error: unknown): void;
}

/** Runs one HTTP call with retries. Undefined: a repeated DELETE found that the first one had deleted the resource. */
async function withRetries(deps: Attempts, request: Repeatable, signal: AbortSignal): Promise<Response | undefined> {
  const isDoubtful = (error: unknown): boolean => needsKey(request, error) && request.isKeyed() === 'unknown';
  for (let count = 1; ; count += 1) {
    try {
      const response = await deps.attempt(count);
      deps.budget.refill();
      return response;
    } catch (error) {
      if (count > 1 && request.method === 'DELETE' && error instanceof NotFoundError) return undefined;
      for (; ; count += 1) {
        if (count >= deps.options.attempts || !mayRepeat(request, error) || !deps.budget.take(error)) throw error;
        const delayMs = retryDelay(deps, count, error);
        deps.note(count, delayMs, error);
        await deps.runtime.sleep(delayMs, signal);
        if (!isDoubtful(error)) break;
        // The pause came first: a service that is away for a moment could not answer the question either.
        await request.askForKeys();
        if (!mayRepeat(request, error)) throw error;
        if (!isDoubtful(error)) break;
      }
    }
  }
}

function mayRepeat(request: Repeatable, error: unknown): boolean {
  return mayPass(request, error) && (!needsKey(request, error) || request.isKeyed() !== 'no');
}

/** True where only a key keeps a repetition from being carried out a second time. */
function needsKey({ method }: Repeatable, error: unknown): boolean {
  return !SAFE.has(method) && !(error instanceof ConnectionError && NEVER_SENT.has(error.code));
}

/** True for failures that may pass by themselves; a certificate or an address that is wrong stays wrong. */
function mayPass(request: Repeatable, error: unknown): boolean {
  if (error instanceof ConnectionError) return !LASTING.has(error.code);
  if (error instanceof TimeoutError) return true;
  if (!(error instanceof ApiError)) return false;
  // The service still works on the first attempt of a request with the same key.
  const isUnderWay = request.isKeyed() !== 'no' && error.status === 409 && error.retryAfterMs !== undefined;
  return isUnderWay || TRANSIENT.has(error.status);
}

function retryDelay(deps: RetryDeps, count: number, error: unknown): number {
  const { baseMs, capMs, retryAfterCapMs } = deps.options;
  const demanded = error instanceof ApiError ? error.retryAfterMs : undefined;
  if (demanded !== undefined) return Math.min(demanded, retryAfterCapMs);
  return deps.runtime.random() * Math.min(capMs, baseMs * 2 ** count);
}
