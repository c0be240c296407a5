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
import { InvalidAnswerError, readApiError, UnauthorizedError } from './errors.js';
import { contextOf, explainFailure, noteAnswer, noteSent, warningOf, wasNeverSent, type Trace } from './failures.js';
import { sendRequest, type Fetch } from './redirects.js';
import { withRetries, type Keyed, type RetryDeps } from './retry.js';
import type { Runtime } from './runtime.js';

export interface Logger {
  debug(event: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface PipelineDeps {
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly endpoint: string | undefined;
  /** Whether POSTs carry an Idempotency-Key of their own. */
  readonly sendsKeys: boolean;
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
  readonly trace: Trace;
  isKeyed(): Keyed;
  askForKeys(): Promise<void>;
}

/** Sends one request. Returns only successful responses; throws MagnumError. */
export async function send(deps: PipelineDeps, outgoing: Outgoing): Promise<Response> {
  const attempt = async (): Promise<Response> => {
    const session = await deps.auth.get(outgoing.signal);
    try {
      return await sendOnce(deps, outgoing, session);
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !deps.auth.renewable) throw error;
      return await sendOnce(deps, outgoing, await deps.auth.renew(session.token, outgoing.signal));
    }
  };
  const response = await withRetries(deps.retry, outgoing, attempt, outgoing.signal);
  return response ?? new Response(null, { status: 204 });
}

async function sendOnce(deps: PipelineDeps, outgoing: Outgoing, session: Session): Promise<Response> {
  const { method, trace } = outgoing;
  const url = `${baseUrl(deps.endpoint ?? session.endpoint, session.missing)}${outgoing.path}`;
  const headers = {
    accept: 'application/json',
    ...outgoing.headers,
    'x-auth-token': session.token,
    'x-openstack-request-id': trace.requestId,
  };
  const body = outgoing.body === undefined ? {} : { body: outgoing.body };
  const limits = { signal: outgoing.signal, timeoutMs: deps.timeoutFor(method), what: `${method} ${url}` };
  const started = deps.runtime.now();
  const wasUncertain = trace.isUncertain;
  noteSent(trace);
  const response = await underDeadline(limits, async (signal) => {
    const answer = await sendRequest(deps.fetch, url, { method, headers, ...body, signal });
    if (answer.ok && isStream(answer)) return answer;
    // The body is read within the deadline, so that a response that stalls half-way does not hang the call.
    return bufferResponse(answer);
  }).catch((cause: unknown) => {
    if (outgoing.signal.aborted) throw cause;
    if (wasNeverSent(cause)) trace.isUncertain = wasUncertain;
    throw explainFailure(cause, url, trace);
  });
  trace.isUncertain = wasUncertain;
  const milliseconds = deps.runtime.now() - started;
  deps.logger?.debug('response', {
    method,
    url,
    status: response.status,
    milliseconds,
    requestId: trace.requestId,
  });
  noteAnswer(trace, response.status);
  if (!response.ok) throw await readApiError(response, deps.runtime.now(), contextOf(trace));
  return checkAnswer(response, url, trace);
}

const LONGEST_SHOWN = 60;

/** Throws InvalidAnswerError for a successful answer that is not of this API: typed calls could only fail in the caller's hands. */
async function checkAnswer(response: Response, url: string, trace: Trace): Promise<Response> {
  if (isStream(response)) return response;
  const text = await response.clone().text();
  if (text === '' ? trace.method !== 'GET' : isJson(text)) return response;
  noteSent(trace);
  const type = response.headers.get('content-type') ?? 'no content type';
  const shown = text === '' ? 'it is empty' : `it is ${type} and begins with ${JSON.stringify(text.slice(0, LONGEST_SHOWN))}`;
  const message = `The answer to ${trace.method} ${url} is no JSON of Magnum: ${shown}; is the address right, and does a proxy answer?`;
  throw new InvalidAnswerError(`${message}${warningOf(trace)}`, contextOf(trace));
}

/** Actions of containers answer `null`, and logs are one text. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}

async function bufferResponse(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const text = await response.text();
  return new Response(text === '' ? null : text, { status, statusText, headers });
}
