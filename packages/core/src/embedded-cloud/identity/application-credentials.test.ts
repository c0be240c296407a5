import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Knex } from 'knex';
import { silentLogger } from '../../adapters/system/logger.js';
import type { JsonObject, JsonValue } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { TokenIdentity } from '../../ports/identity.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from '../config.js';
import { openMigrated } from '../hot-engine/engine.test-support.js';
import { LONGEST } from './application-credential-body.js';
import { MOST_CREDENTIALS } from './application-credentials.js';
import type { EmbeddedIdentity } from './identity.js';
import { ask, BASE, identityOver, password, type Answer } from './identity.test-support.js';

const HOUR = 60 * 60 * 1000;
const [DEMO, ADMIN] = ['demo', 'admin'].map((name) => EMBEDDED_DEFAULTS.users.find((user) => user.name === name)?.id ?? '') as [
  string,
  string,
]; // two names give two ids
const DEMO_PROJECT = EMBEDDED_DEFAULTS.projects[0]?.id ?? '';
let db: Knex;
let clock: ManualClock;
let identity: EmbeddedIdentity;

beforeEach(async () => {
  db = await openMigrated(':memory:');
  clock = new ManualClock();
  identity = identityOver({ db, clock });
});
afterEach(() => db.destroy());

const pathOf = (user: string, id?: string): string =>
  `/v3/users/${user}/application_credentials${id === undefined ? '' : `/${id}`}`;

async function tokenOf(name: string, scope?: JsonValue): Promise<string> {
  const body = password(name, `${name}-pass`, scope);
  return (await ask(identity, { method: 'POST', path: '/v3/auth/tokens', body })).headers.get('x-subject-token') ?? '';
}

function create(token: string, fields: JsonObject, user = DEMO): Promise<Answer> {
  return ask(identity, { method: 'POST', path: pathOf(user), token, body: { application_credential: fields } });
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function made(fields: JsonObject = {}, token?: string): Promise<Made> {
  const answer = await create(token ?? (await tokenOf('demo')), { name: 'ci', ...fields });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.application_credential;
}

function logIn(proof: JsonValue, more: JsonObject = {}): Promise<Answer> {
  const auth = { identity: { methods: ['application_credential'], application_credential: proof }, ...more };
  return ask(identity, { method: 'POST', path: '/v3/auth/tokens', body: { auth } });
}

async function loggedIn({ id, secret }: Made): Promise<string> {
  return (await logIn({ id, secret })).headers.get('x-subject-token') ?? '';
}

function known(token: string): Promise<TokenIdentity | undefined> {
  return identity.validate(new Secret(token), { signal: new AbortController().signal });
}

const rolesIn = (roles: readonly { readonly name: string }[]): readonly string[] => roles.map(({ name }) => name);

test('one is made with the roles of the token, and only the answer to its creation has the secret', async () => {
  const token = await tokenOf('demo');
  const answer = await create(token, { name: 'ci', description: 'Builds.', expires_at: '2027-02-27T18:30:59.000000' });
  const { id, secret, ...rest } = answer.body.application_credential;
  expect([answer.status, id]).toEqual([201, expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(secret).toMatch(/^[\w-]{86}$/);
  expect(rest).toEqual({
    name: 'ci',
    description: 'Builds.',
    project_id: DEMO_PROJECT,
    roles: ['member', 'reader'].map((name) => ({ id: expect.stringMatching(/^[0-9a-f]{32}$/), name, domain_id: null })),
    expires_at: '2027-02-27T18:30:59.000000',
    unrestricted: false,
    access_rules: [],
    links: { self: `${BASE}${pathOf(DEMO, id)}` },
  });
  expect((await ask(identity, { method: 'GET', path: pathOf(DEMO, id), token })).body).toEqual({
    application_credential: { id, ...rest },
  });
  const list = await ask(identity, { method: 'GET', path: pathOf(DEMO), token });
  expect(list.body).toEqual({
    application_credentials: [{ id, ...rest }],
    links: { self: `${BASE}${pathOf(DEMO)}`, next: null, previous: null },
  });
  expect(JSON.stringify(await db('embedded_application_credential'))).not.toContain(secret);
});

test('a secret, and roles by name or by id, can be chosen', async () => {
  const first = await made({ secret: 'chosen', roles: [{ name: 'reader' }] });
  expect(first.secret).toBe('chosen');
  const login = await logIn({ id: first.id, secret: 'chosen' });
  expect(rolesIn(login.body.token.roles)).toEqual(['reader']);
  const second = await made({ name: 'by id', roles: [{ id: login.body.token.roles[0].id }] });
  expect(rolesIn((await logIn({ id: second.id, secret: second.secret })).body.token.roles)).toEqual(['reader']);
});

test('fields that are null or empty, as clients send them, are as absent', async () => {
  const { id, secret } = await made({ secret: null, description: null, expires_at: null, roles: [], access_rules: [] });
  expect(rolesIn((await logIn({ id, secret })).body.token.roles)).toEqual(['member', 'reader']);
  expect((await made({ name: 'empty', secret: '' })).secret).toMatch(/^[\w-]{86}$/);
});

test('a list is narrowed by name, and is that of one user', async () => {
  await made();
  await made({ name: 'backup' });
  await create(await tokenOf('admin'), { name: 'ci' }, ADMIN);
  const token = await tokenOf('demo');
  const names = async (query: string): Promise<readonly string[]> =>
    rolesIn((await ask(identity, { method: 'GET', path: `${pathOf(DEMO)}${query}`, token })).body.application_credentials);
  expect(await names('')).toEqual(['backup', 'ci']);
  expect(await names('?name=ci')).toEqual(['ci']);
  expect(await names('?name=other')).toEqual([]);
});

test('a name is unique for a user, also for creations at the same moment', async () => {
  const token = await tokenOf('demo');
  const answers = await Promise.all([1, 2, 3].map(() => create(token, { name: 'ci' })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body.error).toMatchObject({ code: 409, title: 'Conflict' });
  expect((await create(await tokenOf('admin'), { name: 'ci' }, ADMIN)).status).toBe(201);
});

test('a process that has lost the race for a name to another process is told so', async () => {
  const other = identityOver({ db, clock });
  const token = await tokenOf('demo');
  const body = { application_credential: { name: 'ci' } };
  const answers = await Promise.all(
    [identity, other].map((process) => ask(process, { method: 'POST', path: pathOf(DEMO), token, body })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
});

test.each<[string, (made: Made) => JsonValue]>([
  ['its id', ({ id, secret }) => ({ id, secret })],
  ['its name and the id of its user', ({ secret }) => ({ name: 'ci', user: { id: DEMO }, secret })],
  [
    'its name and the name of its user',
    ({ secret }) => ({ name: 'ci', user: { name: 'demo', domain: { name: 'Default' } }, secret }),
  ],
])('a program logs in by %s, for the project and roles of the credential', async (_, proof) => {
  const credential = await made();
  const { status, headers, body } = await logIn(proof(credential));
  expect([status, body.token.methods, body.token.user.name]).toEqual([201, ['application_credential'], 'demo']);
  expect([body.token.project.id, rolesIn(body.token.roles)]).toEqual([DEMO_PROJECT, ['member', 'reader']]);
  expect(body.token.application_credential).toEqual({ id: credential.id, name: 'ci', restricted: true });
  expect(body.token.catalog).toHaveLength(1);
  const token = headers.get('x-subject-token') ?? '';
  expect(await known(token)).toMatchObject({ userName: 'demo', projectId: DEMO_PROJECT, restricted: true });
  const shown = await ask(identity, { method: 'GET', path: '/v3/auth/tokens', token, subject: token });
  expect(shown.body).toEqual(body);
});

test('a token has the roles of its credential and no more, wherever it is used', async () => {
  const admin = await tokenOf('admin');
  const answer = await create(admin, { name: 'look', roles: [{ name: 'reader' }] }, ADMIN);
  const token = await loggedIn(answer.body.application_credential);
  expect((await known(token))?.roles).toEqual(['reader']);
  expect((await ask(identity, { method: 'GET', path: '/v3/users', token })).status).toBe(403);
  expect((await ask(identity, { method: 'GET', path: '/v3/auth/tokens', token, subject: await tokenOf('demo') })).status).toBe(
    403,
  );
  const whole = await create(admin, { name: 'whole', roles: [{ name: 'admin' }] }, ADMIN);
  const strong = await loggedIn(whole.body.application_credential);
  expect((await ask(identity, { method: 'GET', path: '/v3/users', token: strong })).status).toBe(200);
});

test('a token of a credential cannot be exchanged for another one', async () => {
  const id = await loggedIn(await made());
  for (const scope of [undefined, { project: { id: DEMO_PROJECT } }, { unscoped: {} }]) {
    const auth = { identity: { methods: ['token'], token: { id } }, ...(scope ? { scope } : {}) };
    expect((await ask(identity, { method: 'POST', path: '/v3/auth/tokens', body: { auth } })).status).toBe(403);
  }
});

test('a scope beside a credential is refused, also with the right secret', async () => {
  const { id, secret } = await made();
  const answer = await logIn({ id, secret }, { scope: { project: { id: DEMO_PROJECT } } });
  expect([answer.status, answer.body.error.message]).toEqual([401, expect.stringContaining('cannot request a scope')]);
});

const WITHOUT_DEMO: EmbeddedConfig = {
  ...EMBEDDED_DEFAULTS,
  users: EMBEDDED_DEFAULTS.users.filter(({ name }) => name !== 'demo'),
};
const WITHOUT_ROLES: EmbeddedConfig = {
  ...EMBEDDED_DEFAULTS,
  users: EMBEDDED_DEFAULTS.users.map((user) => (user.name === 'demo' ? { ...user, roles: [] } : user)),
};
const remove = async (id: string): Promise<void> =>
  void (await ask(identity, { method: 'DELETE', path: pathOf(DEMO, id), token: await tokenOf('demo') }));

test.each<[string, (made: Made) => JsonValue, (id: string) => unknown]>([
  ['a wrong secret', ({ id }) => ({ id, secret: 'wrong' }), () => undefined],
  ['an empty secret', ({ id }) => ({ id, secret: '' }), () => undefined],
  ['an unknown id', ({ secret }) => ({ id: 'guess', secret }), () => undefined],
  ['an unknown name', ({ secret }) => ({ name: 'guess', user: { id: DEMO }, secret }), () => undefined],
  ['the name of another user', ({ secret }) => ({ name: 'ci', user: { id: ADMIN }, secret }), () => undefined],
  [
    'an unknown domain',
    ({ secret }) => ({ name: 'ci', user: { name: 'demo', domain: { name: 'guess' } }, secret }),
    () => undefined,
  ],
  ['a credential that has expired', ({ id, secret }) => ({ id, secret }), () => clock.advance(HOUR)],
  ['a credential that was deleted', ({ id, secret }) => ({ id, secret }), remove],
  [
    'a user who is gone',
    ({ id, secret }) => ({ id, secret }),
    () => (identity = identityOver({ db, clock, config: WITHOUT_DEMO })),
  ],
  [
    'a user who has lost all roles on the project',
    ({ id, secret }) => ({ id, secret }),
    () => (identity = identityOver({ db, clock, config: WITHOUT_ROLES })),
  ],
])('%s is refused with 401, in the words of every other refused login', async (_, proof, change) => {
  const credential = await made({ expires_at: '2026-01-01T01:00:00Z' });
  await change(credential.id);
  const answer = await logIn(proof(credential));
  expect([answer.status, answer.body.error.message]).toEqual([401, 'The request you have made requires authentication.']);
});

test('the tokens of a credential end with it, with its time, and with its user', async () => {
  const credential = await made({ expires_at: '2026-01-01T01:00:00Z' });
  const token = await loggedIn(credential);
  clock.advance(HOUR - 1);
  expect(await known(token)).toMatchObject({ expiresAt: new Date('2026-01-01T01:00:00Z') });
  for (const config of [WITHOUT_DEMO, WITHOUT_ROLES]) {
    identity = identityOver({ db, clock, config });
    expect(await known(token)).toBeUndefined();
  }
  identity = identityOver({ db, clock });
  clock.advance(1);
  expect(await known(token)).toBeUndefined();

  const lasting = await made({ name: 'lasting' });
  const its = await loggedIn(lasting);
  expect(await known(its)).toBeDefined();
  await remove(lasting.id);
  expect(await known(its)).toBeUndefined();
  expect((await ask(identity, { method: 'GET', path: pathOf(DEMO), token: its })).status).toBe(401);
});

test('it survives a restart', async () => {
  const { id, secret } = await made();
  identity = identityOver({ db, clock });
  expect((await logIn({ id, secret })).status).toBe(201);
});

test('a restricted one looks at credentials and changes none; an unrestricted one makes some that are worth no more', async () => {
  const restricted = await loggedIn(await made());
  expect((await create(restricted, { name: 'more' })).status).toBe(403);
  const { id } = await made({ name: 'free', unrestricted: true, roles: [{ name: 'reader' }] });
  expect((await ask(identity, { method: 'GET', path: pathOf(DEMO, id), token: restricted })).status).toBe(200);
  expect((await ask(identity, { method: 'DELETE', path: pathOf(DEMO, id), token: restricted })).status).toBe(403);

  const free = await loggedIn(await made({ name: 'freer', unrestricted: true, roles: [{ name: 'reader' }] }));
  expect((await known(free))?.restricted).toBe(false);
  expect((await create(free, { name: 'grown', roles: [{ name: 'member' }] })).status).toBe(400);
  const child = await create(free, { name: 'child' });
  expect(rolesIn(child.body.application_credential.roles)).toEqual(['reader']);
  expect((await ask(identity, { method: 'DELETE', path: pathOf(DEMO, id), token: free })).status).toBe(204);
});

test('others neither see nor change them; an administrator sees and deletes them, and makes none for others', async () => {
  const { id } = await made();
  const [demo, admin] = [await tokenOf('demo'), await tokenOf('admin')];
  const own = (await create(admin, { name: 'ci' }, ADMIN)).body.application_credential.id;
  for (const [method, path] of [
    ['GET', pathOf(ADMIN)],
    ['POST', pathOf(ADMIN)],
    ['GET', pathOf(ADMIN, own)],
    ['DELETE', pathOf(ADMIN, own)],
  ] as const) {
    const body = method === 'POST' ? { application_credential: { name: 'x' } } : undefined;
    const asked = { method, path, ...(body ? { body } : {}) };
    expect((await ask(identity, { ...asked, token: demo })).status, `${method} ${path}`).toBe(403);
    expect((await ask(identity, asked)).status, `${method} ${path}`).toBe(401);
  }
  // The other user's credential under the own id.
  expect((await ask(identity, { method: 'GET', path: pathOf(DEMO, own), token: demo })).status).toBe(404);
  expect((await ask(identity, { method: 'DELETE', path: pathOf(DEMO, own), token: demo })).status).toBe(404);

  expect((await create(admin, { name: 'for demo' })).status).toBe(403);
  expect((await ask(identity, { method: 'GET', path: pathOf(DEMO), token: admin })).body.application_credentials).toHaveLength(1);
  expect((await ask(identity, { method: 'GET', path: pathOf('nobody'), token: admin })).status).toBe(404);
  expect((await ask(identity, { method: 'DELETE', path: pathOf(DEMO, id), token: admin })).status).toBe(204);
  expect((await ask(identity, { method: 'DELETE', path: pathOf(DEMO, id), token: admin })).status).toBe(404);
});

test('a token without a project makes none', async () => {
  expect((await create(await tokenOf('demo', { unscoped: {} }), { name: 'ci' })).status).toBe(403);
});

test.each<[string, JsonObject]>([
  ['name', {}],
  ['name', { name: 7 }],
  ['name', { name: ' ' }],
  ['name', { name: 'x'.repeat(LONGEST.name + 1) }],
  ['description', { name: 'x', description: [] }],
  ['description', { name: 'x', description: 'x'.repeat(LONGEST.description + 1) }],
  ['secret', { name: 'x', secret: 7 }],
  ['secret', { name: 'x', secret: 'x'.repeat(LONGEST.secret + 1) }],
  ['roles', { name: 'x', roles: 'reader' }],
  ['roles', { name: 'x', roles: ['reader'] }],
  ['roles', { name: 'x', roles: [{}] }],
  ['roles', { name: 'x', roles: [{ name: 'admin' }] }],
  ['roles', { name: 'x', roles: [{ id: 'guess' }] }],
  ['roles', { name: 'x', roles: [{ name: 'guess' }] }],
  ['unrestricted', { name: 'x', unrestricted: 'true' }],
  ['access_rules', { name: 'x', access_rules: [{ path: '/v1/bays', method: 'GET', service: 'container-infra' }] }],
  ['access_rules', { name: 'x', access_rules: {} }],
  ['expires_at', { name: 'x', expires_at: 7 }],
  ['expires_at', { name: 'x', expires_at: 'tomorrow' }],
  ['expires_at', { name: 'x', expires_at: '2027-02-30T00:00:00' }],
  ['expires_at', { name: 'x', expires_at: '2027-01-01T00:00:61Z' }],
  ['expires_at', { name: 'x', expires_at: '2025-12-31T23:59:59Z' }],
])('a creation with a wrong %s is a bad request that names it (%#)', async (field, fields) => {
  const answer = await create(await tokenOf('demo'), fields);
  expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining(field)]);
});

test('texts of the greatest length are kept as they are', async () => {
  const longest = { name: 'ü'.repeat(LONGEST.name), description: '✓'.repeat(LONGEST.description) };
  const { id, secret } = await made({ ...longest, secret: '✓'.repeat(LONGEST.secret) });
  const shown = await ask(identity, { method: 'GET', path: pathOf(DEMO, id), token: await tokenOf('demo') });
  expect(shown.body.application_credential).toMatchObject(longest);
  expect((await logIn({ name: longest.name, user: { id: DEMO }, secret })).status).toBe(201);
});

test.each<[string, JsonValue | string]>([
  ['no JSON', '{'],
  ['a list', []],
  ['no credential', {}],
  ['a text for a credential', { application_credential: 'ci' }],
])('a creation with %s is a bad request', async (_, body) => {
  expect((await ask(identity, { method: 'POST', path: pathOf(DEMO), token: await tokenOf('demo'), body })).status).toBe(400);
});

test.each<[string, JsonValue]>([
  ['application_credential', 'ci'],
  ['secret', { id: 'x' }],
  ['secret', { id: 'x', secret: 7 }],
  ['id or name', { secret: 'x' }],
  ['id or name', { id: 7, secret: 'x' }],
  ['user', { name: 'ci', secret: 'x' }],
  ['name in user', { name: 'ci', user: {}, secret: 'x' }],
  ['domain', { name: 'ci', user: { name: 'demo' }, secret: 'x' }],
])('a login without %s is a bad request that says so (%#)', async (what, proof) => {
  const answer = await logIn(proof);
  expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining(what)]);
});

test('a user has a hundred of them at most, also for creations at the same moment', async () => {
  const rows = Array.from({ length: MOST_CREDENTIALS - 1 }, (_, index) => ({
    id: `filler-${index}`,
    user_id: DEMO,
    name: `filler-${index}`,
    secret_hash: '',
    project_id: DEMO_PROJECT,
    roles: '[]',
    unrestricted: false,
  }));
  for (const row of rows) await db('embedded_application_credential').insert(row);
  const token = await tokenOf('demo');
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => create(token, { name })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403, 403]);
  expect(answers.find(({ status }) => status === 403)?.body.error.message).toContain(`maximum of ${MOST_CREDENTIALS}`);
});

test('guesses of a secret are slowed down', async () => {
  const { id, secret } = await made();
  for (let guess = 0; guess < 10; guess += 1) expect((await logIn({ id, secret: 'guess' })).status).toBe(401);
  const answer = await logIn({ id, secret });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
});

test('a database that fails is 503, and neither answer nor log has the secret', async () => {
  const logged: unknown[] = [];
  identity = identityOver({
    db,
    clock,
    logger: { ...silentLogger, error: (event, fields) => void logged.push([event, fields]) },
  });
  const token = await tokenOf('demo');
  await db.schema.renameTable('embedded_application_credential', 'away');
  const answers = [await create(token, { name: 'ci', secret: 'very-secret' }), await logIn({ id: 'x', secret: 'very-secret' })];
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  expect(logged).toHaveLength(2);
  const said = logged.map((entry) => JSON.stringify(entry) + String((entry as [string, { error: Error }])[1].error.stack)); // as pushed above
  expect(`${said.join()} ${JSON.stringify(answers)}`).not.toContain('very-secret');
});
