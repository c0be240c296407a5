/**
 * A request as the API reads it, in plain values: web requests and their headers cost more to make than most requests cost to
 * answer. A socket gives them as they are; `plainRequest` reads them from a web request.
 */
export interface HttpRequest {
  readonly method: string;
  /** As URLs have it, percent-encoded and without dot segments: `/v1/bays`. */
  readonly path: string;
  /** What follows the `?`; empty when nothing does. */
  readonly query: string;
  /** `http://host:9511`, for links. */
  readonly origin: string;
  /** Address of the client's end of the connection, where there is one. */
  readonly source?: string | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** By its name in small letters; several of one name are joined by commas; null when there is none. */
  header(name: string): string | null;
  /** To be read once. */
  body(): AsyncIterable<Uint8Array>;
  /** The same as a web request, which takes the body over. */
  web(): Request;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string | Uint8Array;
  /** In place of a body: texts that are sent as they come. It is ended by its `return`, or when the request's signal aborts. */
  readonly stream?: AsyncIterable<string> | undefined;
  /**
   * In place of a body: its parts, to be sent as fast as they are taken. Where one of them fails the connection is broken off, so that
   * no reader takes a part for the whole. It is ended by its `return`.
   */
  readonly texts?: AsyncIterable<string> | undefined;
  /** The operation of the specification that was asked for, where there is one. */
  readonly operation?: string | undefined;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpReply>;

/** The whole API as a web-standard handler. It never rejects: every failure becomes an answer. */
export type WebHandler = (request: Request) => Promise<Response>;

/** The handler in the form that web requests need, such as the SDK's `fetch` in the same process. */
export function toWebHandler(handler: HttpHandler): WebHandler {
  return async (request) => {
    const { status, headers, body, stream, texts } = await handler(httpRequestOf(request));
    const parts = stream ?? texts;
    if (request.method === 'HEAD') {
      void parts?.[Symbol.asyncIterator]().return?.();
      return new Response(null, { status, headers });
    }
    if (parts) return new Response(webStream(parts), { status, headers });
    // A body of bytes comes out of a web response, or lies in memory that is not shared.
    return new Response(body.length === 0 ? null : (body as string | Uint8Array<ArrayBuffer>), {
      status,
      headers,
    });
  };
}

function webStream(texts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = texts[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await iterator.return?.()),
  });
}

/** A web-standard handler for a place that asks in plain values. */
export function fromWebHandler(handler: WebHandler): HttpHandler {
  return async (request) => httpReplyOf(await handler(request.web()));
}

export function httpRequestOf(request: Request): HttpRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    origin: url.origin,
    signal: request.signal,
    header: (name) => request.headers.get(name),
    // Node's streams of web requests can be iterated; the DOM's type does not say so.
    body: () => (request.body ?? []) as unknown as AsyncIterable<Uint8Array>,
    web: () => request,
  };
}

export async function httpReplyOf(response: Response): Promise<HttpReply> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}
