import type { Auth, Session } from './auth.js';
import { underDeadline } from './deadline.js';
import { checkAddress, endpointIn, missingIn, type EndpointChoice } from './endpoint.js';
import { AuthError, fieldOf, listOf, textOf } from './errors.js';
import { explainFailure, startTrace } from './failures.js';
import { reasonFor } from './reasons.js';
import { sendRequest, type Fetch } from './redirects.js';

export interface KeystoneOptions extends EndpointChoice {
  /** `https://keystone.example/v3`; the version is optional. */
  readonly authUrl: string;
  readonly projectId?: string | undefined;
  readonly projectName?: string | undefined;
  readonly projectDomainId?: string | undefined;
  readonly projectDomainName?: string | undefined;
  /** A trust, whose project and roles the token has; in place of a project. */
  readonly trustId?: string | undefined;
  readonly fetch?: Fetch;
  /** Replaces the clock in tests. Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A user by id, or by name and domain. */
export interface UserOptions {
  readonly username?: string | undefined;
  readonly userId?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly userDomainName?: string | undefined;
}

/** A one-time password (RFC 6238), or a function that gives the current one: each login needs another one. */
export type Passcode = string | (() => string | Promise<string>);

export interface PasswordOptions extends KeystoneOptions, UserOptions {
  readonly password: string;
  /** For users who must give a one-time password beside their own. */
  readonly passcode?: Passcode | undefined;
}

/**
 * Logs in to Keystone v3 with a user's password, and with a one-time password where `passcode` is given.
 * @throws {AuthError} at the first call, where Keystone refuses the login
 * @throws {ConnectionError} at the first call, where Keystone cannot be reached
 * @example
 * const auth = passwordAuth({ authUrl: 'https://keystone.example/v3', username: 'ann', password, projectName: 'web' });
 */
export function passwordAuth(options: PasswordOptions): Auth {
  const byPassword = { password: { user: { ...userOf(options), password: options.password } } };
  if (options.passcode === undefined) return keystoneAuth(options, { methods: ['password'], ...byPassword }, scopeOf(options));
  const totp = byPasscode(options, options.passcode);
  return keystoneAuth(
    options,
    async () => ({ methods: ['password', 'totp'], ...byPassword, ...(await totp()) }),
    scopeOf(options),
  );
}

/**
 * Logs in to Keystone v3 with a one-time password alone. Keystone takes each of them once, so that a function as `passcode` is needed for what runs
 * longer than a token.
 * @throws {AuthError} at the first call, where Keystone refuses the login
 * @throws {ConnectionError} at the first call, where Keystone cannot be reached
 * @example
 * const auth = totpAuth({ authUrl, username: 'ann', projectName: 'web', passcode: async () => '123456' });
 */
export function totpAuth(options: KeystoneOptions & UserOptions & { readonly passcode: Passcode }): Auth {
  const totp = byPasscode(options, options.passcode);
  return keystoneAuth(options, async () => ({ methods: ['totp'], ...(await totp()) }), scopeOf(options));
}

function byPasscode(user: UserOptions, passcode: Passcode): () => Promise<object> {
  let isUsed = false;
  return async () => {
    if (typeof passcode === 'string' && isUsed)
      throw new AuthError(
        'The token has expired, and the one-time password was used for it; give the next one, or a function as `passcode`',
      );
    isUsed = true;
    return { totp: { user: { ...userOf(user), passcode: typeof passcode === 'string' ? passcode : await passcode() } } };
  };
}

function userOf({ userId, username, userDomainId, userDomainName }: UserOptions): object {
  return userId ? { id: userId } : { name: username, domain: domainOf(userDomainId, userDomainName) };
}

/**
 * Logs in to Keystone v3 with a token, and exchanges it for a token of the project.
 * @throws {AuthError} at the first call, where Keystone refuses the login
 * @throws {ConnectionError} at the first call, where Keystone cannot be reached
 * @example
 * const auth = tokenAuth({ authUrl: 'https://keystone.example/v3', token, projectName: 'web' });
 */
export function tokenAuth(options: KeystoneOptions & { readonly token: string }): Auth {
  return keystoneAuth(options, { methods: ['token'], token: { id: options.token } }, scopeOf(options));
}

/** An application credential by id, or by its name and user. */
export type ApplicationCredentialOptions = KeystoneOptions & { readonly secret: string } & (
    { readonly id: string } | ({ readonly name: string } & UserOptions)
  );

/**
 * Logs in to Keystone v3 with an application credential, which has a project of its own.
 * @throws {AuthError} at once for a trust beside it, and at the first call where Keystone refuses the login
 * @throws {ConnectionError} at the first call, where Keystone cannot be reached
 * @example
 * const auth = applicationCredentialAuth({ authUrl: 'https://keystone.example/v3', id: 'id', secret: 'secret' });
 */
export function applicationCredentialAuth(options: ApplicationCredentialOptions): Auth {
  if (options.trustId) throw new AuthError('An application credential cannot use a trust (OS_TRUST_ID)');
  const credential = 'id' in options ? { id: options.id } : { name: options.name, user: userOf(options) };
  const identity = { methods: ['application_credential'], application_credential: { ...credential, secret: options.secret } };
  return keystoneAuth(options, identity, undefined);
}

// A token is renewed a minute before it expires, so that it does not expire while a request is on its way.
const EARLY_MS = 60_000;
const LOGIN_MS = 30_000;

/** `identity`: what Keystone checks, or a function that makes it anew for each login. */
function keystoneAuth(options: KeystoneOptions, identity: object | (() => Promise<object>), scope: object | undefined): Auth {
  const now = options.now ?? Date.now;
  let current: Session | undefined;
  let underway: Promise<Session> | undefined;

  // Single flight: concurrent callers wait for one login. It takes no caller's signal, since aborting one call must not fail the others.
  const login = (): Promise<Session> => {
    underway ??= Promise.resolve(typeof identity === 'function' ? identity() : identity)
      .then((proof: object) => logIn(options, proof, scope))
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
    throw explainFailure(cause, url, startTrace('POST', ''), { reasonFor, who: 'Keystone at ' });
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
  if (options.trustId) {
    if (options.projectId || options.projectName)
      throw new AuthError('A trust has a project of its own; give either `trustId` (OS_TRUST_ID) or a project (OS_PROJECT_NAME)');
    return { 'OS-TRUST:trust': { id: options.trustId } };
  }
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
