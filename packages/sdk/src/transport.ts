import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '@magnum-ts/openapi';
import { underDeadline, type Limits } from './deadline.js';
import { headerFor, type Microversions } from './microversion.js';
import { send, type Outgoing, type PipelineDeps } from './pipeline.js';
import type { AnswerInfo, CallOptions, EventCaller, RawCall, RawCaller } from './types.js';

/** The typed calls. Only this file knows openapi-fetch. */
export interface Transport {
  readonly http: Client<paths, 'application/json'>;
  /** What a typed call takes beside its parameters, so that it ends when its caller wants. */
  init(options: CallOptions | undefined): { readonly fetch: (request: Request) => Promise<Response> };
  readonly raw: RawCaller;
  readonly open: EventCaller;
}

// Never resolved: `send` puts the real address in its place, which may come from a catalog that is read later.
const PLACEHOLDER = 'http://magnum.invalid';

export function createTransport(deps: PipelineDeps, versions: Microversions): Transport {
  const deliver = async (encoded: EncodedCall, options: Delivery, signal: AbortSignal): Promise<Response> => {
    const version = await versions.negotiated();
    const response = await send(deps, {
      method: encoded.method,
      path: encoded.path,
      headers: {
        ...headerFor(version),
        ...(options.accept && { accept: options.accept }),
        ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
        ...(options.idempotencyKey !== undefined && { 'idempotency-key': options.idempotencyKey }),
        ...(encoded.body !== undefined && { 'content-type': 'application/json' }),
      },
      body: encoded.body,
      signal,
    });
    options.onAnswer?.(infoOf(response));
    return response;
  };
  const call = (encoded: EncodedCall, options: Delivery & Omit<Limits, 'what'> = {}): Promise<Response> =>
    underDeadline({ ...options, what: 'The call' }, (signal) => deliver(encoded, options, signal));
  return {
    http: createClient<paths, 'application/json'>({ baseUrl: PLACEHOLDER }),
    init: (options) => ({ fetch: async (request) => call(await readRequest(request), options) }),
    raw: async <T>(rawCall: RawCall, options?: CallOptions) => {
      const text = await (await call(encodeCall(rawCall), options)).text();
      return (text === '' ? undefined : JSON.parse(text)) as T; // the caller's word for what the spec says
    },
    open: (rawCall, options) => call(encodeCall(rawCall), { ...options, accept: 'text/event-stream' }),
  };
}

type Delivery = Pick<CallOptions, 'ifMatch' | 'idempotencyKey' | 'onAnswer'> & { readonly accept?: string };

function infoOf({ headers }: Response): AnswerInfo {
  const warnings = [...(headers.get('warning') ?? '').matchAll(/299 \S+ "([^"]*)"/g)].map((match) => match[1] ?? '');
  return { etag: headers.get('etag'), warnings, requestId: headers.get('x-openstack-request-id') };
}

/** A call as text, before it has a server. */
type EncodedCall = Pick<Outgoing, 'method' | 'path' | 'body'>;

function encodeCall({ method, path, query = {}, body }: RawCall): EncodedCall {
  const isRead = /^(GET|HEAD)$/i.test(method);
  if (isRead && body !== undefined) throw new TypeError(`${method} ${path} cannot have a body`);
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const search = new URLSearchParams(given);
  return {
    method: method.toUpperCase(),
    path: `${path}${search.size > 0 ? `?${search}` : ''}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** openapi-fetch gives a typed call as a Request, whose body can only be read back. */
async function readRequest(request: Request): Promise<EncodedCall> {
  const body = request.body === null ? undefined : await request.text();
  return { method: request.method, path: request.url.slice(PLACEHOLDER.length), body };
}

/** The answer's body. Errors have been thrown before by `send`, so what is left is a success of the declared type. */
export async function dataOf<T>(call: Promise<{ readonly data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  return data as NonNullable<T>; // see above; operations without a body do not use this
}
