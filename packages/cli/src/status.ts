/**
 * `magnum status`: which cloud, as whom, until when, and whether the service answers.
 *
 * It prints what it knows before it fails: a user whose login works and whose service is away sees the login, the reason, and the exit code of
 * the reason. The last question is asked with the token, since the versions are public and say nothing about the login.
 */
import type { Session } from '@magnum-ts/sdk';
import type { Command } from 'commander';
import type { Flags } from './arguments.js';
import { messageOf } from './exit-codes.js';
import { addCommonOptions, flagsOf } from './global-options.js';
import { itemOf } from './invocation.js';
import type { Io } from './io.js';
import { printItem } from './output.js';
import { checkColumns } from './output-options.js';
import { connect, type Connection } from './session.js';

const FIELDS = [
  'cloud',
  'auth_url',
  'user',
  'user_domain',
  'project',
  'project_domain',
  'roles',
  'token_expires_at',
  'region',
  'interface',
  'endpoint',
  'min_version',
  'max_version',
  'state',
] as const;
type Status = Partial<Record<(typeof FIELDS)[number], unknown>>;

export async function load(command: Command, io: Io): Promise<void> {
  addCommonOptions(command);
  command.action(() => showStatus(io, flagsOf(command)));
}

async function showStatus(io: Io, flags: Flags): Promise<void> {
  const output = checkColumns(flags, FIELDS);
  const connection = await connect(io, flags);
  const status: Status = describeSettings(connection);
  try {
    const session = await openLogin(connection, io.signal, status);
    status.endpoint ??= session.endpoint;
    await askService(connection, io.signal, status);
    status.state = 'ok';
  } catch (error) {
    status.state = messageOf(error);
    await printItem(io, complete(status), output);
    throw error;
  }
  await printItem(io, complete(status), output);
}

function describeSettings({ settings, cloud }: Connection): Status {
  return {
    cloud: cloud ?? null,
    auth_url: settings['OS_AUTH_URL'] ?? null,
    region: settings['OS_REGION_NAME'] ?? null,
    interface: settings['OS_INTERFACE'] ?? settings['OS_ENDPOINT_TYPE'] ?? 'public',
    endpoint: settings['MAGNUM_ENDPOINT'] ?? settings['OS_ENDPOINT_OVERRIDE'] ?? settings['OS_ENDPOINT'],
  };
}

/** Logs in, or takes the token that is kept, and asks Keystone what it is good for; a kept one that was revoked is replaced. */
async function openLogin({ auth, settings, fetch }: Connection, signal: AbortSignal, status: Status): Promise<Session> {
  const session = await auth.get(signal);
  const url = settings['OS_AUTH_URL'];
  if (url === undefined) return session; // a token and an address were given: there is no Keystone to ask
  const ask = async ({ token }: Session): Promise<unknown> => {
    const headers = { 'x-auth-token': token, 'x-subject-token': token, accept: 'application/json' };
    const response = await fetch(new Request(`${versioned(url)}/auth/tokens?nocatalog`, { headers, signal, redirect: 'manual' }));
    return response.ok ? response.json() : undefined;
  };
  const known = await ask(session);
  if (known !== undefined || !auth.renewable) return describeToken(known, session, status);
  const renewed = await auth.renew(session.token, signal);
  return describeToken(await ask(renewed), renewed, status);
}

function versioned(authUrl: string): string {
  const bare = authUrl.replace(/\/+$/, '');
  return bare.endsWith('/v3') ? bare : `${bare.replace(/\/v2\.0$/, '')}/v3`;
}

function describeToken(answer: unknown, session: Session, status: Status): Session {
  const token = itemOf(itemOf(answer)['token']);
  const [user, project] = [itemOf(token['user']), itemOf(token['project'])];
  const roles = token['roles'];
  Object.assign(status, {
    user: user['name'] ?? null,
    user_domain: itemOf(user['domain'])['name'] ?? null,
    project: project['name'] ?? null,
    project_domain: itemOf(project['domain'])['name'] ?? null,
    roles: Array.isArray(roles) ? roles.map((role) => itemOf(role)['name']) : null,
    token_expires_at: token['expires_at'] ?? (session.expiresAt === undefined ? null : new Date(session.expiresAt).toISOString()),
  });
  return session;
}

async function askService({ magnum }: Connection, signal: AbortSignal, status: Status): Promise<void> {
  const { versions } = await magnum.versions.list({ signal });
  const newest = itemOf(versions.at(-1));
  Object.assign(status, { min_version: newest['min_version'] ?? null, max_version: newest['max_version'] ?? null });
  await magnum.raw({ method: 'GET', path: '/v1/clusters', query: { limit: 1 } }, { signal });
}

function complete(status: Status): Readonly<Record<string, unknown>> {
  return Object.fromEntries(FIELDS.map((name) => [name, status[name] ?? null]));
}
