/**
 * The innermost part of a request's way, and its login.
 *
 * A request can fail because its token has expired, because the network or a proxy failed for a moment, or because it was wrong. The first is
 * handled by `authenticating`, the second by `retrying`; the exchange below turns every failure into an error that says why. What must stay
 * true: only a successful response is returned, everything else throws a MagnumError or the reason of the caller's signal; each attempt has its own
 * deadline, which includes reading the body unless it is a stream of events; and all attempts carry one request id, so that the service's logs
 * show them as one request.
 */
import type { Auth, Session } from './auth.js';
import { underDeadline } from './deadline.js';
import { baseUrl } from './endpoint.js';
import { InvalidAnswerError, readApiError, UnauthorizedError } from './errors.js';
import {
  contextOf,
  explainFailure,
  noteAnswer,
  noteSent,
  warningOf,
  wasNeverSent,
  type ReasonReader,
  type Trace,
} from './failures.js';
import type { ApiRequest, Interceptor } from './interceptors.js';
import { sendRequest, type Fetch } from './redirects.js';
import type { Runtime } from './runtime.js';

export interface PipelineDeps {
  readonly fetch: Fetch;
  readonly auth: Auth;
  readonly endpoint: string | undefined;
  readonly reasonFor: ReasonReader;
  /** The deadline of one attempt, in milliseconds. */
  timeoutFor(method: string): number;
  readonly runtime: Runtime;
}

/** Sets address and token, and logs in once more where the service has refused the token. */
export function authenticating({ auth, endpoint }: Pick<PipelineDeps, 'auth' | 'endpoint'>): Interceptor {
  return async (request, next) => {
    const session = await auth.get(request.signal);
    const send = ({ token, endpoint: found, missing }: Session): Promise<Response> => {
      const url = `${baseUrl(endpoint ?? found, missing)}${request.path}`;
      return next({ ...request, url, headers: { ...request.headers, 'x-auth-token': token } });
    };
    try {
      return await send(session);
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !auth.renewable) throw error;
      return send(await auth.renew(session.token, request.signal));
    }
  };
}

/** Sends one attempt. Returns a success; throws MagnumError. */
export async function exchange(deps: PipelineDeps, request: ApiRequest): Promise<Response> {
  const { method, signal: outer, body } = request;
  const { trace } = request.call;
  const url = request.url ?? `${baseUrl(deps.endpoint)}${request.path}`;
  const headers = { ...request.headers, 'x-openstack-request-id': request.requestId };
  const init = { method, headers, ...(body !== undefined && { body }) };
  const limits = { signal: outer, timeoutMs: deps.timeoutFor(method), what: `${method} ${url}` };
  const wasUncertain = trace.isUncertain;
  noteSent(trace);
  const { answer, text } = await underDeadline(limits, async (signal) => {
    const response = await sendRequest(deps.fetch, url, { ...init, signal });
    const isStream = response.ok && response.headers.get('content-type')?.startsWith('text/event-stream');
    // The body is read within the deadline, so that a response that stalls half-way does not hang the call.
    return { answer: response, text: isStream ? undefined : await response.text() };
  }).catch((cause: unknown) => {
    if (outer.aborted) throw cause;
    if (wasNeverSent(cause, deps.reasonFor)) trace.isUncertain = wasUncertain;
    throw explainFailure(cause, url, trace, deps);
  });
  trace.isUncertain = wasUncertain;
  noteAnswer(trace, answer.status);
  if (text === undefined) return answer;
  if (!answer.ok) throw readApiError(answer, { text, now: deps.runtime.now() }, contextOf(trace));
  checkAnswer(answer, text, { url, trace });
  return copyResponse(answer, text);
}

const LONGEST_SHOWN = 60;

/** Throws InvalidAnswerError for a successful answer that is not of this API: typed calls could only fail in the caller's hands. */
function checkAnswer(answer: Response, text: string, { url, trace }: { readonly url: string; readonly trace: Trace }): void {
  const { method } = trace;
  if (text === '' ? method !== 'GET' : isJson(text)) return;
  noteSent(trace);
  const type = answer.headers.get('content-type') ?? 'no content type';
  const shown = text === '' ? 'it is empty' : `it is ${type} and begins with ${JSON.stringify(text.slice(0, LONGEST_SHOWN))}`;
  const message = `The answer to ${method} ${url} is no JSON of Magnum: ${shown}; is the address right, and does a proxy answer?`;
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

/** The response with a body that can be read again. */
export function copyResponse({ status, statusText, headers }: Response, text: string): Response {
  return new Response(text || null, { status, statusText, headers });
}
