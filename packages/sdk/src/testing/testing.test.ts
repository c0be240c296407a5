import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { applicationCredentialAuth, createMagnum, ForbiddenError, MagnumError, type Auth } from '../index.js';
import { createTestMagnum, type TestMagnum } from './index.js';

const MODEL = {
  name: 'swarm',
  coe: 'swarm',
  image_id: 'debian-12',
  keypair_id: 'default',
  external_network_id: 'public',
} as const;

describe('a Magnum in this process', () => {
  let magnum: TestMagnum;
  beforeAll(async () => {
    magnum = await createTestMagnum();
    await magnum.bayModels.create(MODEL);
  });
  afterAll(() => magnum.stop());

  test('carries a bay from its creation to its deletion, with the events and nodes of the service', async () => {
    const events: string[] = [];
    const bay = await magnum.bays
      .create({ name: 'web', baymodel_id: 'swarm', node_count: 2 })
      .wait({ onEvent: ({ status }) => events.push(status) });
    expect([bay.status, bay.node_count]).toEqual(['CREATE_COMPLETE', 2]);
    expect(events).toContain('CREATE_COMPLETE');
    expect((await magnum.nodes.list({ bay_ident: 'web' }).toArray()).length).toBeGreaterThan(2);
    expect((await magnum.bays.update('web', { node_count: 1 }).wait()).status).toBe('UPDATE_COMPLETE');
    await expect(magnum.bayModels.delete('swarm')).rejects.toMatchObject({ code: 'bay-model-referenced' });
    await magnum.bays.delete('web').wait();
    await expect(magnum.bays.get('web')).rejects.toMatchObject({ code: 'bay-not-found' });
  });

  test('has the roles of a cloud, and clients of each user', async () => {
    await expect(magnum.services.list().toArray()).rejects.toBeInstanceOf(ForbiddenError);
    expect(await magnum.admin.services.list().toArray()).not.toEqual([]);
    const own = createMagnum(magnum.credentialsOf('demo'));
    expect((await own.bayModels.get('swarm')).name).toBe('swarm');
    const seen: string[] = [];
    const logged = magnum.connect('admin', { logger: { debug: (event) => void seen.push(event) } });
    await logged.stats.get();
    expect(seen).toContain('response');
  });
});

describe('an application credential', () => {
  let magnum: TestMagnum;
  beforeAll(async () => {
    magnum = await createTestMagnum({ conductor: false });
    await magnum.bayModels.create(MODEL);
  });
  afterAll(() => magnum.stop());

  interface Made {
    readonly id: string;
    readonly name: string;
    readonly secret: string;
    readonly url: string;
    readonly token: string;
  }

  async function make(name: string): Promise<Made> {
    const { auth } = magnum.credentialsOf('demo');
    if (!auth) throw new Error('the credentials of a user have a login');
    const { token } = await auth.get();
    const own = { 'X-Auth-Token': token, 'X-Subject-Token': token, 'Content-Type': 'application/json' };
    const seen = await magnum.fetch(new Request('http://magnum.test/identity/v3/auth/tokens', { headers: own }));
    const { token: body } = (await seen.json()) as { token: { user: { id: string } } }; // Keystone's form
    const url = `http://magnum.test/identity/v3/users/${body.user.id}/application_credentials`;
    const asked = JSON.stringify({ application_credential: { name } });
    const answer = await magnum.fetch(new Request(url, { method: 'POST', headers: own, body: asked }));
    expect(answer.status).toBe(201);
    const { application_credential: made } = (await answer.json()) as { application_credential: Made }; // Keystone's form
    return { ...made, url: `${url}/${made.id}`, token };
  }

  const clientOf = (auth: Auth) => createMagnum({ auth, fetch: magnum.fetch });
  const login = { authUrl: 'http://magnum.test/identity/v3', fetch: (request: Request) => magnum.fetch(request) };

  test('logs the SDK in by its id, or by its name and user, and works on the bays of its project', async () => {
    const { id, name, secret } = await make('ci');
    const byId = clientOf(applicationCredentialAuth({ ...login, id, secret }));
    expect(await byId.bays.list().toArray()).toEqual([]);
    const { uuid } = await byId.bays.create({ name: 'web', baymodel_id: 'swarm' });
    const user = { username: 'demo', userDomainName: 'Default' };
    const byName = clientOf(applicationCredentialAuth({ ...login, ...user, name, secret }));
    expect((await byName.bays.list().toArray()).map((bay) => bay.uuid)).toEqual([uuid]);
    await expect(byName.services.list().toArray()).rejects.toBeInstanceOf(ForbiddenError);
  });

  test('no longer logs in once it is deleted, and its tokens are refused', async () => {
    const { id, secret, url, token } = await make('short');
    const auth = applicationCredentialAuth({ ...login, id, secret });
    const magnumOfProgram = clientOf(auth);
    await magnumOfProgram.bays.list().toArray();
    await magnum.fetch(new Request(url, { method: 'DELETE', headers: { 'X-Auth-Token': token } }));
    await expect(magnumOfProgram.bays.list().toArray()).rejects.toMatchObject({ code: 'auth-failed' });
  });
});

describe('several of them', () => {
  const running: TestMagnum[] = [];
  afterEach(async () => {
    for (const magnum of running.splice(0)) await magnum.stop();
  });

  test('are alone each, and one without a conductor leaves bays in progress', async () => {
    const [one, other] = [await createTestMagnum({ conductor: false }), await createTestMagnum({ conductor: false })];
    running.push(one, other);
    await one.bayModels.create(MODEL);
    expect(await other.bayModels.list().toArray()).toEqual([]);
    const { uuid } = await one.bays.create({ name: 'web', baymodel_id: 'swarm' });
    await expect(one.bays.waitUntil(uuid, { timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'timeout' });
    expect((await one.bays.get(uuid)).status).toBe('CREATE_IN_PROGRESS');
    await expect(
      createMagnum({ endpoint: 'http://magnum.test', token: 'no', fetch: one.fetch }).bays.list().toArray(),
    ).rejects.toBeInstanceOf(MagnumError);
  });
});
