import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { RequestHandler } from 'express';

export type FetchHandler = (request: Request) => Promise<Response>;

/** Methods that web requests cannot have, and bodies that they cannot carry. */
const IMPOSSIBLE = new Set(['TRACE', 'TRACK', 'CONNECT']);
const BODILESS = new Set(['GET', 'HEAD']);

/** Binds a web-standard handler to Express: the socket is Node's, everything that is said is the handler's. */
export function bindFetch(handler: FetchHandler): RequestHandler {
  return async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) gone.abort(new Error('the client is gone'));
    });
    const request = webRequest(incoming, gone.signal);
    await send(outgoing, request ? await handler(request) : badRequest(), incoming);
  };
}

function webRequest(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const method = incoming.method ?? 'GET';
  if (IMPOSSIBLE.has(method)) return undefined;
  try {
    const body = BODILESS.has(method) ? null : Readable.toWeb(incoming);
    return new Request(urlOf(incoming), {
      method,
      signal,
      headers: headersOf(incoming),
      // Node's and the DOM's stream are one thing with two declarations; `duplex` is Node's and not in the DOM's types.
      ...(body ? { body: body as NodeReadableStream as unknown as ReadableStream, duplex: 'half' } : {}),
    });
  } catch {
    // A target or header that no URL or header list can hold.
    return undefined;
  }
}

/** The Host header decides the links in answers; whatever is no host name is replaced. */
function urlOf(incoming: IncomingMessage): string {
  const host = incoming.headers.host ?? '';
  const known = /^[\w.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(host)
    ? host
    : `127.0.0.1:${incoming.socket.localPort ?? 80}`;
  // Two slashes at the start would name a host.
  return `http://${known}${pathOf(incoming.url ?? '/').replace(/^\/+/, '/')}`;
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

async function send(outgoing: ServerResponse, response: Response, incoming: IncomingMessage): Promise<void> {
  if (outgoing.destroyed) return;
  outgoing.statusCode = response.status;
  outgoing.setHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  const unread = !incoming.readableEnded && !BODILESS.has(incoming.method ?? '');
  // What the handler did not want to read is not read to the end either.
  if (unread && response.status === 413) outgoing.setHeader('Connection', 'close');
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

function badRequest(): Response {
  const error = {
    request_id: '',
    code: '',
    status: 400,
    title: 'Bad Request',
    detail: 'The request line or a header cannot be read.',
    links: [],
  };
  return Response.json({ errors: [error] }, { status: 400 });
}
