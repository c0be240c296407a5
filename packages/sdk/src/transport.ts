import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '@magnum-ts/openapi';
import { underDeadline } from './deadline.js';
import { headerFor, type Microversions } from './microversion.js';
import { send, type PipelineDeps } from './pipeline.js';
import type { AnswerInfo, CallOptions } from './types.js';

/** The typed calls. Only this file knows openapi-fetch. */
export interface Transport {
  readonly http: Client<paths, 'application/json'>;
  /** What a typed call takes beside its parameters, so that it ends when its caller wants. */
  init(options: CallOptions | undefined): { readonly fetch: (request: Request) => Promise<Response> };
  raw(call: RawCall, options?: CallOptions): Promise<unknown>;
  /** Server-sent events: answers as soon as they begin; the body is the caller's to read and to end. */
  open(call: RawCall, options?: CallOptions): Promise<Response>;
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
  const deliver = async (request: Request, signal: AbortSignal, options: Delivery = {}): Promise<Response> => {
    const body = request.body === null ? undefined : await request.text();
    const version = await versions.negotiated();
    const response = await send(deps, {
      method: request.method,
      path: request.url.slice(PLACEHOLDER.length),
      headers: {
        ...headerFor(version),
        ...(options.accept && { accept: options.accept }),
        ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
        ...(options.idempotencyKey !== undefined && { 'idempotency-key': options.idempotencyKey }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body,
      signal,
    });
    options.onAnswer?.(infoOf(response));
    return response;
  };
  const init: Transport['init'] = (options) => ({
    fetch: (request) => underDeadline({ ...options, what: 'The call' }, (signal) => deliver(request, signal, options)),
  });
  const raw: Transport['raw'] = async (call, options) => {
    const response = await init(options).fetch(requestOf(call));
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const open: Transport['open'] = (call, options) =>
    underDeadline({ ...options, what: 'The call' }, (signal) =>
      deliver(requestOf(call), signal, { accept: 'text/event-stream' }),
    );
  return { open, http: createClient<paths, 'application/json'>({ baseUrl: PLACEHOLDER }), init, raw };
}

type Delivery = Pick<CallOptions, 'ifMatch' | 'idempotencyKey' | 'onAnswer'> & { readonly accept?: string };

function infoOf({ headers }: Response): AnswerInfo {
  const warnings = [...(headers.get('warning') ?? '').matchAll(/299 \S+ "([^"]*)"/g)].map((match) => match[1] ?? '');
  return { etag: headers.get('etag'), warnings, requestId: headers.get('x-openstack-request-id') };
}

function requestOf(call: RawCall): Request {
  const query = new URLSearchParams(Object.entries(call.query ?? {}).map(([name, value]) => [name, String(value)]));
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
  return new Request(`${PLACEHOLDER}${call.path}${query.size > 0 ? `?${query}` : ''}`, { method: call.method, ...body });
}

/** The answer's body. Errors have been thrown before by `send`, so what is left is a success of the declared type. */
export async function dataOf<T>(call: Promise<{ readonly data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  return data as NonNullable<T>; // see above; operations without a body do not use this
}
