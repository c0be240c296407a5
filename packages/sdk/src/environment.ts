import { staticToken, type Auth } from './auth.js';
import { AuthError } from './errors.js';
import { applicationCredentialAuth, passwordAuth, tokenAuth, type KeystoneOptions } from './keystone.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly auth: Auth;
  readonly endpoint?: string;
  readonly microversion?: string;
}

/**
 * Credentials from `OS_*` variables: a token with `MAGNUM_ENDPOINT` (or `OS_ENDPOINT`), or `OS_AUTH_URL` with a password, a token or an
 * application credential. Throws AuthError with the name of a missing variable.
 */
export function fromEnv(env: Environment, fetch?: KeystoneOptions['fetch']): Credentials {
  const endpoint = env['MAGNUM_ENDPOINT'] || env['OS_ENDPOINT_OVERRIDE'] || env['OS_ENDPOINT'] || undefined;
  const version = env['OS_CONTAINER_INFRA_API_VERSION'];
  return {
    auth: authFrom(env, endpoint, fetch),
    ...(endpoint && { endpoint }),
    ...(version && /^1\.\d+$/.test(version) && { microversion: version }),
  };
}

function authFrom(env: Environment, endpoint: string | undefined, fetch: KeystoneOptions['fetch']): Auth {
  const token = env['OS_TOKEN'] || env['OS_AUTH_TOKEN'];
  if (token && endpoint) return staticToken(token);
  const authUrl = env['OS_AUTH_URL'];
  if (!authUrl) {
    throw new AuthError(
      'No credentials: set OS_AUTH_URL with a user and password, or MAGNUM_ENDPOINT with OS_TOKEN (source an openrc file)',
    );
  }
  const common = { ...keystoneFrom(env, authUrl), ...(fetch && { fetch }) };
  const [id, secret] = [env['OS_APPLICATION_CREDENTIAL_ID'], env['OS_APPLICATION_CREDENTIAL_SECRET']];
  if (id && secret) return applicationCredentialAuth({ ...common, id, secret });
  if (token) return tokenAuth({ ...common, token });
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
  return name === 'internal' || name === 'admin' ? name : undefined;
}
