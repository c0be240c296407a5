/** The way to log in that the variables ask for, and what it needs. */
import type { Auth } from './auth.js';
import { AuthError } from './errors.js';
import {
  applicationCredentialAuth,
  passwordAuth,
  tokenAuth,
  totpAuth,
  type KeystoneOptions,
  type UserOptions,
} from './keystone.js';

/** Variables by their names, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type Method = 'password' | 'token' | 'application_credential' | 'totp' | 'password_and_totp';

/** The names that keystoneauth gives to ways to log in. */
const METHODS: Readonly<Record<string, Method>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  token_endpoint: 'token',
  admin_token: 'token',
  v3applicationcredential: 'application_credential',
  v3totp: 'totp',
};

/** The way that `OS_AUTH_TYPE` names; undefined where it is not set. Throws AuthError for one that is not supported. */
export function methodFrom(env: Environment): Method | undefined {
  const type = env['OS_AUTH_TYPE'] || env['OS_AUTH_PLUGIN'];
  if (!type) return undefined;
  if (type === 'v3multifactor') return severalFrom(env['OS_AUTH_METHODS'] ?? '');
  const found = Object.hasOwn(METHODS, type) ? METHODS[type] : undefined;
  if (found) return found;
  const known = [...Object.keys(METHODS), 'v3multifactor'].join(', ');
  throw new AuthError(`OS_AUTH_TYPE (auth_type) is ${JSON.stringify(type)}, which is not supported; use one of ${known}`);
}

function severalFrom(text: string): Method {
  const methods = text
    .split(/[\s,]+/)
    .map((name) => name.replace(/^v3/, ''))
    .sort()
    .join();
  if (methods === 'password,totp') return 'password_and_totp';
  if (methods === 'password' || methods === 'totp') return methods;
  throw new AuthError(`OS_AUTH_METHODS (auth_methods) is ${JSON.stringify(text)}; with v3multifactor, use v3password and v3totp`);
}

export function tokenOf(env: Environment): string | undefined {
  return env['OS_TOKEN'] || env['OS_AUTH_TOKEN'] || undefined;
}

/** Logs in by `method`, or by what is set: an application credential, a token, a password. Throws AuthError with the name of what is missing. */
export function loginFrom(env: Environment, method: Method | undefined, common: KeystoneOptions): Auth {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new AuthError(`${name} is not set${method ? ', which OS_AUTH_TYPE asks for' : ''}`);
    return value;
  };
  const passcode = env['OS_PASSCODE'];
  switch (method ?? guess(env)) {
    case 'application_credential':
      return applicationCredentialFrom(env, common, need);
    case 'token':
      return tokenAuth({ ...common, token: tokenOf(env) ?? need('OS_TOKEN') });
    case 'totp':
      return totpAuth({ ...common, ...userFrom(env), passcode: need('OS_PASSCODE') });
    case 'password_and_totp':
      return passwordAuth({ ...common, ...userFrom(env), password: need('OS_PASSWORD'), passcode: need('OS_PASSCODE') });
    case 'password':
      if (passcode) throw new AuthError('OS_PASSCODE (passcode) is set, which OS_AUTH_TYPE=v3totp or v3multifactor takes');
      return passwordAuth({ ...common, ...userFrom(env), password: need('OS_PASSWORD') });
  }
}

function guess(env: Environment): Method {
  const hasCredential = env['OS_APPLICATION_CREDENTIAL_ID'] || env['OS_APPLICATION_CREDENTIAL_NAME'];
  if (hasCredential && env['OS_APPLICATION_CREDENTIAL_SECRET']) return 'application_credential';
  return tokenOf(env) ? 'token' : 'password';
}

function applicationCredentialFrom(env: Environment, common: KeystoneOptions, need: (name: string) => string): Auth {
  const name = env['OS_APPLICATION_CREDENTIAL_NAME'];
  const byName = name && !env['OS_APPLICATION_CREDENTIAL_ID'];
  const credential = byName ? { name, ...userFrom(env) } : { id: need('OS_APPLICATION_CREDENTIAL_ID') };
  return applicationCredentialAuth({ ...common, ...credential, secret: need('OS_APPLICATION_CREDENTIAL_SECRET') });
}

function userFrom(env: Environment): UserOptions {
  const [username, userId] = [env['OS_USERNAME'], env['OS_USER_ID']];
  if (!username && !userId) throw new AuthError('OS_USERNAME is not set');
  return {
    ...(userId ? { userId } : { username }),
    userDomainId: env['OS_USER_DOMAIN_ID'] || undefined,
    userDomainName: env['OS_USER_DOMAIN_NAME'] || undefined,
  };
}
