import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aService,
  CONFIG,
  itemsOf,
  NOWHERE,
  refusalOf,
  resource,
  type Fields,
  type Reply,
  type Service,
} from '../support/service.js';

const HOME = CONFIG.projects[0]?.id ?? '';
const user = (serial: number, name: string, ...roles: readonly string[]) => ({
  id: `5f6a1c1de3f44c0e9a3b6d5d2c9d3${String(serial).padStart(3, '0')}`,
  name,
  domainId: 'default',
  defaultProjectId: HOME,
  roles: roles.map((role) => ({ projectId: HOME, role })),
});
const USERS = [user(2, 'reader', 'reader'), user(3, 'home-admin', 'admin')];

let service: Service;
let bay: Fields & { readonly uuid: string };
beforeAll(async () => {
  service = await aService({ config: { users: [...CONFIG.users, ...USERS] } });
  await service.createModel();
  bay = await service.createBay({ name: 'hive' });
});
afterAll(() => service.stop());

const PAIR = { name: 'deploy', ca_cert: 'CA PEM', certificate: 'CERT PEM', private_key: 'VERY PRIVATE' };
const create = (fields: object, token = service.tokens.demo): Promise<Reply> =>
  service.request('POST', '/v1/x509keypairs', { body: { bay_uuid: 'hive', ...fields }, token });

describe('key pairs that are kept with a bay', () => {
  test('are made, shown, listed and deleted', async () => {
    const reply = await create(PAIR);
    const pair = resource(reply, 201);
    expect(pair).toMatchObject({ ...PAIR, bay_uuid: bay.uuid });
    expect(reply.headers.get('location')).toMatch(new RegExp(`/v1/x509keypairs/${pair.uuid}$`));
    for (const ident of [pair.uuid, 'deploy'])
      expect((await service.request('GET', `/v1/x509keypairs/${ident}`)).body).toMatchObject(PAIR);
    const [summary] = itemsOf(await service.request('GET', '/v1/x509keypairs'), 'x509keypairs');
    expect(Object.keys(summary ?? {})).toEqual(['uuid', 'name', 'bay_uuid', 'ca_cert', 'certificate', 'private_key', 'links']);
    expect(itemsOf(await service.request('GET', '/v1/x509keypairs/detail'), 'x509keypairs')).toMatchObject([
      { ...PAIR, private_key: null },
    ]);
    expect((await service.request('DELETE', '/v1/x509keypairs/deploy')).status).toBe(204);
    expect((await service.request('GET', `/v1/x509keypairs/${pair.uuid}`)).status).toBe(404);
  });

  test('show their private key to who made them and to administrators alone, and in no list', async () => {
    const { uuid } = resource(await create(PAIR), 201);
    const seen = async (path: string, token: string | undefined): Promise<Reply> =>
      service.request('GET', path, token === undefined ? {} : { token });
    const { demo, mate } = service.tokens;
    const reader = await service.identity.tokenFor('reader');
    const homeAdmin = await service.identity.tokenFor('home-admin');
    for (const [token, key] of [
      [demo, 'VERY PRIVATE'],
      [homeAdmin, 'VERY PRIVATE'],
      [mate, null],
      [reader, null],
    ] as const) {
      expect((await seen(`/v1/x509keypairs/${uuid}`, token)).body).toMatchObject({ ...PAIR, private_key: key });
      for (const list of ['/v1/x509keypairs', '/v1/x509keypairs/detail']) {
        const reply = await seen(list, token);
        expect(itemsOf(reply, 'x509keypairs')).toMatchObject([{ ...PAIR, private_key: null }]);
        expect(reply.text).not.toContain('VERY PRIVATE');
      }
    }
    await service.request('DELETE', `/v1/x509keypairs/${uuid}`);
  });

  test('keep their private key encrypted in the database', async () => {
    const { uuid } = resource(await create(PAIR), 201);
    const row: unknown = await service.db('x509_key_pair').where({ uuid }).first();
    expect(JSON.stringify(row)).toContain('CERT PEM');
    expect(JSON.stringify(row)).not.toContain('VERY PRIVATE');
    await service.request('DELETE', `/v1/x509keypairs/${uuid}`);
  });

  test('come in pages', async () => {
    for (const name of ['a', 'b', 'c']) await create({ name });
    const first = await service.request('GET', '/v1/x509keypairs?limit=2&sort_key=name&sort_dir=desc');
    expect(itemsOf(first, 'x509keypairs').map(({ name }) => name)).toEqual(['c', 'b']);
    const next = new URL(String(first.body['next']));
    const second = await service.request('GET', next.pathname + next.search);
    expect(itemsOf(second, 'x509keypairs').map(({ name }) => name)).toEqual(['a']);
    expect((await service.request('GET', `/v1/x509keypairs?marker=${NOWHERE}`)).status).toBe(404);
  });

  test('need a bay that can be seen: 400', async () => {
    for (const fields of [
      { bay_uuid: NOWHERE },
      { bay_uuid: 'nobody' },
      { bay_uuid: null },
      { certificate: 7 },
      { colour: 'red' },
    ])
      expect(refusalOf(await create(fields)).status, JSON.stringify(fields)).toBe(400);
    expect((await create({}, service.tokens.other)).status).toBe(400);
  });

  test('cannot be changed, and are invisible to other users', async () => {
    const { uuid } = resource(await create({ name: 'mine' }), 201);
    expect((await service.request('PATCH', `/v1/x509keypairs/${uuid}`, { body: [] })).status).toBe(405);
    expect((await service.request('GET', `/v1/x509keypairs/${uuid}`, { token: service.tokens.other })).status).toBe(404);
    const list = await service.request('GET', '/v1/x509keypairs', { token: service.tokens.other });
    expect(itemsOf(list, 'x509keypairs')).toEqual([]);
  });

  test('go with their bay', async () => {
    const short = await service.createBay({ name: 'short' });
    const { uuid } = resource(await create({ bay_uuid: short.uuid }), 201);
    await service.request('DELETE', '/v1/bays/short', { version: '1.2' });
    await service.until(short.uuid, 'gone');
    expect((await service.request('GET', `/v1/x509keypairs/${uuid}`)).status).toBe(404);
  });
});
