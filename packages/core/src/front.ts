import type { ApiHandler } from './api/fetch.js';
import { asDomainError, errorBody } from './api/error-body.js';
import type { Logger } from './ports/logger.js';

/** A handler for some paths: undefined means that the request is not for it. */
export type PartialHandler = (request: Request) => Promise<Response | undefined>;

/** Asks the handlers in turn, the API last. What one of them fails with becomes an answer: nothing else must reach the socket. */
export function frontDoor(handlers: readonly PartialHandler[], api: ApiHandler, logger: Logger): ApiHandler {
  return async (request) => {
    try {
      for (const handler of handlers) {
        const answer = await handler(request);
        if (answer) return answer;
      }
    } catch (error) {
      const known = asDomainError(error);
      if (known.status >= 500) logger.error('request failed', { path: new URL(request.url).pathname.slice(0, 512), kind: known.kind, error: known.cause ?? known });
      return Response.json(errorBody(known), { status: known.status, headers: known.status === 503 ? { 'Retry-After': '5' } : {} });
    }
    return api(request);
  };
}
