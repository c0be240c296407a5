import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Knex } from 'knex';
import { Secret } from '../../domain/secret.js';
import type { JsonValue } from '../../domain/json.js';
import { silentLogger } from '../../adapters/system/logger.js';
import type { Logger } from '../../ports/logger.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { openMigrated } from '../hot-engine/engine.test-support.js';
import type { EmbeddedIdentity } from './identity.js';
import { ask as askIdentity, BASE, identityOver, password, type Answer, type Asked } from './identity.test-support.js';

const SIGNAL = new AbortController().signal;
const HOUR = 60 * 60 * 1000;
let db: Knex;
let clock: ManualClock;
let identity: EmbeddedIdentity;

beforeEach(async () => {
  db = await openMigrated(':memory:');
  clock = new ManualClock();
  identity = anIdentity();
});
afterEach(() => db.destroy());

function anIdentity(logger: Logger = silentLogger): EmbeddedIdentity {
  return identityOver({ db, clock, logger });
}

function ask(method: string, path: string, more: Omit<Asked, 'method' | 'path'> = {}): Promise<Answer> {
  return askIdentity(identity, { method, path, ...more });
}

async function tokenOf(name: string, scope?: JsonValue): Promise<string> {
  const answer = await ask('POST', '/v3/auth/tokens', { body: password(name, `${name}-pass`, scope) });
  return answer.headers.get('x-subject-token') ?? '';
}

test('a password gives a token with project, roles and catalog, and the token is known to the service', async () => {
  const answer = await ask('POST', '/v3/auth/tokens', {
    body: password('demo', 'demo-pass', { project: { name: 'demo', domain: { id: 'default' } } }),
  });
  expect(answer.status).toBe(201);
  expect(answer.body.token.project.name).toBe('demo');
  expect(answer.body.token.roles.map((role: { name: string }) => role.name)).toEqual(['member', 'reader']);
  expect(answer.body.token.catalog[0].endpoints).toHaveLength(3);
  const known = await identity.validate(new Secret(answer.headers.get('x-subject-token') ?? ''), { signal: SIGNAL });
  expect(known).toMatchObject({ userName: 'demo', projectName: 'demo', roles: ['member', 'reader'] });
});

test('without a scope a user of the config gets the default project, and "unscoped" gets none', async () => {
  expect((await ask('POST', '/v3/auth/tokens', { body: password('admin', 'admin-pass') })).body.token.project.name).toBe('admin');
  expect(
    (await ask('POST', '/v3/auth/tokens', { body: password('admin', 'admin-pass', { unscoped: {} }) })).body.token.project,
  ).toBeUndefined();
});

test('nocatalog leaves the catalog out', async () => {
  const answer = await ask('POST', '/v3/auth/tokens?nocatalog', { body: password('demo', 'demo-pass') });
  expect(answer.body.token.catalog).toBeUndefined();
});

test('a token can be exchanged for another scope, and the new one ends with the old one', async () => {
  const id = await tokenOf('admin');
  clock.advance(HOUR);
  const scope = { project: { name: 'demo', domain: { name: 'Default' } } };
  const answer = await ask('POST', '/v3/auth/tokens', {
    body: { auth: { identity: { methods: ['token'], token: { id } }, scope } },
  });
  expect(answer.body.token.project.name).toBe('demo');
  expect(answer.body.token.expires_at).toBe('2026-01-01T04:00:00.000000Z');
});

test.each<[string, JsonValue]>([
  ['a wrong password', password('demo', 'wrong')],
  ['an unknown user', password('nobody', 'demo-pass')],
  ['a project without a role', password('demo', 'demo-pass', { project: { name: 'admin', domain: { name: 'Default' } } })],
  ['an unknown project', password('demo', 'demo-pass', { project: { id: 'nowhere' } })],
  ['a domain scope', password('demo', 'demo-pass', { domain: { id: 'default' } })],
  ['an unknown method', { auth: { identity: { methods: ['totp'] } } }],
  ['an unknown token', { auth: { identity: { methods: ['token'], token: { id: 'guess' } } } }],
])('%s is refused with 401 and the way to log in', async (_, body) => {
  const answer = await ask('POST', '/v3/auth/tokens', { body });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe(`Keystone uri="${BASE}/v3"`);
  expect(answer.body.error).toEqual({
    code: 401,
    title: 'Unauthorized',
    message: 'The request you have made requires authentication.',
  });
});

test.each<[string, JsonValue | string]>([
  ['no JSON', '{'],
  ['a list', []],
  ['no auth', {}],
  ['no identity', { auth: {} }],
  ['no methods', { auth: { identity: {} } }],
  [
    'no password',
    { auth: { identity: { methods: ['password'], password: { user: { name: 'demo', domain: { id: 'default' } } } } } },
  ],
  ['no domain', { auth: { identity: { methods: ['password'], password: { user: { name: 'demo', password: 'x' } } } } }],
  [
    'a number for a name',
    { auth: { identity: { methods: ['password'], password: { user: { name: 7, domain: { id: 'default' }, password: 'x' } } } } },
  ],
  ['a scope of nothing', password('demo', 'demo-pass', 7)],
  ['a project without domain', password('demo', 'demo-pass', { project: { name: 'demo' } })],
])('a login with %s is a bad request', async (_, body) => {
  expect((await ask('POST', '/v3/auth/tokens', { body })).status).toBe(400);
});

test('a body beyond 64 KiB is refused before it is read', async () => {
  expect((await ask('POST', '/v3/auth/tokens', { body: 'x'.repeat(70_000) })).status).toBe(413);
});

test('a token ends after four hours', async () => {
  const id = await tokenOf('demo');
  clock.advance(4 * HOUR - 1);
  expect(await identity.validate(new Secret(id), { signal: SIGNAL })).toBeDefined();
  clock.advance(1);
  expect(await identity.validate(new Secret(id), { signal: SIGNAL })).toBeUndefined();
});

test('a token survives a restart, and only its hash is in the database', async () => {
  const id = await tokenOf('demo');
  expect(await anIdentity().validate(new Secret(id), { signal: SIGNAL })).toBeDefined();
  expect(JSON.stringify(await db('embedded_token'))).not.toContain(id);
});

test('a revoked token is unknown', async () => {
  const id = await tokenOf('demo');
  expect((await ask('DELETE', '/v3/auth/tokens', { token: id, subject: id })).status).toBe(204);
  expect((await ask('GET', '/v3/auth/tokens', { token: id, subject: id })).status).toBe(401);
});

test('a token of another user is shown to an admin and to no other caller', async () => {
  const [admin, demo] = [await tokenOf('admin'), await tokenOf('demo')];
  expect((await ask('GET', '/v3/auth/tokens', { token: admin, subject: demo })).body.token.user.name).toBe('demo');
  expect((await ask('HEAD', '/v3/auth/tokens', { token: admin, subject: demo })).status).toBe(200);
  expect((await ask('GET', '/v3/auth/tokens', { token: demo, subject: admin })).status).toBe(403);
  expect((await ask('GET', '/v3/auth/tokens', { token: admin, subject: 'guess' })).status).toBe(404);
});

test('a trustee logs in by id, has no project, and is gone with its tokens', async () => {
  const trustee = await identity.ensureTrustee('bay_1', new Secret('first'), SIGNAL);
  const again = await identity.ensureTrustee('bay_1', new Secret('second'), SIGNAL);
  expect(again).toEqual(trustee);
  const login = (secret: string): Promise<Answer> =>
    ask('POST', '/v3/auth/tokens', {
      body: { auth: { identity: { methods: ['password'], password: { user: { id: trustee.userId, password: secret } } } } },
    });
  expect((await login('first')).status).toBe(401);
  const answer = await login('second');
  const token = new Secret(answer.headers.get('x-subject-token') ?? '');
  expect(await identity.validate(token, { signal: SIGNAL })).toMatchObject({
    userId: trustee.userId,
    userDomainId: identity.trusteeDomainId,
    projectId: null,
    roles: [],
  });
  expect(JSON.stringify(await db('embedded_user'))).not.toContain('second');
  await identity.deleteTrustee('bay_1', SIGNAL);
  await identity.deleteTrustee('bay_1', SIGNAL);
  expect(await identity.validate(token, { signal: SIGNAL })).toBeUndefined();
});

test('lists of users, projects and domains are for admins; other callers see their own', async () => {
  const [admin, demo] = [await tokenOf('admin'), await tokenOf('demo')];
  for (const path of ['/v3/users', '/v3/projects', '/v3/domains']) {
    expect((await ask('GET', path, { token: admin })).status).toBe(200);
    expect((await ask('GET', path, { token: demo })).status).toBe(403);
    expect((await ask('GET', path)).status).toBe(401);
  }
  expect((await ask('GET', '/v3/users?name=demo', { token: admin })).body.users).toHaveLength(1);
  expect(
    (await ask('GET', '/v3/auth/projects', { token: demo })).body.projects.map((project: { name: string }) => project.name),
  ).toEqual(['demo']);
});

test('the versions are listed without a token', async () => {
  const versions = await ask('GET', '');
  expect([versions.status, versions.body.versions.values[0].links[0].href]).toEqual([300, 'http://cloud.test/identity/v3/']);
  expect((await ask('GET', '/v3/')).body.version.status).toBe('stable');
});

test('other paths are not its own, unknown ones under its prefix are not found, other methods are refused', async () => {
  expect(await identity.handle(new Request('http://cloud.test/identity-like'))).toBeUndefined();
  expect((await ask('GET', '/v3/nothing')).status).toBe(404);
  expect((await ask('GET', '/v3/users/%E0%A4%A')).status).toBe(404);
  expect((await ask('PUT', '/v3/auth/tokens')).status).toBe(405);
});

test('a database that fails under a login is 503 for the caller, and the log has the cause, without what was sent', async () => {
  const logged: (readonly [event: string, fields: Readonly<Record<string, unknown>>])[] = [];
  identity = anIdentity({ ...silentLogger, error: (event, fields = {}) => void logged.push([event, fields]) });
  expect((await ask('POST', '/v3/auth/tokens', { body: password('demo', 'wrong') })).status).toBe(401);
  expect(logged).toEqual([]);

  await db.schema.renameTable('embedded_token', 'embedded_token_away');
  const answer = await ask('POST', '/v3/auth/tokens', { body: password('demo', 'demo-pass') });
  expect([answer.status, answer.body.error.message]).toEqual([503, 'The identity service is unavailable for the moment.']);
  expect(logged).toEqual([
    ['identity request failed', { method: 'POST', path: '/identity/v3/auth/tokens', error: expect.any(Error) }],
  ]);
  const said = String(logged[0]?.[1]['error']);
  expect(said).toContain('embedded_token');
  expect(`${said} ${JSON.stringify(answer.body)}`).not.toContain('demo-pass');

  await db.schema.renameTable('embedded_token_away', 'embedded_token');
  expect((await ask('POST', '/v3/auth/tokens', { body: password('demo', 'demo-pass') })).status).toBe(201);
});
