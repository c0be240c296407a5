import { staticToken, type Auth } from './auth.js';
import { callOf, type Call } from './call.js';
import { underDeadline, type Limits } from './deadline.js';
import { baseUrl } from './endpoint.js';
import { MagnumError, TimeoutError } from './errors.js';
import { explainTimeout, startTrace, type ReasonReader, type Trace } from './failures.js';
import type { Keyed, Next } from './interceptors.js';
import { warningsIn } from './log.js';
import { headerFor, type MicroversionSource, type VersionedCall } from './versioning.js';
import { listRows } from './pages.js';
import { checkRawPath, fillPath } from './path.js';
import type { TypedCaller, TypedLister, UntypedInput } from './paths.js';
import { copyResponse, type PipelineDeps } from './pipeline.js';
import { systemRuntime, type Runtime } from './runtime.js';
import type { AnswerInfo, CallOptions, EventCaller, RawCall, RawCaller } from './types.js';

/** Where the service is, how to log in, and how requests are sent. */
export type BasicOptions = {
  /** Replaces the global `fetch`: `createFetch` of `@magnum-ts/sdk/node`, or a service in this process. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds for each attempt. Default: 30 000; 600 000 for POST and PUT, which may pull an image or run a command. */
  readonly timeout?: number | undefined;
  /** Replaces clock and random numbers in tests. */
  readonly runtime?: Runtime | undefined;
} & ({ readonly endpoint: string; readonly token: string } | { readonly endpoint?: string | undefined; readonly auth: Auth });

/**
 * A connection to one service, with login and errors, and without the methods of the resources. `createMagnum` adds all of them; a small program
 * takes what it needs: `bays(connection)`.
 */
export interface Connection {
  readonly runtime: Runtime;
  /**
   * Sends a call whose parameters, body and answer have the types of the spec.
   * @throws {MagnumError} for every failure; see `code`
   * @example
   * const bay = await connection.request('GET', '/v1/bays/{bay_ident}', { params: { bay_ident: 'web' } });
   */
  readonly request: TypedCaller;
  /**
   * Reads a list by its path.
   * @throws {MagnumError} for every failure; see `code`
   * @example
   * const bays = await connection.list('/v1/bays', { query: { limit: 100 } }).toArray();
   */
  readonly list: TypedLister;
  /**
   * Sends any call. Undefined for an empty answer.
   * @throws {MagnumError} for every failure; see `code`
   * @example
   * const answer = await connection.raw({ method: 'GET', path: '/v1' });
   */
  readonly raw: RawCaller;
  /**
   * Opens a stream of events.
   * @throws {MagnumError} for every failure; see `code`
   * @example
   * const { body } = await connection.open({ method: 'GET', path: '/v1/bays/web/events' });
   */
  readonly open: EventCaller;
}

export interface ConnectionDeps {
  readonly runtime: Runtime;
  readonly versions: MicroversionSource;
  /** Whether POSTs carry an Idempotency-Key of their own. */
  readonly sendsKeys: boolean;
  readonly send: Next;
  /** Throws for a call that the version does not have. */
  readonly checkVersion?: (version: string | undefined, call: VersionedCall) => void;
}

/** The calls of a connection whose requests go through `send`. */
export function connectionOf(deps: ConnectionDeps): Connection {
  const deliver = createDelivery(deps);
  const raw: RawCaller = <T>(call: RawCall, callOptions?: CallOptions): Call<T> => {
    const received = deliver(call, callOptions).then(async (response) => ({ response, text: await response.text() }));
    const data = received.then(({ text }) => (text === '' ? undefined : JSON.parse(text)) as T); // the caller names the type that the spec gives to the path
    return callOf(data, () => received.then(({ response, text }) => copyResponse(response, text)));
  };
  return {
    runtime: deps.runtime,
    raw,
    open: (call, callOptions) => deliver(call, { ...callOptions, accept: 'text/event-stream' }),
    // The types of the spec, which the compiler has checked at the caller, are those of a raw call without its method and path.
    request: (method, path, input, callOptions) => raw({ method, path, ...(input as UntypedInput) }, callOptions),
    list: (path, input, callOptions) =>
      listRows(raw, { method: 'GET', path, rows: rowsOf(path), ...(input as UntypedInput) }, callOptions),
  };
}

/** The key of the items in a list: the last word of its path, `/v1/bays/detail` → `bays`. */
function rowsOf(path: string): string {
  return path.replace(/\/detail$/, '').replace(/^.*\//, '');
}

export function pipelineDeps(options: BasicOptions, reasonFor: ReasonReader): PipelineDeps {
  return {
    runtime: options.runtime ?? systemRuntime,
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    auth: 'auth' in options ? options.auth : staticToken(options.token),
    endpoint: options.endpoint === undefined ? undefined : baseUrl(options.endpoint),
    timeoutFor: (method) => options.timeout ?? (method === 'POST' || method === 'PUT' ? 600_000 : 30_000),
    reasonFor,
  };
}

type Delivery = CallOptions & { readonly accept?: string };
/** Makes a request of a call: its version, key and deadline. */
function createDelivery({
  runtime,
  sendsKeys,
  versions,
  send,
  checkVersion,
}: ConnectionDeps): (call: RawCall, options?: Delivery) => Promise<Response> {
  const deliver = async (call: RawCall, encoded: EncodedCall, { options, signal, trace }: Scope): Promise<Response> => {
    const version = await versions.negotiate();
    checkVersion?.(version, { ...encoded, template: call.path });
    const own = encoded.method === 'POST' && sendsKeys && options.idempotencyKey !== false ? runtime.uuid() : undefined;
    const response = await send({
      ...encoded,
      url: undefined,
      signal,
      requestId: trace.requestId,
      attempt: 1,
      headers: { ...headerFor(version), ...headersOf(options, { key: options.idempotencyKey || own, body: encoded.body }) },
      call: {
        trace,
        // A caller that gives a key knows the service; a key of our own says nothing until the service has said that it keeps keys.
        isKeyed: () => (options.idempotencyKey ? 'yes' : own === undefined ? 'no' : keyedBy(versions)),
        askForKeys: () => versions.askForKeys(),
      },
    });
    options.onAnswer?.(readAnswerInfo(response));
    return response;
  };
  return async (call, options = {}) => {
    const encoded = encodeCall(call);
    const trace = startTrace(encoded.method, `req-${runtime.uuid()}`);
    const limits: Limits = { ...options, what: `${encoded.method} ${encoded.path}` };
    return underDeadline(limits, (signal) => deliver(call, encoded, { options, signal, trace })).catch((error: unknown) => {
      throw error instanceof TimeoutError && !options.signal?.aborted ? explainTimeout(error, trace) : error;
    });
  };
}

interface Scope {
  readonly options: Delivery;
  readonly signal: AbortSignal;
  readonly trace: Trace;
}

function headersOf(
  { accept = 'application/json', ifMatch }: Delivery,
  { key, body }: { readonly key: string | undefined; readonly body: string | undefined },
): Record<string, string> {
  return {
    accept,
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
}

function keyedBy({ keepsKeys }: MicroversionSource): Keyed {
  return keepsKeys === undefined ? 'unknown' : keepsKeys ? 'yes' : 'no';
}

function readAnswerInfo({ headers }: Response): AnswerInfo {
  return { etag: headers.get('etag'), warnings: warningsIn(headers), requestId: headers.get('x-openstack-request-id') };
}

/** A call whose query and body are text. */
interface EncodedCall {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

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
