import { isWithin, operations, type Operation, type OperationId } from '@magnum-ts/openapi';
import type { AppDeps } from '../../app/deps.js';
import { parseTrusteeUsername, type Actor } from '../../domain/actor.js';
import { DomainError, type ErrorName } from '../../domain/errors.js';
import type { JsonValue } from '../../domain/json.js';
import { MOST_HELPED, type Problem } from '../../domain/labels.js';
import { Secret } from '../../domain/secret.js';
import type { Identity } from '../../ports/identity.js';
import type { Limits } from '../../ports/limits.js';
import type { Logger } from '../../ports/logger.js';
import { admitBody, LONG_BODY } from './admission.js';
import { bodyIn, readBytes } from './body.js';
import { asDomainError, ERROR_HEADER, errorBody } from './error-body.js';
import { JsonText, type Answer, type ApiLimits, type Call } from './handler.js';
import { keyIn, onlyOnce } from './idempotency.js';
import { negotiate, requireAtVersion, UnsupportedVersion, versionHeaders, type Negotiated } from './microversion.js';
import { handlers } from '../operations.js';
import type { HttpHandler, HttpReply, HttpRequest } from './request.js';
import { findRoute, type Route } from './route.js';
import type { StoreShares } from './store-shares.js';
import { StreamSlots } from './stream-slots.js';
import { callOnEnd } from './texts.js';
import { validBody, validQuery } from './validate.js';

export interface ApiDeps extends AppDeps, ApiLimits {
  readonly identity: Identity;
  readonly logger: Logger;
  readonly limits: Limits;
  /** How much of the database a project may have at a time. */
  readonly shares: StoreShares;
}

const REQUEST_ID = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RETRY_AFTER_SECONDS = '5';

/** The whole API. It never rejects: every failure becomes an answer, and none of them is any cache's to keep: they belong to a project. */
export function createApi(deps: ApiDeps): HttpHandler {
  const slots = new StreamSlots(deps.maxEventStreams);
  return async (request) => {
    const requestId = `req-${deps.random.uuid()}`;
    const started = deps.clock.now().getTime();
    const trail: RequestContext = { headers: { 'Cache-Control': 'no-store' }, operation: undefined, error: undefined, slots };
    const reply = await handleErrors(deps, request, requestId, trail);
    trail.headers['x-openstack-request-id'] = requestId;
    deps.logger.info('request', {
      requestId,
      globalRequestId: globalId(request),
      method: request.method,
      path: request.path.slice(0, 512),
      operation: trail.operation,
      status: reply.status,
      error: trail.error,
      milliseconds: deps.clock.now().getTime() - started,
    });
    const { status, body, stream, texts } = reply;
    return { status, body, stream, texts, headers: trail.headers, operation: trail.operation };
  };
}

/** Facts of a request, filled in on its way: a refusal carries the headers known by then, and the request log has the rest. */
interface RequestContext {
  readonly headers: Record<string, string>;
  readonly slots: StreamSlots;
  operation: OperationId | undefined;
  error: ErrorName | undefined;
}

type Reply = Pick<HttpReply, 'status' | 'body' | 'stream' | 'texts'>;

function globalId(request: HttpRequest): string | undefined {
  const given = request.header('x-openstack-request-id');
  return given !== null && REQUEST_ID.test(given) ? given : undefined;
}

async function handleErrors(deps: ApiDeps, request: HttpRequest, requestId: string, trail: RequestContext): Promise<Reply> {
  try {
    return await dispatch(deps, request, trail);
  } catch (error) {
    const known = asDomainError(error);
    trail.error = known.kind;
    if (known.status >= 500) deps.logger.error('request failed', { requestId, kind: known.kind, error: known.cause ?? known });
    return refusal(deps, known, trail);
  }
}

async function dispatch(deps: ApiDeps, request: HttpRequest, trail: RequestContext): Promise<Reply> {
  const { headers } = trail;
  const route = findRoute(request.method, request.path);
  trail.operation = route.kind === 'found' ? route.route.operation.id : undefined;
  if (request.method === 'OPTIONS' && route.kind === 'no-method') return methodsOf(route.allowed, headers);
  const open = isOpen(route);
  const actor = open ? undefined : await authenticate(deps, request);
  const leave = actor
    ? await deps.limits.enter(shareOf(actor), isRead(request) ? 'read' : 'write', () => request.signal)
    : undefined;
  let reply: Reply | undefined;
  try {
    reply = await invoke(deps, request, { route, actor: actor ?? NO_ACTOR, headers, slots: trail.slots });
    // What is sent in parts is under way until its last part is.
    return reply.texts && leave ? { ...reply, texts: callOnEnd(reply.texts, leave) } : reply;
  } finally {
    if (!reply?.texts) leave?.();
  }
}

/** Whose share of the service a request takes. */
function shareOf(actor: Actor): string {
  return actor.projectId ?? `user ${actor.userId}`;
}

function isRead({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Load balancers ask this to see whether the service answers, and have no token (RFC 9110, 9.3.7). */
function methodsOf(allowed: readonly string[], headers: RequestContext['headers']): Reply {
  headers['Allow'] = allowed.join(', ');
  return { status: 200, body: '' };
}

/** A path that needs no token answers OPTIONS without a token, too. */
function isOpen(lookup: ReturnType<typeof findRoute>): boolean {
  return lookup.kind === 'found' ? lookup.route.operation.public : lookup.kind === 'no-method' && lookup.public;
}

/** What this service has beyond Magnum and a client must know before it relies on it: without keys, a repeated POST makes a second bay. */
const EXTENSIONS = 'idempotency-key';

interface Admitted {
  readonly route: ReturnType<typeof findRoute>;
  readonly actor: Actor;
  readonly headers: RequestContext['headers'];
  readonly slots: StreamSlots;
}

async function invoke(deps: ApiDeps, request: HttpRequest, { route, actor, headers, slots }: Admitted): Promise<Reply> {
  // `/` is outside of versioning (docs/contract/protocol.md#root-documents).
  const negotiated = request.path === '/' ? undefined : negotiateInto(headers, request);
  const found = requireRoute(route, headers);
  const wantsStream = found.operation.streams && request.method !== 'HEAD' && accepts(request, EVENT_STREAM);
  if (!wantsStream) requireJson(request, found.operation);
  if (found.operation.id === 'getV1') headers['Magnum-Extensions'] = EXTENSIONS;
  const own = deps.shares.ofProject(shareOf(actor), deps);
  const { call, answer } = await admitBody(deps.longWork, request, shareOf(actor), async () => {
    const call = await callOf(deps, request, { route: found, actor, version: negotiated?.version ?? '1.1', wantsStream });
    return { call, answer: await onlyOnce(own, call, found.operation, (once) => handlers[found.operation.id](own, once)) };
  });
  if (answer.stream) return streamReply(deps, answer.stream, { call, headers, leave: slots.take(actor.projectId ?? '') });
  return replyOf(found.operation, call.version, answer, headers);
}

function negotiateInto(headers: RequestContext['headers'], request: HttpRequest): Negotiated {
  try {
    const negotiated = negotiate(request);
    Object.assign(headers, headersOf(negotiated));
    return negotiated;
  } catch (error) {
    if (error instanceof UnsupportedVersion) Object.assign(headers, versionHeaders(error));
    throw error;
  }
}

const negotiatedHeaders = new WeakMap<Negotiated, Readonly<Record<string, string>>>();

function headersOf(negotiated: Negotiated): Readonly<Record<string, string>> {
  const headers = negotiatedHeaders.get(negotiated) ?? versionHeaders(negotiated);
  negotiatedHeaders.set(negotiated, headers);
  return headers;
}

function requireRoute(lookup: ReturnType<typeof findRoute>, headers: RequestContext['headers']): Route {
  switch (lookup.kind) {
    case 'found':
      return lookup.route;
    case 'no-method':
      headers['Allow'] = lookup.allowed.join(', ');
      throw new DomainError(
        'method-not-allowed',
        `The method is not allowed for this resource. Allowed: ${lookup.allowed.join(', ')}.`,
      );
    case 'no-path':
      throw new DomainError('path-not-found', 'The resource could not be found.');
  }
}

const EVENT_STREAM = /(^|[,\s])text\/event-stream/i;
const JSON_TYPES = /(^|[,\s])(\*\/\*|application\/(\*|json)|application\/vnd\.openstack\.magnum\.v1\+json)/i;

function accepts(request: HttpRequest, types: RegExp): boolean {
  return types.test(request.header('accept') ?? '');
}

function requireJson(request: HttpRequest, operation: Operation): void {
  if ((request.header('accept') ?? '').trim() === '' || accepts(request, JSON_TYPES)) return;
  const types = operation.streams ? 'application/json or text/event-stream' : 'application/json only';
  throw new DomainError('not-acceptable', `This API answers ${types}: allow it in the Accept header.`);
}

interface Streaming {
  readonly call: Call;
  readonly headers: RequestContext['headers'];
  /** Gives the place of the stream back. */
  readonly leave: () => void;
}

function streamReply(deps: ApiDeps, stream: NonNullable<Answer['stream']>, { call, headers, leave }: Streaming): Reply {
  headers['Content-Type'] = 'text/event-stream';
  // Proxies of nginx's kind would keep events back until they fill a buffer.
  headers['X-Accel-Buffering'] = 'no';
  return { status: 200, body: '', stream: releaseOnEnd(logStreamErrors(deps, stream(call.signal()), leave), leave) };
}

/** The place is given back also where the stream was never begun: a generator's `finally` does not run then. */
function releaseOnEnd(texts: AsyncGenerator<string, void, undefined>, leave: () => void): AsyncIterable<string> {
  const next = (): Promise<IteratorResult<string, void>> => texts.next();
  const end = (): Promise<IteratorResult<string, void>> => {
    leave();
    return texts.return();
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** A stream that fails ends: the status has been sent long ago, and the client connects again. */
async function* logStreamErrors(
  deps: ApiDeps,
  stream: AsyncIterable<string>,
  leave: () => void,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    deps.logger.warn('event stream ended early', { error });
  } finally {
    leave();
  }
}

const NO_ACTOR: Actor = { userId: '', userName: '', userDomainId: '', projectId: null, roles: [], trusteeOf: null };

async function authenticate(deps: ApiDeps, request: HttpRequest): Promise<Actor> {
  const token = request.header('x-auth-token');
  const identity = token ? await deps.identity.validate(new Secret(token), request) : undefined;
  if (!identity) throw new DomainError('unauthorized', 'The request you have made requires authentication.');
  const isTrustee = identity.userDomainId === deps.identity.trusteeDomainId;
  return {
    userId: identity.userId,
    userName: identity.userName,
    userDomainId: identity.userDomainId,
    projectId: identity.projectId,
    roles: identity.roles,
    trusteeOf: isTrustee ? parseTrusteeUsername(identity.userName) : null,
    ...(isTrustee ? proofIn(request) : {}),
    domainId: identity.domainId ?? null,
    systemScope: identity.systemScope === true,
    restricted: identity.restricted === true,
    ...(token ? { token: new Secret(token) } : {}),
  };
}

/** A header is bounded by the listener. */
function proofIn(request: HttpRequest): Pick<Actor, 'nodeProof'> {
  const [name, secret] = [request.header('x-magnum-node'), request.header('x-magnum-node-secret')];
  return name && secret ? { nodeProof: { name, secret: new Secret(secret) } } : {};
}

interface CallContext {
  readonly route: Route;
  readonly actor: Actor;
  readonly version: string;
  readonly wantsStream: boolean;
}

async function checkedBody(deps: ApiDeps, request: HttpRequest, { route, actor, version }: CallContext): Promise<JsonValue> {
  const bytes = await readBytes(request);
  const check = (): JsonValue => validBody(route.operation, version, bodyIn(request, bytes) ?? null);
  if (bytes.length < LONG_BODY) return check();
  return deps.longWork.run({ group: shareOf(actor), signal: request.signal }, () => Promise.resolve(check()));
}

async function callOf(deps: ApiDeps, request: HttpRequest, context: CallContext): Promise<Call> {
  const { operation, params } = context.route;
  requireAtVersion(operation, context.version);
  const query = validQuery(operation, context.version, request.query);
  const body = operation.hasBody ? await checkedBody(deps, request, context) : undefined;
  return {
    access: {
      actor: context.actor,
      action: operation.policy ?? '',
      policies: operation.policies,
      vocabulary: operation.vocabulary,
    },
    version: context.version,
    params,
    query,
    body,
    baseUrl: request.origin,
    wantsStream: context.wantsStream,
    ifMatch: ifMatchOf(request, operation),
    // A dry run makes nothing that could be made twice.
    idempotencyKey: operation.method === 'POST' && query['dry_run'] !== true ? keyIn(request.header('idempotency-key')) : null,
    lastEventId: /^\d{1,15}$/.exec(request.header('last-event-id') ?? '')?.[0] ?? null,
    longWork: { turns: deps.longWork, group: shareOf(context.actor) },
    // No getter: V8 makes a hidden class for each one in a literal, in memory that only a whole collection frees.
    signal: () => request.signal,
  };
}

/** A condition that the operation does not check must be refused: the client relies on it. */
function ifMatchOf(request: HttpRequest, operation: Operation): string | null {
  const given = request.header('if-match');
  if (given === null || operation.etag || operation.method === 'GET') return given;
  throw new DomainError('invalid-parameter', {
    field: 'If-Match',
    message: `${operation.method} ${operation.path} does not understand If-Match. Leave it out.`,
  });
}

function replyOf(
  operation: Operation & { readonly id: OperationId },
  version: string,
  answer: Answer,
  headers: RequestContext['headers'],
): Reply {
  const usual = operations[operation.id].success.find((success) => isWithin(version, success.from, success.to))?.status;
  const status = answer.status ?? usual ?? 200;
  if (answer.location) headers['Location'] = answer.location;
  if (answer.etag) headers['ETag'] = answer.etag;
  if (answer.replayed) headers['Idempotency-Replayed'] = 'true';
  if (answer.warnings && answer.warnings.length > 0) headers['Warning'] = warningsIn(answer.warnings);
  if (answer.texts) {
    headers['Content-Type'] = 'application/json';
    return { status, body: '', texts: answer.texts };
  }
  if (answer.text) {
    headers['Content-Type'] = answer.text.type;
    return { status, body: answer.text.content };
  }
  return answer.body === undefined ? { status, body: '' } : json(answer.body, status, headers);
}

function refusal(deps: ApiDeps, error: DomainError, { headers, operation }: RequestContext): Reply {
  if (error.kind === 'unauthorized') headers['WWW-Authenticate'] = `Keystone uri="${deps.identity.publicAuthUrl}"`;
  const retryAfter = error.retryAfterSeconds?.toString() ?? (error.status === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter) headers['Retry-After'] = retryAfter;
  headers[ERROR_HEADER] = error.kind;
  return json(errorBody(error, operation && operations[operation].vocabulary), error.status, headers);
}

function json(body: JsonValue | JsonText, status: number, headers: RequestContext['headers']): Reply {
  headers['Content-Type'] = 'application/json';
  return { status, body: body instanceof JsonText ? body.text : JSON.stringify(body) };
}

/** A header must stay small: of hundreds of unknown labels only the first are named. */
const MOST_WARNINGS = MOST_HELPED;

function warningsIn(problems: readonly Problem[]): string {
  const more = problems.length - MOST_WARNINGS;
  return [
    ...problems.slice(0, MOST_WARNINGS).map(({ field, message }) => `${field}: ${message}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
    .map((text) => `299 magnum "${quotable(text)}"`)
    .join(', ');
}

/** Header text: printable ASCII without quotes. */
function quotable(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/["\\]/g, "'")
    .slice(0, 400);
}
