/**
 * `fetch` over Node's own HTTP client.
 *
 * The global fetch of Node takes an authority, a client certificate or a proxy only from the process as a whole, or from a dispatcher of exactly
 * the release of undici that is built in. Clouds differ in all three, and a program may use two clouds. So this module makes a `fetch` with
 * connections of its own from `node:http` and `node:https`, which every supported Node has in the same form, and which adds no dependency. What
 * must stay true: a request is sent once; the signal ends it at any time, also while its answer is read; and an error keeps the code of its
 * socket, from which `failures.ts` knows whether anything was sent.
 */
import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { reasonFor } from '../reasons.js';
import { unreachable } from './tunnel.js';

/** How a request reaches its address: directly, or over a proxy. */
export interface Route {
  readonly isSecure: boolean;
  readonly agent: Agent;
  /** Host, port, path and headers, where they are not those of the address itself. */
  readonly target: RequestOptions;
  /** The proxy that receives the request itself, whose failures are named as its own. */
  readonly proxy?: URL;
}

export interface HttpFetchDeps {
  routeTo(address: URL): Route;
  /** Milliseconds until a connection, with its tunnel and TLS, must stand. */
  readonly connectTimeoutMs: number;
}

// Statuses whose answers have no body, and that `Response` takes with none only.
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

export function createHttpFetch(deps: HttpFetchDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    request.signal.throwIfAborted();
    // Bodies of this API are short texts, so they are read first and sent with their length.
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const incoming = await exchange(deps, request, body);
    try {
      return responseOf(incoming, request.method);
    } catch (error) {
      incoming.destroy(); // an answer that no Response can hold, such as one with the status 999
      throw error;
    }
  };
}

function exchange(deps: HttpFetchDeps, request: Request, body: Buffer | undefined): Promise<IncomingMessage> {
  const { isSecure, agent, target, proxy } = deps.routeTo(new URL(request.url));
  const headers = {
    ...Object.fromEntries(request.headers),
    ...(body && { 'content-length': String(body.length) }),
    ...target.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)({ ...target, agent, method: request.method, headers });
    let answer: IncomingMessage | undefined;
    // The listener refers to the request, so that the signal that Node derives for it lives as long as the connection.
    const stop = (): void => void (answer ?? outgoing).destroy(asError(request.signal.reason));
    request.signal.addEventListener('abort', stop, { once: true });
    outgoing.once('close', () => request.signal.removeEventListener('abort', stop));
    // It stays: an error after the answer has begun arrives here, too, and would otherwise end the process.
    outgoing.on('error', (error) => {
      const isOfProxy = proxy !== undefined && reasonFor(error).wasSent === false;
      reject(request.signal.aborted ? request.signal.reason : isOfProxy ? unreachable(proxy, error) : error);
    });
    outgoing.once('response', (incoming) => {
      answer = incoming;
      resolve(incoming);
    });
    boundConnect(outgoing, deps.connectTimeoutMs);
    outgoing.end(body);
  });
}

/** Ends a request whose connection does not stand in time: a host that drops packets would otherwise use up the time of the whole call. */
function boundConnect(outgoing: ClientRequest, milliseconds: number): void {
  const timer = setTimeout(() => {
    const error = new Error(`no connection was made within ${milliseconds} ms`);
    outgoing.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
  }, milliseconds);
  const stand = (): void => clearTimeout(timer);
  outgoing.once('close', stand);
  outgoing.once('socket', (socket) => {
    if (outgoing.reusedSocket) return stand();
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', stand);
    if (!socket.connecting && !('encrypted' in socket)) stand();
  });
}

function responseOf(incoming: IncomingMessage, method: string): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  const status = incoming.statusCode ?? 0;
  const hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status);
  if (!hasBody) incoming.resume();
  return new Response(hasBody ? bodyOf(incoming) : null, { status, statusText: incoming.statusMessage ?? '', headers });
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const stream: NodeStream = Readable.toWeb(incoming);
  return stream as unknown as ReadableStream<Uint8Array>; // Node and the DOM declare the same stream types twice
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The request was aborted', { cause: reason });
}
