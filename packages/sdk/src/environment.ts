import { staticToken, type Auth } from './auth.js';
import { AuthError } from './errors.js';
import { NEWEST } from './versioning.js';
import type { Fetch } from './redirects.js';
import type { KeystoneOptions } from './keystone.js';
import { loginFrom, methodFrom, tokenOf, type Environment } from './login-methods.js';

export type { Environment } from './login-methods.js';

export interface Credentials {
  readonly auth: Auth;
  readonly endpoint?: string;
  readonly microversion?: string;
  /** Connections with the cloud's own authority, client certificate or proxy; of `fromClouds` and `fromNodeEnv`. */
  readonly fetch?: Fetch;
}

/**
 * Credentials from `OS_*` variables: a token with `MAGNUM_ENDPOINT` (or `OS_ENDPOINT`), or `OS_AUTH_URL` with a password, a one-time password,
 * a token or an application credential, for a project or a trust. What this library cannot do is refused and not guessed: another way to log in
 * (`OS_AUTH_TYPE`), another scope, a version that is none. Authorities, client certificates and proxies (`OS_CACERT`) are those of `fetch`;
 * without one, variables that ask for them are refused, since the global fetch cannot have them.
 * @throws {AuthError} with the name of a variable that is missing or cannot be honoured
 * @example
 * const magnum = createMagnum(fromEnv(process.env));
 */
export function fromEnv(env: Environment, fetch?: KeystoneOptions['fetch']): Credentials {
  const endpoint = env['MAGNUM_ENDPOINT'] || env['OS_ENDPOINT_OVERRIDE'] || env['OS_ENDPOINT'] || undefined;
  refuseUnsupported(env);
  if (!fetch) refuseConnections(env);
  const microversion = versionFrom(env['OS_CONTAINER_INFRA_API_VERSION']);
  return { auth: authFrom(env, endpoint, fetch), ...(endpoint && { endpoint }), ...(microversion && { microversion }) };
}

function versionFrom(text: string | undefined): string | undefined {
  // `1` is openstackclient's name of the whole API, in every microversion.
  if (!text || text === '1') return undefined;
  if (/^1\.\d+$/.test(text) || text === 'latest') return text;
  throw new AuthError(
    `OS_CONTAINER_INFRA_API_VERSION (container_infra_api_version) is ${JSON.stringify(text)}, which is no microversion; use 1.1 to ${NEWEST}, or latest`,
  );
}

function refuseConnections(env: Environment): void {
  const name = ['OS_CACERT', 'OS_CERT', 'OS_KEY', 'OS_INSECURE', 'OS_PROXY'].find((known) => env[known]);
  if (name !== undefined)
    throw new AuthError(
      `${name} (${name.slice(3).toLowerCase()}) is set, which fromEnv cannot honour; use fromNodeEnv of @magnum-ts/sdk/node`,
    );
}

const UNSUPPORTED = {
  OS_SYSTEM_SCOPE: 'a project',
  OS_DOMAIN_ID: 'a project',
  OS_DOMAIN_NAME: 'a project',
  OS_ACCESS_TOKEN: 'a token (OS_TOKEN)',
  OS_IDENTITY_PROVIDER: 'a token (OS_TOKEN)',
} as const;

function refuseUnsupported(env: Environment): void {
  for (const [name, remedy] of Object.entries(UNSUPPORTED)) {
    // A domain beside a project is that of the project or user in some openrc files.
    const isScope = name.startsWith('OS_DOMAIN_') && Boolean(env['OS_PROJECT_NAME'] || env['OS_PROJECT_ID']);
    if (env[name] && !isScope)
      throw new AuthError(`${name} (${name.slice(3).toLowerCase()}) is set, which is not supported; give ${remedy}`);
  }
  const version = env['OS_IDENTITY_API_VERSION'];
  if (version && !/^3(\.\d+)?$/.test(version))
    throw new AuthError(
      `OS_IDENTITY_API_VERSION (identity_api_version) is ${JSON.stringify(version)}, and only version 3 is supported`,
    );
}

function authFrom(env: Environment, endpoint: string | undefined, fetch: KeystoneOptions['fetch']): Auth {
  const method = methodFrom(env);
  const token = tokenOf(env);
  if (token && endpoint && (method === undefined || method === 'token')) {
    if (env['OS_TRUST_ID'])
      throw new AuthError(
        'OS_TRUST_ID (trust_id) is set, and a token that is sent as it is cannot get a trust; give OS_AUTH_URL alone',
      );
    return staticToken(token);
  }
  const authUrl = env['OS_AUTH_URL'];
  if (!authUrl) throw withoutAddress(env);
  return loginFrom(env, method, { ...keystoneFrom(env, authUrl), ...(fetch && { fetch }) });
}

function withoutAddress(env: Environment): AuthError {
  const cloud = env['OS_CLOUD'];
  if (cloud)
    return new AuthError(
      `OS_CLOUD names the cloud ${JSON.stringify(cloud)} of a clouds.yaml, which fromEnv does not read; use fromClouds of @magnum-ts/sdk/node`,
    );
  return new AuthError(
    'No credentials: set OS_AUTH_URL with a user and password, or MAGNUM_ENDPOINT with OS_TOKEN (source an openrc file)',
  );
}

function keystoneFrom(env: Environment, authUrl: string): KeystoneOptions {
  return {
    authUrl,
    projectId: env['OS_PROJECT_ID'] || env['OS_TENANT_ID'] || undefined,
    projectName: env['OS_PROJECT_NAME'] || env['OS_TENANT_NAME'] || undefined,
    projectDomainId: env['OS_PROJECT_DOMAIN_ID'] || undefined,
    projectDomainName: env['OS_PROJECT_DOMAIN_NAME'] || undefined,
    trustId: env['OS_TRUST_ID'] || undefined,
    region: env['OS_REGION_NAME'] || undefined,
    interface: interfaceFrom(env['OS_INTERFACE'] || env['OS_ENDPOINT_TYPE']),
  };
}

function interfaceFrom(text: string | undefined): KeystoneOptions['interface'] {
  const name = text?.replace(/URL$/, '');
  if (!name) return undefined;
  if (name === 'public' || name === 'internal' || name === 'admin') return name;
  throw new AuthError(`OS_INTERFACE (interface) is ${JSON.stringify(text)}; use public, internal or admin`);
}
