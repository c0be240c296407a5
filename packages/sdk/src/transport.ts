import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '@magnum-ts/openapi';
import { underDeadline, type Limits } from './deadline.js';
import { MagnumError, TimeoutError } from './errors.js';
import { explainTimeout, startTrace, type Trace } from './failures.js';
import { headerFor, type MicroversionSource } from './microversion.js';
import { checkRawPath, fillPath } from './path.js';
import type { Keyed } from './retry.js';
import { send, type Outgoing, type PipelineDeps } from './pipeline.js';
import type { AnswerInfo, CallOptions, EventCaller, RawCall, RawCaller } from './types.js';

/** The three ways to make a call: typed by the spec, raw, and as a stream. No other file depends on openapi-fetch. */
export interface Transport {
  readonly http: Client<paths, 'application/json'>;
  /** The second argument of a typed call beside its parameters: it carries the caller's signal, deadline and headers. */
  init(options: CallOptions | undefined): { readonly fetch: (request: Request) => Promise<Response> };
  readonly raw: RawCaller;
  readonly open: EventCaller;
}

// Never contacted: `send` replaces it by the real address, which may come from a catalog that is not read yet.
const PLACEHOLDER = 'http://magnum.invalid';

export function createTransport(deps: PipelineDeps, versions: MicroversionSource): Transport {
  const deliver = async (encoded: EncodedCall, options: Delivery, { signal, trace }: Scope): Promise<Response> => {
    const version = await versions.negotiate();
    const isPost = encoded.method === 'POST';
    const own = isPost && deps.sendsKeys && options.idempotencyKey !== false ? deps.runtime.uuid() : undefined;
    const key = options.idempotencyKey || own;
    const response = await send(deps, {
      method: encoded.method,
      path: encoded.path,
      trace,
      // A caller that gives a key knows the service; a key of our own says nothing until the service has said that it keeps keys.
      isKeyed: () => (options.idempotencyKey ? 'yes' : own === undefined ? 'no' : keyedBy(versions)),
      askForKeys: () => versions.askForKeys(),
      headers: {
        ...headerFor(version),
        ...(options.accept && { accept: options.accept }),
        ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(encoded.body !== undefined && { 'content-type': 'application/json' }),
      },
      body: encoded.body,
      signal,
    });
    options.onAnswer?.(readAnswerInfo(response));
    return response;
  };
  const call = async (encoded: EncodedCall, options: Delivery & Omit<Limits, 'what'> = {}): Promise<Response> => {
    const trace = startTrace(encoded.method, `req-${deps.runtime.uuid()}`);
    const limits = { ...options, what: `${encoded.method} ${encoded.path}` };
    return underDeadline(limits, (signal) => deliver(encoded, options, { signal, trace })).catch((error: unknown) => {
      throw error instanceof TimeoutError && !options.signal?.aborted ? explainTimeout(error, trace) : error;
    });
  };
  return {
    http: createClient<paths, 'application/json'>({ baseUrl: PLACEHOLDER, pathSerializer: fillPath, bodySerializer: encodeBody }),
    init: (options) => ({ fetch: async (request) => call(await readRequest(request), options) }),
    raw: async <T>(rawCall: RawCall, options?: CallOptions) => {
      const text = await (await call(encodeCall(rawCall), options)).text();
      return (text === '' ? undefined : JSON.parse(text)) as T; // the caller names the type that the spec gives to the path
    },
    open: async (rawCall, options) => call(encodeCall(rawCall), { ...options, accept: 'text/event-stream' }),
  };
}

interface Scope {
  readonly signal: AbortSignal;
  readonly trace: Trace;
}

function keyedBy({ keepsKeys }: MicroversionSource): Keyed {
  return keepsKeys === undefined ? 'unknown' : keepsKeys ? 'yes' : 'no';
}

type Delivery = Pick<CallOptions, 'ifMatch' | 'idempotencyKey' | 'onAnswer'> & { readonly accept?: string };

function readAnswerInfo({ headers }: Response): AnswerInfo {
  const warnings = [...(headers.get('warning') ?? '').matchAll(/299 \S+ "([^"]*)"/g)].map((match) => match[1] ?? '');
  return { etag: headers.get('etag'), warnings, requestId: headers.get('x-openstack-request-id') };
}

/** A call whose query and body are text. */
type EncodedCall = Pick<Outgoing, 'method' | 'path' | 'body'>;

function encodeCall({ method, path: template, params, query = {}, body }: RawCall): EncodedCall {
  const path = params === undefined ? checkRawPath(template) : fillPath(template, params);
  const isRead = /^(GET|HEAD)$/i.test(method);
  if (isRead && body !== undefined) throw new MagnumError(`${method} ${path} cannot have a body`, 'invalid-request');
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const search = new URLSearchParams(given);
  return {
    method: method.toUpperCase(),
    path: `${path}${search.size > 0 ? `?${search}` : ''}`,
    body: body === undefined ? undefined : encodeBody(body),
  };
}

function encodeBody(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new MagnumError('The body cannot be written as JSON: it has a cycle or a bigint', 'invalid-request', { cause });
  }
}

/** openapi-fetch hands a typed call over as a Request, whose body has to be read back. */
async function readRequest(request: Request): Promise<EncodedCall> {
  const body = request.body === null ? undefined : await request.text();
  return { method: request.method, path: request.url.slice(PLACEHOLDER.length), body };
}

/** The body of a typed call. `send` has thrown for every error, so the response is a success of the declared type. */
export async function dataOf<T>(call: Promise<{ readonly data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  return data as NonNullable<T>; // see above; calls without a response body do not use this function
}
