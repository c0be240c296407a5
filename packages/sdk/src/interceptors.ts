/**
 * The chain that each request passes.
 *
 * Retries, the login and logging are steps around one sending, and applications have steps of their own: headers of a trace, figures, a cache. All
 * of them have one form and one order, the first being the outermost. What must stay true: a step that is skipped or reordered by the
 * application changes nothing in the others, since all that they share travels in the request; and every step gets either a successful response
 * or a MagnumError, never a response that means a failure.
 */
import type { Trace } from './failures.js';

/** One request on its way. A step changes it by passing on a changed copy: `next({ ...request, headers })`. */
export interface ApiRequest {
  readonly method: string;
  /** `/v1/bays?limit=2`, below the address of the service. */
  readonly path: string;
  /** The whole address; undefined before `auth`, which finds it in the catalog. */
  readonly url: string | undefined;
  /** Names in lower case. The token is among them after `auth`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined where there is none. */
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  /** The same for all attempts. */
  readonly requestId: string;
  /** 1 for the first attempt; counted by `retry`. */
  readonly attempt: number;
  /** The state of the whole call, to be passed on as it is. */
  readonly call: CallState;
}

/** Whether a key makes a request safe to repeat. `unknown`: it has a key, and the service has not said yet whether it keeps keys. */
export type Keyed = 'yes' | 'no' | 'unknown';

/** What the steps of this library know of a call. */
export interface CallState {
  readonly trace: Trace;
  isKeyed(): Keyed;
  askForKeys(): Promise<void>;
}

/** Sends the request through the rest of the chain. Throws MagnumError for every answer that is no success. */
export type Next = (request: ApiRequest) => Promise<Response>;

/**
 * One step around the sending of a request. It may change the request, look at the response, send the request again, or answer by itself.
 * @example
 * const trace: Interceptor = (request, next) => next({ ...request, headers: { ...request.headers, traceparent: current() } });
 */
export type Interceptor = (request: ApiRequest, next: Next) => Promise<Response>;

/** The steps of this library: `retry` repeats what is inside, `auth` sets address and token, `log` reports each attempt. */
export interface StandardInterceptors {
  readonly retry: Interceptor;
  readonly auth: Interceptor;
  readonly log: Interceptor;
}

/**
 * Steps of the application. A list comes before those of the library, so that each of its steps sees a call once, with all its attempts. A function
 * returns the whole chain: a step behind `retry` sees each attempt, one behind `auth` sees address and token.
 */
export type InterceptorChoice = readonly Interceptor[] | ((standard: StandardInterceptors) => readonly Interceptor[]);

/** The chain as one function; the first step is the outermost. */
export function chain(choice: InterceptorChoice | undefined, standard: StandardInterceptors, last: Next): Next {
  const { retry, auth, log } = standard;
  const steps = typeof choice === 'function' ? choice(standard) : [...(choice ?? []), retry, auth, log];
  return compose(steps, last);
}

/** Puts the steps around `last`; the first is the outermost. */
export function compose(steps: readonly Interceptor[], last: Next): Next {
  return steps.reduceRight<Next>((next, step) => (request) => step(request, next), last);
}
