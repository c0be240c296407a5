import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '@magnum-ts/openapi';
import { TimeoutError } from './errors.js';
import { headerFor, type Microversions } from './microversion.js';
import { send, type PipelineDeps } from './pipeline.js';
import type { CallOptions } from './types.js';

/** The typed calls. Only this file knows openapi-fetch. */
export interface Transport {
  readonly http: Client<paths>;
  raw(call: RawCall, options?: CallOptions): Promise<unknown>;
}

export interface RawCall {
  readonly method: string;
  /** `/v1/bays/my-bay`, its parts encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
}

// Never resolved: `send` puts the real address in its place, which may come from a catalog that is read later.
const PLACEHOLDER = 'http://magnum.invalid';

export function createTransport(deps: PipelineDeps, versions: Microversions): Transport {
  const fetch = async (request: Request): Promise<Response> => {
    const body = request.body === null ? undefined : await request.text();
    const version = await versions.negotiated(request.signal);
    return send(deps, {
      method: request.method,
      path: request.url.slice(PLACEHOLDER.length),
      headers: { ...headerFor(version), ...(body !== undefined && { 'content-type': 'application/json' }) },
      body,
      signal: request.signal,
    });
  };
  const raw = async (call: RawCall, options?: CallOptions): Promise<unknown> => {
    const response = await fetch(requestOf(call, options));
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return { http: createClient<paths>({ baseUrl: PLACEHOLDER, fetch }), raw };
}

function requestOf(call: RawCall, options: CallOptions | undefined): Request {
  const query = new URLSearchParams(Object.entries(call.query ?? {}).map(([name, value]) => [name, String(value)]));
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
  return new Request(`${PLACEHOLDER}${call.path}${query.size > 0 ? `?${query}` : ''}`, { method: call.method, ...body, ...init(options) });
}

/** What openapi-fetch takes beside the parameters. */
export function init(options: CallOptions | undefined): { signal?: AbortSignal } {
  const signals = [options?.signal, deadline(options?.timeoutMs)].filter((signal) => signal !== undefined);
  const [only] = signals;
  if (only === undefined) return {};
  return { signal: signals.length === 1 ? only : AbortSignal.any(signals) };
}

function deadline(timeoutMs: number | undefined): AbortSignal | undefined {
  if (timeoutMs === undefined) return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TimeoutError(`The call took longer than ${timeoutMs} ms`)), timeoutMs);
  // A timer that outlives its call must not keep a process alive; browsers' timers are numbers and need no such care.
  if (typeof timer === 'object') timer.unref();
  return controller.signal;
}

/** The answer's body. Errors have been thrown before by `send`, so what is left is a success of the declared type. */
export async function dataOf<T>(call: Promise<{ readonly data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  return data as NonNullable<T>; // see above; operations without a body do not use this
}
