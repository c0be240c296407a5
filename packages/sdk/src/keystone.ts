import type { Auth, Session } from './auth.js';
import { underDeadline } from './deadline.js';
import { checkAddress, endpointIn, missingIn, type EndpointChoice } from './endpoint.js';
import { AuthError, fieldOf, listOf, textOf } from './errors.js';
import { explainFailure, startTrace } from './failures.js';
import { sendRequest, type Fetch } from './redirects.js';

export interface KeystoneOptions extends EndpointChoice {
  /** `https://keystone.example/v3`; the version is optional. */
  readonly authUrl: string;
  readonly projectId?: string | undefined;
  readonly projectName?: string | undefined;
  readonly projectDomainId?: string | undefined;
  readonly projectDomainName?: string | undefined;
  readonly fetch?: Fetch;
  /** Replaces the clock in tests. Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface PasswordOptions extends KeystoneOptions {
  readonly username?: string | undefined;
  readonly userId?: string | undefined;
  readonly password: string;
  readonly userDomainId?: string | undefined;
  readonly userDomainName?: string | undefined;
}

/** Logs in to Keystone v3 with a user's password. */
export function passwordAuth(options: PasswordOptions): Auth {
  const domain = domainOf(options.userDomainId, options.userDomainName);
  const user = options.userId
    ? { id: options.userId, password: options.password }
    : { name: options.username, domain, password: options.password };
  return keystoneAuth(options, { methods: ['password'], password: { user } }, scopeOf(options));
}

/** Logs in to Keystone v3 with a token, and exchanges it for a token of the project. */
export function tokenAuth(options: KeystoneOptions & { readonly token: string }): Auth {
  return keystoneAuth(options, { methods: ['token'], token: { id: options.token } }, scopeOf(options));
}

/** Logs in to Keystone v3 with an application credential, which names its own project. */
export function applicationCredentialAuth(options: KeystoneOptions & { readonly id: string; readonly secret: string }): Auth {
  const identity = { methods: ['application_credential'], application_credential: { id: options.id, secret: options.secret } };
  return keystoneAuth(options, identity, undefined);
}

// A token is renewed a minute before it expires, so that it does not expire while a request is on its way.
const EARLY_MS = 60_000;
const LOGIN_MS = 30_000;

function keystoneAuth(options: KeystoneOptions, identity: object, scope: object | undefined): Auth {
  const now = options.now ?? Date.now;
  let current: Session | undefined;
  let underway: Promise<Session> | undefined;

  // Single flight: concurrent callers wait for one login. It takes no caller's signal, since aborting one call must not fail the others.
  const login = (): Promise<Session> => {
    underway ??= logIn(options, identity, scope)
      .then((session) => (current = session))
      .finally(() => (underway = undefined));
    return underway;
  };
  const isFresh = (session: Session): boolean => session.expiresAt === undefined || session.expiresAt - EARLY_MS > now();
  return {
    renewable: true,
    get: (signal) =>
      current && isFresh(current) ? Promise.resolve(current) : underDeadline({ signal, what: 'The login' }, login),
    renew: (refused, signal) =>
      current && current.token !== refused ? Promise.resolve(current) : underDeadline({ signal, what: 'The login' }, login),
  };
}

async function logIn(options: KeystoneOptions, identity: object, scope: object | undefined): Promise<Session> {
  const url = `${versionedUrl(options.authUrl)}/auth/tokens`;
  const text = JSON.stringify({ auth: { identity, ...(scope && { scope }) } });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const send = (signal: AbortSignal): Promise<Response> =>
    sendRequest(options.fetch ?? globalThis.fetch, url, { method: 'POST', headers, body: text, signal });
  const response = await underDeadline({ timeoutMs: LOGIN_MS, what: 'The login' }, send).catch((cause: unknown) => {
    throw explainFailure(cause, url, startTrace('POST', ''), 'Keystone at ');
  });
  const body: unknown = await response.json().catch(() => undefined);
  const token = response.headers.get('x-subject-token');
  if (!response.ok || token === null) throw loginError(response, body);
  return sessionOf(options, token, fieldOf(body, 'token'));
}

function loginError(response: Response, body: unknown): AuthError {
  const said = textOf(fieldOf(body, 'error'), 'message');
  return new AuthError(`Keystone issued no token (HTTP ${response.status})${said ? `: ${said}` : ''}`, response.status);
}

function sessionOf(options: KeystoneOptions, token: string, body: unknown): Session {
  const expires = Date.parse(textOf(body, 'expires_at') ?? '');
  const catalog = listOf(fieldOf(body, 'catalog'));
  const endpoint = endpointIn(catalog, options);
  return {
    token,
    expiresAt: Number.isNaN(expires) ? undefined : expires,
    endpoint,
    missing: endpoint === undefined ? missingIn(catalog, options) : undefined,
  };
}

function scopeOf(options: KeystoneOptions): object | undefined {
  if (options.projectId) return { project: { id: options.projectId } };
  if (!options.projectName) return undefined;
  return { project: { name: options.projectName, domain: domainOf(options.projectDomainId, options.projectDomainName) } };
}

function domainOf(id: string | undefined, name: string | undefined): object {
  return id ? { id } : { name: name ?? 'Default' };
}

function versionedUrl(authUrl: string): string {
  const bare = checkAddress(authUrl, "Keystone's address (auth_url)").replace(/\/+$/, '');
  return bare.endsWith('/v3') ? bare : `${bare.replace(/\/v2\.0$/, '')}/v3`;
}
