import { isWithin, operations, type Operation, type OperationId } from '@magnum-ts/openapi';
import type { AppDeps } from '../app/deps.js';
import { parseTrusteeUsername, type Actor } from '../domain/actor.js';
import { DomainError, type ErrorName } from '../domain/errors.js';
import type { JsonValue } from '../domain/json.js';
import { Secret } from '../domain/secret.js';
import type { Identity } from '../ports/identity.js';
import type { Logger } from '../ports/logger.js';
import { readBody } from './body.js';
import { asDomainError, errorBody } from './error-body.js';
import type { Answer, ApiLimits, Call } from './handler.js';
import { negotiate, requireAtVersion, UnsupportedVersion, versionHeaders, type Negotiated } from './microversion.js';
import { handlers } from './operations.js';
import { findRoute, type Route } from './route.js';
import { validBody, validQuery } from './validate.js';

export interface ApiDeps extends AppDeps, ApiLimits {
  readonly identity: Identity;
  readonly logger: Logger;
}

/** The whole API as a web-standard handler. It never rejects: every failure becomes an answer. */
export type ApiHandler = (request: Request) => Promise<Response>;

const REQUEST_ID = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RETRY_AFTER_SECONDS = '5';

export function apiHandler(deps: ApiDeps): ApiHandler {
  return async (request) => {
    const requestId = `req-${deps.random.uuid()}`;
    const started = deps.clock.now().getTime();
    const trail: Trail = { headers: new Headers(), operation: undefined, error: undefined };
    const reply = await answered(deps, request, requestId, trail);
    reply.headers.set('x-openstack-request-id', requestId);
    deps.logger.info('request', {
      requestId, globalRequestId: globalId(request), method: request.method, path: new URL(request.url).pathname.slice(0, 512), operation: trail.operation,
      status: reply.status, error: trail.error, milliseconds: deps.clock.now().getTime() - started,
    });
    return reply;
  };
}

/** What becomes known of a request on its way: a refusal carries the headers known by then, and the log tells the rest. */
interface Trail {
  readonly headers: Headers;
  operation: OperationId | undefined;
  error: ErrorName | undefined;
}

function globalId(request: Request): string | undefined {
  const given = request.headers.get('x-openstack-request-id');
  return given !== null && REQUEST_ID.test(given) ? given : undefined;
}

async function answered(deps: ApiDeps, request: Request, requestId: string, trail: Trail): Promise<Response> {
  try {
    return await respond(deps, request, trail);
  } catch (error) {
    const known = asDomainError(error);
    trail.error = known.kind;
    if (known.status >= 500) deps.logger.error('request failed', { requestId, kind: known.kind, error: known.cause ?? known });
    return refusal(deps, known, trail.headers);
  }
}

async function respond(deps: ApiDeps, request: Request, trail: Trail): Promise<Response> {
  const { headers } = trail;
  const url = new URL(request.url);
  const route = findRoute(request.method, url.pathname);
  trail.operation = route.kind === 'found' ? route.route.operation.id : undefined;
  const open = route.kind === 'found' && route.route.operation.public;
  const actor = open ? undefined : await authenticate(deps, request);
  const negotiated = isRoot(url) ? undefined : negotiateInto(headers, request.headers);
  const found = requireRoute(route, headers);
  requireJson(request);
  const call = await callOf(request, url, { route: found, actor: actor ?? NOBODY, version: negotiated?.version ?? '1.1' });
  const answer = await handlers[found.operation.id](deps, call);
  return present(found.operation, call.version, answer, headers);
}

/** `/` is outside of versioning (contract, README §1). */
function isRoot(url: URL): boolean {
  return url.pathname === '/' || url.pathname === '';
}

function negotiateInto(headers: Headers, given: Headers): Negotiated {
  try {
    const negotiated = negotiate(given);
    setAll(headers, versionHeaders(negotiated));
    return negotiated;
  } catch (error) {
    if (error instanceof UnsupportedVersion) setAll(headers, versionHeaders({ service: error.service }));
    throw error;
  }
}

function requireRoute(lookup: ReturnType<typeof findRoute>, headers: Headers): Route {
  switch (lookup.kind) {
    case 'found':
      return lookup.route;
    case 'no-method':
      headers.set('Allow', lookup.allowed.join(', '));
      throw new DomainError('method-not-allowed', `The method is not allowed for this resource. Allowed: ${lookup.allowed.join(', ')}.`);
    case 'no-path':
      throw new DomainError('not-found', 'The resource could not be found.');
  }
}

function requireJson(request: Request): void {
  const accept = request.headers.get('accept');
  if (accept === null || accept.trim() === '' || /(^|[,\s])(\*\/\*|application\/(\*|json)|application\/vnd\.openstack\.magnum\.v1\+json)/i.test(accept)) return;
  throw new DomainError('not-acceptable', 'This API answers application/json only: allow it in the Accept header.');
}

const NOBODY: Actor = { userId: '', userName: '', userDomainId: '', projectId: null, roles: [], trusteeOf: null };

async function authenticate(deps: ApiDeps, request: Request): Promise<Actor> {
  const token = request.headers.get('x-auth-token');
  const identity = token ? await deps.identity.validate(new Secret(token), request.signal) : undefined;
  if (!identity) throw new DomainError('unauthorized', 'The request you have made requires authentication.');
  const isTrustee = identity.userDomainId === deps.identity.trusteeDomainId;
  return {
    userId: identity.userId, userName: identity.userName, userDomainId: identity.userDomainId, projectId: identity.projectId, roles: identity.roles,
    trusteeOf: isTrustee ? parseTrusteeUsername(identity.userName) : null,
  };
}

interface CallContext {
  readonly route: Route;
  readonly actor: Actor;
  readonly version: string;
}

async function callOf(request: Request, url: URL, context: CallContext): Promise<Call> {
  const { operation, params } = context.route;
  requireAtVersion(operation, context.version);
  const query = validQuery(operation, context.version, url.searchParams);
  const body = operation.hasBody ? validBody(operation, context.version, (await readBody(request)) ?? null) : undefined;
  return {
    access: { actor: context.actor, action: operation.policy ?? '' }, version: context.version, params, query, body, baseUrl: url.origin, signal: request.signal,
  };
}

function present(operation: Operation & { readonly id: OperationId }, version: string, answer: Answer, headers: Headers): Response {
  const status = operations[operation.id].success.find((success) => isWithin(version, success.from, success.to))?.status ?? 200;
  if (answer.location) headers.set('Location', answer.location);
  for (const warning of answer.warnings ?? []) headers.append('Warning', `299 magnum "${quotable(`${warning.field}: ${warning.message}`)}"`);
  return answer.body === undefined ? new Response(null, { status, headers }) : json(answer.body, status, headers);
}

function refusal(deps: ApiDeps, error: DomainError, headers: Headers): Response {
  if (error.kind === 'unauthorized') headers.set('WWW-Authenticate', `Keystone uri="${deps.identity.publicAuthUrl}"`);
  if (error.status === 503) headers.set('Retry-After', RETRY_AFTER_SECONDS);
  return json(errorBody(error), error.status, headers);
}

function json(body: JsonValue, status: number, headers: Headers): Response {
  headers.set('Content-Type', 'application/json');
  return new Response(JSON.stringify(body), { status, headers });
}

/** Header text: printable ASCII without quotes. */
function quotable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, "'").slice(0, 400);
}

function setAll(headers: Headers, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
}
