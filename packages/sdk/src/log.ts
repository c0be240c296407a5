import { ApiError, MagnumError } from './errors.js';
import type { Interceptor } from './interceptors.js';
import type { Runtime } from './runtime.js';

/**
 * Receives what happens to requests; `console` is one. Fields never have tokens, headers or bodies, and the command of `containers.execute` is left
 * out of addresses.
 */
export interface Logger {
  /** `response`: method, url, status, milliseconds, requestId, attempt. */
  debug(event: string, fields: LogFields): void;
  /**
   * `retry`: the attempt that failed, its `code` and `message`, and `delayMs`, the pause. `failure`: an attempt that failed, with `code` and
   * `message`. `warning`: a warning of the service, as `text`. Where this method is absent, `debug` receives them.
   */
  warn?(event: string, fields: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export function warn(logger: Logger | undefined, event: string, fields: LogFields): void {
  if (logger?.warn) logger.warn(event, fields);
  else logger?.debug(event, fields);
}

/** The warnings of an answer: labels that the driver does not know. */
export function warningsIn(headers: Headers): readonly string[] {
  return [...(headers.get('warning') ?? '').matchAll(/299 \S+ "([^"]*)"/g)].map((match) => match[1] ?? '');
}

/** Reports each attempt. */
export function logging(logger: Logger | undefined, runtime: Runtime): Interceptor {
  if (!logger) return (request, next) => next(request);
  return async (request, next) => {
    const { method, requestId, attempt } = request;
    const common = { method, url: shown(request.url ?? request.path), requestId, attempt };
    const started = runtime.now();
    const answered = (status: number): void =>
      logger.debug('response', { ...common, status, milliseconds: runtime.now() - started });
    try {
      const response = await next(request);
      answered(response.status);
      for (const text of warningsIn(response.headers)) warn(logger, 'warning', { ...common, text });
      return response;
    } catch (error) {
      if (error instanceof ApiError) answered(error.status);
      if (error instanceof MagnumError) warn(logger, 'failure', { ...common, code: error.code, message: error.message });
      throw error;
    }
  };
}

/** A command line may have a password. */
function shown(url: string): string {
  return url.replace(/([?&]command=)[^&]*/, '$1***');
}
