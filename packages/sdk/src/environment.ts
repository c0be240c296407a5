import { staticToken, type Auth } from './auth.js';
import { AuthError } from './errors.js';
import { NEWEST } from './microversion.js';
import type { Fetch } from './redirects.js';
import { applicationCredentialAuth, passwordAuth, tokenAuth, type KeystoneOptions } from './keystone.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly auth: Auth;
  readonly endpoint?: string;
  readonly microversion?: string;
  /** Connections with the cloud's own authority, client certificate or proxy; of `fromClouds` and `fromNodeEnv`. */
  readonly fetch?: Fetch;
}

/**
 * Credentials from `OS_*` variables: a token with `MAGNUM_ENDPOINT` (or `OS_ENDPOINT`), or `OS_AUTH_URL` with a password, a token or an
 * application credential. Throws AuthError with the name of a missing variable, and for what this library cannot do: another way to log in
 * (`OS_AUTH_TYPE`), trusts, and a version that is none would otherwise be guessed. Authorities, client certificates and proxies (`OS_CACERT`)
 * are those of `fetch`; without one, variables that ask for them are refused, since the global fetch cannot have them.
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

type Method = 'password' | 'token' | 'application_credential';

/** The names that keystoneauth gives to ways to log in. */
const METHODS: Readonly<Record<string, Method>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  token_endpoint: 'token',
  admin_token: 'token',
  v3applicationcredential: 'application_credential',
};

function methodFrom(env: Environment): Method | undefined {
  const type = env['OS_AUTH_TYPE'] || env['OS_AUTH_PLUGIN'];
  if (!type) return undefined;
  const found = Object.hasOwn(METHODS, type) ? METHODS[type] : undefined;
  if (found) return found;
  const known = Object.keys(METHODS).join(', ');
  throw new AuthError(`OS_AUTH_TYPE (auth_type) is ${JSON.stringify(type)}, which is not supported; use one of ${known}`);
}

/** Variables that change who logs in, or as what, and that this library cannot honour. */
const UNSUPPORTED = {
  OS_TRUST_ID: 'trusts are not supported; use an application credential of the trustor',
  OS_SYSTEM_SCOPE: 'tokens of the whole system are not supported; give a project',
  OS_DOMAIN_ID: 'tokens of a domain are not supported; give a project',
  OS_DOMAIN_NAME: 'tokens of a domain are not supported; give a project',
  OS_PASSCODE: 'one-time passwords are not supported; give a token (OS_TOKEN)',
  OS_ACCESS_TOKEN: 'federated logins are not supported; give a token (OS_TOKEN)',
  OS_IDENTITY_PROVIDER: 'federated logins are not supported; give a token (OS_TOKEN)',
} as const;

function refuseUnsupported(env: Environment): void {
  for (const [name, reason] of Object.entries(UNSUPPORTED)) {
    // A domain beside a project is that of the project or user in some openrc files.
    const isScope = name.startsWith('OS_DOMAIN_') && Boolean(env['OS_PROJECT_NAME'] || env['OS_PROJECT_ID']);
    if (env[name] && !isScope) throw new AuthError(`${name} (${name.slice(3).toLowerCase()}) is set, and ${reason}`);
  }
  const version = env['OS_IDENTITY_API_VERSION'];
  if (version && !/^3(\.\d+)?$/.test(version))
    throw new AuthError(
      `OS_IDENTITY_API_VERSION (identity_api_version) is ${JSON.stringify(version)}, and only version 3 is supported`,
    );
}

function authFrom(env: Environment, endpoint: string | undefined, fetch: KeystoneOptions['fetch']): Auth {
  const token = env['OS_TOKEN'] || env['OS_AUTH_TOKEN'];
  const method = methodFrom(env);
  const isGiven = (one: Method): boolean => method === undefined || method === one;
  if (token && endpoint && isGiven('token')) return staticToken(token);
  const authUrl = env['OS_AUTH_URL'];
  if (!authUrl) {
    const cloud = env['OS_CLOUD'];
    if (cloud)
      throw new AuthError(
        `OS_CLOUD names the cloud ${JSON.stringify(cloud)} of a clouds.yaml, which fromEnv does not read; use fromClouds of @magnum-ts/sdk/node`,
      );
    throw new AuthError(
      'No credentials: set OS_AUTH_URL with a user and password, or MAGNUM_ENDPOINT with OS_TOKEN (source an openrc file)',
    );
  }
  const common = { ...keystoneFrom(env, authUrl), ...(fetch && { fetch }) };
  const [id, secret] = [env['OS_APPLICATION_CREDENTIAL_ID'], env['OS_APPLICATION_CREDENTIAL_SECRET']];
  if (method === 'application_credential' && !(id && secret))
    throw new AuthError(
      `${id ? 'OS_APPLICATION_CREDENTIAL_SECRET' : 'OS_APPLICATION_CREDENTIAL_ID'} is not set, which OS_AUTH_TYPE asks for`,
    );
  if (method === 'token' && !token) throw new AuthError('OS_TOKEN is not set, which OS_AUTH_TYPE asks for');
  if (id && secret && isGiven('application_credential')) return applicationCredentialAuth({ ...common, id, secret });
  if (token && isGiven('token')) return tokenAuth({ ...common, token });
  return passwordAuth({ ...common, ...userFrom(env) });
}

function userFrom(env: Environment): {
  password: string;
  username?: string;
  userId?: string;
  userDomainId?: string;
  userDomainName?: string;
} {
  const [username, userId, password] = [env['OS_USERNAME'], env['OS_USER_ID'], env['OS_PASSWORD']];
  if (!username && !userId) throw new AuthError('OS_USERNAME is not set');
  if (!password) throw new AuthError('OS_PASSWORD is not set');
  const [domainId, domainName] = [env['OS_USER_DOMAIN_ID'], env['OS_USER_DOMAIN_NAME']];
  return {
    password,
    ...(userId ? { userId } : { username: username ?? '' }),
    ...(domainId && { userDomainId: domainId }),
    ...(domainName && { userDomainName: domainName }),
  };
}

function keystoneFrom(env: Environment, authUrl: string): KeystoneOptions {
  return {
    authUrl,
    projectId: env['OS_PROJECT_ID'] || env['OS_TENANT_ID'] || undefined,
    projectName: env['OS_PROJECT_NAME'] || env['OS_TENANT_NAME'] || undefined,
    projectDomainId: env['OS_PROJECT_DOMAIN_ID'] || undefined,
    projectDomainName: env['OS_PROJECT_DOMAIN_NAME'] || undefined,
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
