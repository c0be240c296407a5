import { apiErrorCode, type ApiErrorCode } from './error-codes.js';

/** What is known of a failed call beside its message. */
export interface ErrorContext {
  readonly cause?: unknown;
  readonly requestId?: string | undefined;
  readonly mayHaveBeenCarriedOut?: boolean;
}

/** The base class of all errors of this library. The one thing that is thrown beside them is the reason of a caller's signal. */
export class MagnumError extends Error {
  override readonly name: string = 'MagnumError';
  /** A stable text for each kind of failure; docs/sdk.md lists them. */
  readonly code: string;
  /** The id of the request in the logs of the service; undefined where none was sent. */
  readonly requestId: string | undefined;
  /** The request, or an earlier attempt, may have changed something although it failed: its answer was lost or came too late. */
  readonly mayHaveBeenCarriedOut: boolean;

  constructor(message: string, code: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.requestId = context.requestId;
    this.mayHaveBeenCarriedOut = context.mayHaveBeenCarriedOut ?? false;
  }
}

/** Why there is no response. `connection-failed`: the runtime gave no reason, as in browsers. */
export type ConnectionCode =
  | 'connection-refused'
  | 'host-not-found'
  | 'host-unreachable'
  | 'proxy-refused'
  | 'certificate-refused'
  | 'client-certificate-refused'
  | 'tls-failed'
  | 'connection-lost'
  | 'connection-failed';

/** There is no response: the server could not be reached, or the connection broke. The message has the reason. */
export class ConnectionError extends MagnumError {
  override readonly name: string = 'ConnectionError';
  declare readonly code: ConnectionCode;

  constructor(message: string, context: ErrorContext & { readonly code?: ConnectionCode } = {}) {
    super(message, context.code ?? 'connection-failed', context);
  }
}

export class TimeoutError extends MagnumError {
  override readonly name: string = 'TimeoutError';
  constructor(message: string, context: ErrorContext = {}) {
    super(message, 'timeout', context);
  }
}

/** The answer was successful and is none of this API: a page of a proxy in HTML, or a text that ends half-way. */
export class InvalidAnswerError extends MagnumError {
  override readonly name: string = 'InvalidAnswerError';
  constructor(message: string, context: ErrorContext = {}) {
    super(message, 'invalid-answer', context);
  }
}

/** The server redirected to another address. The client did not follow, since that would have sent the token or password there. */
export class RedirectError extends MagnumError {
  override readonly name: string = 'RedirectError';
  /** The target of the redirect; undefined where the server or the browser does not reveal it. */
  readonly location: string | undefined;

  constructor(url: string, location: string | undefined) {
    super(
      `${new URL(url).origin} redirects to ${location?.slice(0, MAX_SHOWN) ?? 'another address'}, and the client did not follow, since that would send the credentials there; ` +
        'if that address is right, set it as `endpoint` (MAGNUM_ENDPOINT) or `authUrl` (OS_AUTH_URL), or correct the catalog',
      'redirected',
    );
    this.location = location;
  }
}

const MAX_SHOWN = 300;

/** Keystone issued no token, or the catalog has no address of Magnum. */
export class AuthError extends MagnumError {
  override readonly name: string = 'AuthError';
  readonly status: number | undefined;

  constructor(message: string, status?: number, context: ErrorContext = {}) {
    super(message, 'auth-failed', context);
    this.status = status;
  }
}

/** The call needs a newer microversion than the service has, or than the client was set to use. Nothing was sent. */
export class UnsupportedVersionError extends MagnumError {
  override readonly name: string = 'UnsupportedVersionError';
  /** The version from which the call exists: `1.9`. */
  readonly minimum: string;

  constructor(call: string, { minimum, version }: { readonly minimum: string; readonly version: string }) {
    super(
      `${call} needs microversion ${minimum}, and ${version} is in use: the newest of the service, or the one that this client was given`,
      'version-not-supported',
    );
    this.minimum = minimum;
  }
}

/** The awaited change of a bay failed. */
export class WaiterError extends MagnumError {
  override readonly name: string = 'WaiterError';
  readonly status: string;
  readonly reason: string | null;

  constructor(bay: { readonly name: string; readonly status: string; readonly status_reason: string | null }) {
    super(`Bay ${bay.name} is ${bay.status}${bay.status_reason ? `: ${bay.status_reason}` : ''}`, 'operation-failed');
    this.status = bay.status;
    this.reason = bay.status_reason;
  }
}

export interface ApiErrorDetails {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly mayHaveBeenCarriedOut?: boolean;
  /** From the Retry-After header, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The server answered with an error. Each subclass stands for the status that `.status` has. */
export class ApiError extends MagnumError {
  override readonly name: string = 'ApiError';
  declare readonly code: ApiErrorCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;

  constructor(details: ApiErrorDetails) {
    super(details.detail || details.title || `HTTP ${details.status}`, details.code, details);
    this.status = details.status;
    this.title = details.title;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export class BadRequestError extends ApiError {
  override readonly name: string = 'BadRequestError';
}
export class UnauthorizedError extends ApiError {
  override readonly name: string = 'UnauthorizedError';
}
export class ForbiddenError extends ApiError {
  override readonly name: string = 'ForbiddenError';
}
export class NotFoundError extends ApiError {
  override readonly name: string = 'NotFoundError';
}
export class MethodNotAllowedError extends ApiError {
  override readonly name: string = 'MethodNotAllowedError';
}
export class NotAcceptableError extends ApiError {
  override readonly name: string = 'NotAcceptableError';
}
export class ConflictError extends ApiError {
  override readonly name: string = 'ConflictError';
}
/** The resource is of another version than `ifMatch` names. */
export class PreconditionFailedError extends ApiError {
  override readonly name: string = 'PreconditionFailedError';
}
export class ContentTooLargeError extends ApiError {
  override readonly name: string = 'ContentTooLargeError';
}
export class UnsupportedMediaTypeError extends ApiError {
  override readonly name: string = 'UnsupportedMediaTypeError';
}
/** For instance, an `idempotencyKey` that belongs to another request. */
export class UnprocessableError extends ApiError {
  override readonly name: string = 'UnprocessableError';
}
export class TooManyRequestsError extends ApiError {
  override readonly name: string = 'TooManyRequestsError';
}
export class ServerError extends ApiError {
  override readonly name: string = 'ServerError';
}

const BY_STATUS: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  405: MethodNotAllowedError,
  406: NotAcceptableError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: ContentTooLargeError,
  415: UnsupportedMediaTypeError,
  422: UnprocessableError,
  429: TooManyRequestsError,
};

/** Reads an error response in all three forms that Magnum has had: `errors`, Keystone's `error`, the first releases' `error_message`. */
export function readApiError(
  response: Response,
  { text, now }: { readonly text: string; readonly now: number },
  context: ErrorContext,
): ApiError {
  const said = readErrorBody(parseJson(text));
  const details: ApiErrorDetails = {
    status: response.status,
    code: apiErrorCode(response.status, { named: response.headers.get('magnum-error'), said: said.code ?? '' }),
    title: said.title ?? response.statusText,
    detail: said.detail ?? said.title ?? response.statusText,
    requestId: response.headers.get('x-openstack-request-id') ?? context.requestId,
    // A refusal is the outcome; a conflict or a failure of the server leaves that of an earlier attempt open.
    mayHaveBeenCarriedOut: context.mayHaveBeenCarriedOut === true && (response.status === 409 || response.status >= 500),
    retryAfterMs: parseRetryAfter(response.headers, now),
  };
  const Kind = BY_STATUS[response.status] ?? (response.status >= 500 ? ServerError : ApiError);
  return new Kind(details);
}

interface ErrorText {
  readonly code?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
}

function readErrorBody(body: unknown): ErrorText {
  const first = listOf(fieldOf(body, 'errors'))[0];
  if (first !== undefined) {
    return {
      code: textOf(first, 'code'),
      title: textOf(first, 'title'),
      detail: textOf(first, 'detail') ?? textOf(first, 'description'),
    };
  }
  const error = fieldOf(body, 'error');
  if (error !== undefined) return { title: textOf(error, 'title'), detail: textOf(error, 'message') };
  const message = textOf(body, 'error_message');
  const inner = message === undefined ? undefined : textOf(parseJson(message), 'faultstring');
  return { title: inner ?? message };
}

/** Milliseconds, from the three forms of Retry-After: milliseconds, seconds, a date. */
function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const milliseconds = headers.get('retry-after-ms');
  if (milliseconds !== null && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy answers in HTML; the error then has the status and its text
  }
}

export function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

export function textOf(value: unknown, key: string): string | undefined {
  const found = fieldOf(value, key);
  return typeof found === 'string' ? found : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
