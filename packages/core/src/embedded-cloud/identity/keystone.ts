import type { JsonObject } from '../../domain/json.js';
import {
  createApplicationCredential,
  deleteApplicationCredential,
  listApplicationCredentials,
  showApplicationCredential,
} from './application-credential-routes.js';
import { caller, emptyReply, jsonBody, listReply, userFor, type Call, type KeystoneDeps } from './calls.js';
import { logIn } from './login.js';
import { forbidden, KeystoneError } from './keystone-error.js';
import {
  catalogBody,
  domainBody,
  errorResponse,
  json,
  listBody,
  projectBody,
  tokenBody,
  userBody,
  versionBody,
} from './responses.js';
import { findHolder, type TokenHolder } from './token-holder.js';

type Route = readonly [method: string, path: RegExp, run: (deps: KeystoneDeps, call: Call) => Promise<Response> | Response];

const PREFIX = '/identity';

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
  ['GET', /^\/v3\/users\/([^/]+)\/application_credentials$/, listApplicationCredentials],
  ['POST', /^\/v3\/users\/([^/]+)\/application_credentials$/, createApplicationCredential],
  ['GET', /^\/v3\/users\/([^/]+)\/application_credentials\/([^/]+)$/, showApplicationCredential],
  ['DELETE', /^\/v3\/users\/([^/]+)\/application_credentials\/([^/]+)$/, deleteApplicationCredential],
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
  const [, id = '', innerId = ''] = pattern.exec(path) ?? [];
  const response = await run(deps, {
    ...asked,
    base: `${url.origin}${PREFIX}/v3`,
    id: decodeSegment(id),
    innerId: decodeSegment(innerId),
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

async function issueToken(deps: KeystoneDeps, call: Call): Promise<Response> {
  const { account, projectId, methods, credential, roles, notAfter } = await logIn(
    deps,
    await jsonBody(call.request),
    call.source,
  );
  const { id, token } = await deps.tokens.issue(
    { userId: account.id, projectId, methods, applicationCredentialId: credential?.id },
    notAfter,
  );
  return json(201, viewOf(deps, call, { token, account, credential, roles }), { 'x-subject-token': id });
}

function viewOf(deps: KeystoneDeps, call: Call, holder: TokenHolder): JsonObject {
  return tokenBody({
    ...holder,
    config: deps.directory.config,
    catalog: call.url.searchParams.has('nocatalog') ? null : deps.catalog(),
  });
}

/** The token of `X-Subject-Token`: the caller's own, or any for an administrator. */
async function subject(deps: KeystoneDeps, call: Call, action: string): Promise<TokenHolder & { readonly id: string }> {
  const who = await caller(deps, call);
  const id = call.request.headers.get('x-subject-token');
  if (!id) throw new KeystoneError(400, 'Expecting to find X-Subject-Token in request headers.');
  const found = await findHolder(deps, id);
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
  return emptyReply();
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

async function listUsers(deps: KeystoneDeps, call: Call): Promise<Response> {
  await admin(deps, call, 'identity:list_users');
  return listReply(
    call,
    'users',
    filterByQuery(await deps.directory.all(), call.url).map((account) => userBody(account, call.base)),
  );
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
