import { Writable } from 'node:stream';
import type { Knex } from 'knex';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonLogger } from '@magnum-ts/core';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, MODEL, resource, type Reply, type Service } from '../support/service.js';

/** What a tenant keeps secret, by where it travels. */
const CANARIES = { environment: 'CANARY-ENV-5f3a', privateKey: 'CANARY-KEY-91bc', password: 'CANARY-LOGIN-77d0' };

let service: Service;
let engine: Engine;
let bay: string;
const lines: string[] = [];

beforeAll(async () => {
  service = await aService({ conductor: false });
  const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  engine = await anEngine(service, { logger: jsonLogger('debug', sink) });
  const model = resource(await engine.request('POST', '/v1/baymodels', { body: MODEL }), 201).uuid;
  bay = resource(
    await engine.request('POST', '/v1/bays', { body: { baymodel_id: model, name: 'hive' }, version: '1.14' }),
    202,
  ).uuid;
});
afterAll(() => service.stop());

const environment = { DB_PASSWORD: CANARIES.environment };
const container = (name: string): Promise<Reply> =>
  engine.request('POST', '/v1/containers', { body: { bay_uuid: bay, image: 'busybox', name, environment } });
const pair = (name: string): Promise<Reply> =>
  engine.request('POST', '/v1/x509keypairs', { body: { bay_uuid: bay, name, private_key: CANARIES.privateKey } });
const patch = (): Promise<Reply> =>
  engine.request('PATCH', '/v1/containers/web', {
    body: [{ op: 'add', path: '/environment', value: { DB_PASSWORD: `${CANARIES.environment}-2` } }],
  });

test('secrets rest sealed, whatever table they are in', async () => {
  expect(resource(await container('web'), 201)).toMatchObject({ environment });
  resource(await pair('deploy'), 201);
  expect((await patch()).status).toBe(200);
  expect((await engine.request('GET', '/v1/containers/web')).body).toMatchObject({
    environment: { DB_PASSWORD: `${CANARIES.environment}-2` },
  });
  const user = { name: 'demo', domain: { id: 'default' }, password: CANARIES.password };
  const login = { auth: { identity: { methods: ['password'], password: { user } } } };
  expect((await service.request('POST', '/identity/v3/auth/tokens', { body: login })).status).toBe(401);
  const everything = await dump(service.db);
  expect(everything).toContain('busybox');
  for (const canary of [...Object.values(CANARIES), service.tokens.demo]) expect(everything).not.toContain(canary);
});

test.each<readonly [string, string, () => Promise<Reply>]>([
  ['an insert of a container', 'BEFORE INSERT ON container', () => container('other')],
  ['a change of a container', 'BEFORE UPDATE ON container', patch],
  ['a removal of a container', 'BEFORE DELETE ON container', () => engine.request('DELETE', '/v1/containers/web')],
  ['an insert of a key pair', 'BEFORE INSERT ON x509_key_pair', () => pair('other')],
  ['a removal of a key pair', 'BEFORE DELETE ON x509_key_pair', () => engine.request('DELETE', '/v1/x509keypairs/deploy')],
])(
  '%s that the database refuses is 503, and tells its secrets neither to the client nor to the log',
  async (_what, when, ask) => {
    lines.length = 0;
    await service.db.raw(`CREATE TRIGGER refusal ${when} BEGIN SELECT RAISE(ABORT, 'made to fail'); END`);
    const reply = await ask().finally(() => service.db.raw('DROP TRIGGER refusal'));
    expect(reply.status).toBe(503);
    const visible = `${reply.text}${lines.join('')}`;
    expect(visible).toContain('made to fail');
    for (const canary of [...Object.values(CANARIES), service.tokens.demo]) expect(visible).not.toContain(canary);
    // No statement is in it, with or without values.
    expect(visible).not.toMatch(/insert into|update `|delete from|values \(/i);
    expect(reply.text).not.toContain('made to fail');
  },
);

/** Every row of every table. */
async function dump(db: Knex): Promise<string> {
  const tables: readonly { readonly name: string }[] = await db('sqlite_master').where({ type: 'table' }).select('name');
  const rows = await Promise.all(tables.map(({ name }) => db(name).select()));
  return JSON.stringify(rows);
}
