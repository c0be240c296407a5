/**
 * The way of one request: token, deadline, retries, errors.
 *
 * A request can fail because its token has expired, because the network or a proxy failed for a moment, or because it was wrong. The first two
 * are handled here, so that no caller repeats that logic: one new login after a 401, and retries of what may be repeated (retry.ts). What must
 * stay true: only a successful response is returned, everything else throws a MagnumError or the reason of the caller's signal; each attempt has
 * its own deadline, which includes reading the body unless it is a stream of events; and all attempts carry one request id, so that the
 * service's logs show them as one request.
 */
import type { Auth, Session } from './auth.js';
import { underDeadline } from './deadline.js';
import { baseUrl } from './endpoint.js';
import { readApiError, ConnectionError, MagnumError, UnauthorizedError } from './errors.js';
import { sendRequest, type Fetch } from './redirects.js';
import { withRetries, type RetryDeps } from './retry.js';
import type { Runtime } from './runtime.js';

export interface Logger {
  debug(event: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface PipelineDeps {
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly endpoint: string | undefined;
  /** The deadline of one attempt, in milliseconds. */
  timeoutFor(method: string): number;
  readonly retry: RetryDeps;
  readonly runtime: Runtime;
  readonly logger: Logger | undefined;
}

export interface Outgoing {
  readonly method: string;
  /** `/v1/bays?limit=2` */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** Sends one request. Returns only successful responses; throws MagnumError. */
export async function send(deps: PipelineDeps, outgoing: Outgoing): Promise<Response> {
  const requestId = `req-${deps.runtime.uuid()}`;
  const attempt = async (): Promise<Response> => {
    const session = await deps.auth.get(outgoing.signal);
    try {
      return await sendOnce(deps, outgoing, { session, requestId });
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !deps.auth.renewable) throw error;
      return await sendOnce(deps, outgoing, { session: await deps.auth.renew(session.token, outgoing.signal), requestId });
    }
  };
  const response = await withRetries(
    deps.retry,
    { method: outgoing.method, isKeyed: 'idempotency-key' in outgoing.headers },
    attempt,
    outgoing.signal,
  );
  return response ?? new Response(null, { status: 204 });
}

async function sendOnce(deps: PipelineDeps, outgoing: Outgoing, as: { session: Session; requestId: string }): Promise<Response> {
  const url = `${baseUrl(deps.endpoint ?? as.session.endpoint)}${outgoing.path}`;
  const headers = {
    accept: 'application/json',
    ...outgoing.headers,
    'x-auth-token': as.session.token,
    'x-openstack-request-id': as.requestId,
  };
  const body = outgoing.body === undefined ? {} : { body: outgoing.body };
  const limits = { signal: outgoing.signal, timeoutMs: deps.timeoutFor(outgoing.method), what: `${outgoing.method} ${url}` };
  const started = deps.runtime.now();
  const response = await underDeadline(limits, async (signal) => {
    const answer = await sendRequest(deps.fetch, url, { method: outgoing.method, headers, ...body, signal });
    if (answer.ok && answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer;
    // The body is read within the deadline, so that a response that stalls half-way does not hang the call.
    return bufferResponse(answer);
  }).catch((cause: unknown) => {
    throw outgoing.signal.aborted || cause instanceof MagnumError
      ? cause
      : new ConnectionError(`${new URL(url).origin} cannot be reached`, cause);
  });
  const milliseconds = deps.runtime.now() - started;
  deps.logger?.debug('response', {
    method: outgoing.method,
    url,
    status: response.status,
    milliseconds,
    requestId: as.requestId,
  });
  if (!response.ok) throw await readApiError(response, deps.runtime.now());
  return response;
}

async function bufferResponse(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const text = await response.text();
  return new Response(text === '' ? null : text, { status, statusText, headers });
}
