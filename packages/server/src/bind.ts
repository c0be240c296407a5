import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { fromWebHandler, type HttpHandler, type HttpReply, type HttpRequest } from '@magnum-ts/core';
import type { RequestHandler } from 'express';
import { BAD_REQUEST, refusalOf } from './framing.js';
import { baseAddress, SOCKET_ADDRESS, type AddressRule } from './public-address.js';

export type FetchHandler = (request: Request) => Promise<Response>;

/** Methods that web requests cannot have, and bodies that they cannot carry. */
const IMPOSSIBLE = new Set(['TRACE', 'TRACK', 'CONNECT']);
const BODILESS = new Set(['GET', 'HEAD']);

/** Binds a web-standard handler to Express: the socket is Node's, everything that is said is the handler's. */
export function bindFetch(handler: FetchHandler): RequestHandler {
  return bindPlain(fromWebHandler(handler));
}

/** The same for a plain handler, for which no web objects are made. `closing` ends streams, which would end by themselves much later. */
export function bindPlain(
  handler: HttpHandler,
  closing: AbortSignal = NEVER,
  rule: AddressRule = SOCKET_ADDRESS,
): RequestHandler {
  return async (incoming, outgoing) => {
    // What happens to the connection ends the request by `close`; as an event without a listener it would end the process.
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    const unreadable = refusalOf(incoming);
    const request = unreadable ? undefined : SocketRequest.of(incoming, outgoing, rule);
    const reply = request ? await handler(request) : (unreadable ?? BAD_REQUEST);
    if (incoming.method === 'HEAD' && (reply.stream ?? reply.texts)) sendHeaders(outgoing, reply);
    else if (reply.stream) await sendStream(outgoing, reply, { stream: reply.stream, closing });
    else if (reply.texts) await sendTexts(outgoing, reply, reply.texts);
    else send(outgoing, reply, incoming);
  };
}

const NEVER = new AbortController().signal;

/** A request on a socket. What a handler does not ask for is not made. */
class SocketRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly origin: string;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #gone: AbortController | undefined;

  private constructor(incoming: IncomingMessage, outgoing: ServerResponse, target: Target) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.method = incoming.method ?? 'GET';
    ({ path: this.path, query: this.query, origin: this.origin } = target);
  }

  /** Undefined for a method or target that no web request can have. */
  static of(incoming: IncomingMessage, outgoing: ServerResponse, rule: AddressRule): SocketRequest | undefined {
    const target = IMPOSSIBLE.has(incoming.method ?? '') ? undefined : targetOf(incoming);
    if (!target) return undefined;
    return new SocketRequest(incoming, outgoing, { ...target, origin: baseAddress(rule, incoming.headers, target.origin) });
  }

  get source(): string | undefined {
    return this.#incoming.socket.remoteAddress;
  }

  get signal(): AbortSignal {
    this.#gone ??= goneWith(this.#outgoing);
    return this.#gone.signal;
  }

  header(name: string): string | null {
    // Node keeps the first of several content types alone; two of them must not pass for one.
    const value = name === 'content-type' ? this.#incoming.headersDistinct[name] : this.#incoming.headers[name];
    return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
  }

  async *body(): AsyncIterable<Uint8Array> {
    // The connection is still needed for the answer when a body is not read to its end.
    if (!BODILESS.has(this.method)) yield* this.#incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding is set
  }

  web(): Request {
    const body = BODILESS.has(this.method) ? null : Readable.toWeb(this.#incoming);
    // The path before `/v1` that clients see is the proxy's: the request itself does not have it.
    return new Request(`${new URL(this.origin).origin}${this.path}${this.query && `?${this.query}`}`, {
      method: this.method,
      signal: this.signal,
      headers: headersOf(this.#incoming),
      // Node's and the DOM's stream are one thing with two declarations; `duplex` is Node's and not in the DOM's types.
      ...(body ? { body: body as NodeReadableStream as unknown as ReadableStream, duplex: 'half' } : {}),
    });
  }
}

function goneWith(outgoing: ServerResponse): AbortController {
  const gone = new AbortController();
  const leave = (): void => {
    if (!outgoing.writableFinished) gone.abort(new Error('the client is gone'));
  };
  if (outgoing.closed) leave();
  else outgoing.once('close', leave);
  return gone;
}

interface Target {
  readonly path: string;
  readonly query: string;
  readonly origin: string;
}

/** Paths and queries that URLs leave as they are. Everything else, dots included, is taken through one. */
const PLAIN_PATH = /^(?:\/[\w-]+)+\/?$/;
const PLAIN_QUERY = /^[\w\-.~=&+:,]*$/;

function targetOf(incoming: IncomingMessage): Target | undefined {
  const origin = originOf(incoming);
  const [path = '', query = ''] = splitAt(incoming.url ?? '/', '?');
  if (origin !== undefined && PLAIN_PATH.test(path) && PLAIN_QUERY.test(query)) return { origin, path, query };
  try {
    // Two slashes at the start would name a host.
    const url = new URL(`${origin}${pathOf(incoming.url ?? '/').replace(/^\/+/, '/')}`);
    return { origin: url.origin, path: url.pathname, query: url.search.slice(1) };
  } catch {
    return undefined;
  }
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

let latest = { host: '', scheme: '', origin: '' };

/** The Host header decides the links in answers; whatever is no host name is replaced. Undefined where it can be in no URL. */
function originOf(incoming: IncomingMessage): string | undefined {
  const host = incoming.headers.host ?? '';
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http';
  // Most clients of a service call it by one name.
  if (host !== '' && host === latest.host && scheme === latest.scheme) return latest.origin;
  const known = /^[\w.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(host)
    ? host
    : `127.0.0.1:${incoming.socket.localPort ?? 80}`;
  if (!URL.canParse(`${scheme}://${known}`)) return undefined;
  const { origin } = new URL(`${scheme}://${known}`);
  if (known === host) latest = { host, scheme, origin };
  return origin;
}

/** Clients of a proxy send the whole address (RFC 9112, 3.2.2): of it, the path counts. `*` is the server itself. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  const absolute = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1] ?? '';
  return absolute.startsWith('/') ? absolute : `/${absolute}`;
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const text of value ?? []) headers.append(name, text);
  }
  return headers;
}

const NO_SNIFF = { 'X-Content-Type-Options': 'nosniff' };

function send(outgoing: ServerResponse, reply: HttpReply, incoming: IncomingMessage): void {
  if (outgoing.destroyed) return;
  const unread = !incoming.readableEnded && !BODILESS.has(incoming.method ?? '');
  // What the handler did not want to read is not read to the end either.
  const closing = unread && reply.status === 413 ? { Connection: 'close' } : undefined;
  outgoing.writeHead(reply.status, Object.assign({}, NO_SNIFF, reply.headers, lengthOf(reply), closing));
  outgoing.end(reply.body);
}

/** What would come in parts has no length that is known, and is not begun. */
function sendHeaders(outgoing: ServerResponse, reply: HttpReply): void {
  for (const parts of [reply.stream, reply.texts]) void parts?.[Symbol.asyncIterator]().return?.();
  if (outgoing.destroyed) return;
  outgoing.writeHead(reply.status, { ...NO_SNIFF, ...reply.headers });
  outgoing.end();
}

async function sendStream(
  outgoing: ServerResponse,
  reply: HttpReply,
  { stream, closing }: { readonly stream: AsyncIterable<string>; readonly closing: AbortSignal },
): Promise<void> {
  const texts = stream[Symbol.asyncIterator]();
  const over = anyOf(outgoing, closing);
  if (!outgoing.destroyed) outgoing.writeHead(reply.status, { ...NO_SNIFF, ...reply.headers }).flushHeaders();
  while (!over.signal.aborted) {
    const next = await Promise.race([texts.next(), over.ended]);
    if (!next || next.done) break;
    // A slow reader is waited for: nothing piles up in memory.
    if (!outgoing.write(next.value)) await Promise.race([once(outgoing, 'drain'), over.ended]);
  }
  // Not waited for: a text that is still being made may take its time.
  void Promise.resolve(texts.return?.()).catch(() => undefined);
  outgoing.end();
}

/** How long a reader may take nothing of what waits for it. */
const LONGEST_STALL_MS = 60_000;

/** A document in parts. A slow reader is waited for, so that no more than a part of it is in memory; one that has stopped is left. */
async function sendTexts(outgoing: ServerResponse, reply: HttpReply, parts: AsyncIterable<string>): Promise<void> {
  const texts = parts[Symbol.asyncIterator]();
  try {
    if (!outgoing.destroyed) outgoing.writeHead(reply.status, { ...NO_SNIFF, ...reply.headers });
    while (!outgoing.destroyed) {
      const next = await texts.next();
      if (next.done) break;
      if (!outgoing.write(next.value)) await waitForDrain(outgoing);
    }
    outgoing.end();
  } catch {
    // The status is sent: only the end of the connection can show that the document is not whole.
    outgoing.destroy();
  } finally {
    await texts.return?.();
  }
}

/** Resolves when more can be written, or the client is gone. */
function waitForDrain(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(() => {
      outgoing.destroy();
      done();
    }, LONGEST_STALL_MS);
    outgoing.once('drain', done).once('close', done);
    if (outgoing.destroyed) done();
  });
}

/** Ends when the connection does, or the server closes. */
function anyOf(
  outgoing: ServerResponse,
  closing: AbortSignal,
): { readonly signal: AbortSignal; readonly ended: Promise<undefined> } {
  const over = new AbortController();
  const end = (): void => over.abort(new Error('the stream is over'));
  if (outgoing.destroyed || closing.aborted) end();
  outgoing.once('close', end);
  closing.addEventListener('abort', end, { once: true, signal: over.signal });
  const ended = new Promise<undefined>((resolve) => {
    if (over.signal.aborted) resolve(undefined);
    over.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return { signal: over.signal, ended };
}

/** Without it the body would be sent in chunks. Some replies must not have one (RFC 9110, 8.6). */
function lengthOf(reply: HttpReply): { readonly 'Content-Length': number } | undefined {
  return reply.status === 204 || reply.status === 304 ? undefined : { 'Content-Length': Buffer.byteLength(reply.body) };
}
