import { asDomainError, ERROR_HEADER, errorBody } from './error-body.js';
import { httpReplyOf, type HttpHandler, type HttpReply, type HttpRequest } from './request.js';
import type { Logger } from '../../ports/logger.js';
import type { Tracer } from '../../ports/tracer.js';

/** A web-standard handler for some paths. */
export interface Mount {
  /** A path itself, without a slash at its end: what is below it belongs to it. */
  readonly under: readonly string[];
  /** Undefined: the request is not for this mount after all. */
  readonly handle: (request: Request, source?: string) => Promise<Response | undefined>;
}

/** Every request in a span that continues the caller's trace. */
export function traceRequests(handler: HttpHandler, tracer: Tracer): HttpHandler {
  return (request) =>
    tracer.span(
      'magnum.request',
      {
        parent: request.header('traceparent'),
        attributes: { 'http.request.method': request.method, 'url.path': request.path.slice(0, 512) },
      },
      () => handler(request),
    );
}

/** Asks the mounts in turn, the API last. An error of a mount becomes an answer: no exception must reach the socket. */
export function router(rooms: readonly Mount[], api: HttpHandler, logger: Logger): HttpHandler {
  const throughRooms: HttpHandler = async (request) => {
    try {
      for (const room of rooms) {
        if (!isFor(room, request)) continue;
        const answer = await room.handle(request.web(), request.source);
        if (answer) return await httpReplyOf(answer);
      }
    } catch (error) {
      return failure(error, request.path, logger);
    }
    return api(request);
  };
  return (request) => (rooms.some((room) => isFor(room, request)) ? throughRooms(request) : api(request));
}

function isFor(room: Mount, { path: asked }: HttpRequest): boolean {
  return room.under.some((path) => isUnder(path, asked));
}

function isUnder(path: string, asked: string): boolean {
  return asked.startsWith(path) && (asked.length === path.length || asked[path.length] === '/');
}

function failure(error: unknown, path: string, logger: Logger): HttpReply {
  const known = asDomainError(error);
  if (known.status >= 500)
    logger.error('request failed', { path: path.slice(0, 512), kind: known.kind, error: known.cause ?? known });
  const headers = {
    'Content-Type': 'application/json',
    [ERROR_HEADER]: known.kind,
    ...(known.status === 503 ? { 'Retry-After': '5' } : {}),
  };
  return { status: known.status, headers, body: JSON.stringify(errorBody(known)) };
}
