import { isJsonObject, type JsonObject } from '../../domain/json.js';
import type { Logger } from '../../ports/logger.js';
import { limitedBody } from '../request-body.js';
import type { Account, Directory } from './directory.js';
import { logIn } from './login.js';
import type { LoginThrottle } from './login-throttle.js';
import {
  catalogBody,
  domainBody,
  errorResponse,
  forbidden,
  json,
  KeystoneError,
  listBody,
  projectBody,
  tokenBody,
  unauthorized,
  userBody,
  versionBody,
  type CatalogEntry,
} from './responses.js';
import type { Token, Tokens } from './tokens.js';

export interface KeystoneDeps {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly throttle: LoginThrottle;
  readonly catalog: () => readonly CatalogEntry[];
  readonly authUrl: () => string;
  readonly logger: Logger;
}

interface Call {
  readonly request: Request;
  /** Address of the client, as far as it is known. */
  readonly source: string;
  readonly url: URL;
  /** `http://host/identity/v3`, as the caller reached it. */
  readonly base: string;
  readonly id: string;
}

interface Caller {
  readonly token: Token;
  readonly account: Account;
  readonly isAdmin: boolean;
}

type Route = readonly [method: string, path: RegExp, run: (deps: KeystoneDeps, call: Call) => Promise<Response> | Response];

const PREFIX = '/identity';
const BODY_LIMIT = 64 * 1024;

const ROUTES: readonly Route[] = [
  ['GET', /^$/, (_, call) => json(300, { versions: { values: [versionBody(call.base)] } })],
  ['GET', /^\/v3$/, (_, call) => json(200, { version: versionBody(call.base) })],
  ['POST', /^\/v3\/auth\/tokens$/, issueToken],
  ['GET', /^\/v3\/auth\/tokens$/, showToken],
  ['HEAD', /^\/v3\/auth\/tokens$/, showToken],
  ['DELETE', /^\/v3\/auth\/tokens$/, revokeToken],
  ['GET', /^\/v3\/auth\/catalog$/, showCatalog],
  ['GET', /^\/v3\/auth\/projects$/, listOwnProjects],
  [
    'GET',
    /^\/v3\/auth\/domains$/,
    async (deps, call) => (await caller(deps, call), json(200, listBody('domains', [], call.url.href))),
  ],
  ['GET', /^\/v3\/users$/, listUsers],
  ['GET', /^\/v3\/users\/([^/]+)$/, showUser],
  ['GET', /^\/v3\/users\/([^/]+)\/projects$/, listProjectsOfUser],
  ['GET', /^\/v3\/projects$/, listProjects],
  ['GET', /^\/v3\/projects\/([^/]+)$/, showProject],
  ['GET', /^\/v3\/domains$/, listDomains],
  ['GET', /^\/v3\/domains\/([^/]+)$/, showDomain],
];

/** As much of Keystone v3 as the OpenStack clients need to log in and look around. Undefined: not a path of it. */
export async function handleKeystone(deps: KeystoneDeps, request: Request, source: string): Promise<Response | undefined> {
  const url = new URL(request.url);
  if (url.pathname !== PREFIX && !url.pathname.startsWith(`${PREFIX}/`)) return undefined;
  try {
    return await dispatch(deps, { request, url, source });
  } catch (error) {
    if (error instanceof KeystoneError) return errorResponse(error, deps.authUrl());
    // What is not a refusal is the database: nothing of it belongs into an answer, and operators need to see it.
    deps.logger.error('identity request failed', { method: request.method, path: url.pathname, error });
    return errorResponse(new KeystoneError(503, 'The identity service is unavailable for the moment.'), deps.authUrl());
  }
}

async function dispatch(deps: KeystoneDeps, asked: Pick<Call, 'request' | 'url' | 'source'>): Promise<Response> {
  const { request, url } = asked;
  const path = url.pathname.slice(PREFIX.length).replace(/\/+$/, '');
  const matching = ROUTES.filter(([, pattern]) => pattern.test(path));
  if (matching.length === 0) throw new KeystoneError(404, 'The resource could not be found.');
  const route =
    matching.find(([method]) => method === request.method) ??
    matching.find(([method]) => method === 'GET' && request.method === 'HEAD');
  if (!route) throw new KeystoneError(405, 'The method is not allowed for the requested URL.');
  const [, pattern, run] = route;
  const response = await run(deps, {
    ...asked,
    base: `${url.origin}${PREFIX}/v3`,
    id: decodeSegment(pattern.exec(path)?.[1] ?? ''),
  });
  return request.method === 'HEAD' ? new Response(null, { status: response.status, headers: response.headers }) : response;
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new KeystoneError(404, 'The resource could not be found.');
  }
}

async function caller(deps: KeystoneDeps, call: Call): Promise<Caller> {
  const given = call.request.headers.get('x-auth-token');
  const found = given ? await tokenAndAccount(deps, given) : undefined;
  if (!found) throw unauthorized();
  const roles = found.token.projectId === null ? [] : found.account.rolesOn(found.token.projectId);
  return { ...found, isAdmin: roles.includes('admin') };
}

async function tokenAndAccount(
  deps: KeystoneDeps,
  id: string,
): Promise<{ readonly token: Token; readonly account: Account } | undefined> {
  const token = await deps.tokens.find(id);
  const account = token && (await deps.directory.byId(token.userId));
  return account && { token, account };
}

async function issueToken(deps: KeystoneDeps, call: Call): Promise<Response> {
  const login = await logIn(deps, await jsonBody(call.request), call.source);
  const { id, token } = await deps.tokens.issue(
    { userId: login.account.id, projectId: login.projectId, methods: login.methods },
    login.notAfter,
  );
  return json(201, viewOf(deps, call, { token, account: login.account }), { 'x-subject-token': id });
}

function viewOf(deps: KeystoneDeps, call: Call, found: { readonly token: Token; readonly account: Account }): JsonObject {
  return tokenBody({
    ...found,
    config: deps.directory.config,
    catalog: call.url.searchParams.has('nocatalog') ? null : deps.catalog(),
  });
}

async function jsonBody(request: Request): Promise<JsonObject> {
  const text = await limitedBody(request, BODY_LIMIT);
  if (text === undefined) throw new KeystoneError(413, 'Request is too large.');
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Refused below, like every other body that is no object.
  }
  throw new KeystoneError(
    400,
    'Expecting to find valid JSON. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.',
  );
}

/** The token of `X-Subject-Token`: the caller's own, or any for an administrator. */
async function subject(
  deps: KeystoneDeps,
  call: Call,
  action: string,
): Promise<{ readonly id: string; readonly token: Token; readonly account: Account }> {
  const who = await caller(deps, call);
  const id = call.request.headers.get('x-subject-token');
  if (!id) throw new KeystoneError(400, 'Expecting to find X-Subject-Token in request headers.');
  const found = await tokenAndAccount(deps, id);
  if (found && found.account.id !== who.account.id && !who.isAdmin) throw forbidden(action);
  if (!found) throw new KeystoneError(404, 'Could not find token.');
  return { id, ...found };
}

async function showToken(deps: KeystoneDeps, call: Call): Promise<Response> {
  const found = await subject(deps, call, 'identity:validate_token');
  return json(200, viewOf(deps, call, found), { 'x-subject-token': found.id });
}

async function revokeToken(deps: KeystoneDeps, call: Call): Promise<Response> {
  const found = await subject(deps, call, 'identity:revoke_token');
  await deps.tokens.revoke(found.id);
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}

async function showCatalog(deps: KeystoneDeps, call: Call): Promise<Response> {
  const who = await caller(deps, call);
  if (who.token.projectId === null) throw forbidden('identity:get_auth_catalog');
  return json(200, { catalog: catalogBody(deps.catalog(), deps.directory.config.region), links: { self: call.url.href } });
}

async function listOwnProjects(deps: KeystoneDeps, call: Call): Promise<Response> {
  const who = await caller(deps, call);
  return listReply(
    call,
    'projects',
    deps.directory.projectsOf(who.account).map((project) => projectBody(project, call.base)),
  );
}

async function admin(deps: KeystoneDeps, call: Call, action: string): Promise<void> {
  if (!(await caller(deps, call)).isAdmin) throw forbidden(action);
}

/** `name` and `domain_id` of the query narrow a list. */
function filterByQuery<T extends { readonly name: string; readonly domainId?: string }>(
  items: readonly T[],
  url: URL,
): readonly T[] {
  const name = url.searchParams.get('name');
  const domain = url.searchParams.get('domain_id');
  return items.filter(
    (item) =>
      (name === null || item.name === name) && (domain === null || item.domainId === undefined || item.domainId === domain),
  );
}

function listReply(call: Call, collection: string, items: readonly JsonObject[]): Response {
  return json(200, listBody(collection, items, call.url.href));
}

async function listUsers(deps: KeystoneDeps, call: Call): Promise<Response> {
  await admin(deps, call, 'identity:list_users');
  return listReply(
    call,
    'users',
    filterByQuery(await deps.directory.all(), call.url).map((account) => userBody(account, call.base)),
  );
}

async function userFor(deps: KeystoneDeps, call: Call, action: string): Promise<Account> {
  const who = await caller(deps, call);
  if (call.id === who.account.id) return who.account;
  if (!who.isAdmin) throw forbidden(action);
  const account = await deps.directory.byId(call.id);
  if (!account) throw new KeystoneError(404, `Could not find user: ${call.id}.`);
  return account;
}

async function showUser(deps: KeystoneDeps, call: Call): Promise<Response> {
  return json(200, { user: userBody(await userFor(deps, call, 'identity:get_user'), call.base) });
}

async function listProjectsOfUser(deps: KeystoneDeps, call: Call): Promise<Response> {
  const account = await userFor(deps, call, 'identity:list_user_projects');
  return listReply(
    call,
    'projects',
    deps.directory.projectsOf(account).map((project) => projectBody(project, call.base)),
  );
}

async function listProjects(deps: KeystoneDeps, call: Call): Promise<Response> {
  await admin(deps, call, 'identity:list_projects');
  return listReply(
    call,
    'projects',
    filterByQuery(deps.directory.config.projects, call.url).map((project) => projectBody(project, call.base)),
  );
}

async function showProject(deps: KeystoneDeps, call: Call): Promise<Response> {
  const who = await caller(deps, call);
  if (!who.isAdmin && who.token.projectId !== call.id) throw forbidden('identity:get_project');
  const project = deps.directory.config.projects.find((known) => known.id === call.id);
  if (!project) throw new KeystoneError(404, `Could not find project: ${call.id}.`);
  return json(200, { project: projectBody(project, call.base) });
}

async function listDomains(deps: KeystoneDeps, call: Call): Promise<Response> {
  await admin(deps, call, 'identity:list_domains');
  return listReply(
    call,
    'domains',
    filterByQuery(deps.directory.config.domains, call.url).map((domain) => domainBody(domain, call.base)),
  );
}

async function showDomain(deps: KeystoneDeps, call: Call): Promise<Response> {
  await admin(deps, call, 'identity:get_domain');
  const domain = deps.directory.config.domains.find((known) => known.id === call.id);
  if (!domain) throw new KeystoneError(404, `Could not find domain: ${call.id}.`);
  return json(200, { domain: domainBody(domain, call.base) });
}
