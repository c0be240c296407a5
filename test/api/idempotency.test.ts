import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  aService,
  itemsOf,
  MODEL,
  refusalOf,
  resource,
  type Ask,
  type Fields,
  type Reply,
  type Service,
} from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService({ conductor: false });
  await service.createModel();
});
afterAll(async () => service.stop());

let key: string;
let keys = 0;
beforeEach(() => {
  key = `key-${(keys += 1)}`;
});

const post = (path: string, body: Fields, ask: Ask = {}): Promise<Reply> =>
  service.request('POST', path, { body, version: '1.14', ...ask, headers: { 'Idempotency-Key': key, ...ask.headers } });
const cluster = (fields: Fields = {}, ask: Ask = {}) => post('/v1/clusters', { cluster_template_id: 'swarm', ...fields }, ask);
const named = async (name: string): Promise<number> =>
  itemsOf(await service.request('GET', '/v1/bays'), 'bays').filter((bay) => bay['name'] === name).length;
/** The record as a process leaves it that is killed at some point. */
const killedWith = (row: Fields) => service.db('idempotency_key').update({ owner: 'dead', busy_until: 0, ...row });

describe('a POST with an Idempotency-Key', () => {
  test('is carried out once, and answered alike again', async () => {
    const first = await cluster({ name: 'once', labels: { ill: 'typed', octavia_lb_healthcheck: 'perhaps' } });
    const again = await cluster({ labels: { octavia_lb_healthcheck: 'perhaps', ill: 'typed' }, name: 'once' });
    expect([again.status, again.text]).toEqual([202, first.text]);
    for (const header of ['warning', 'etag']) expect(again.headers.get(header)).toBe(first.headers.get(header));
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect(await named('once')).toBe(1);
  });

  test('that made a whole resource is answered with it, and with where it is', async () => {
    const [first, again] = [await post('/v1/clustertemplates', MODEL), await post('/v1/clustertemplates', MODEL)];
    expect(first.status, first.text).toBe(201);
    expect([again.text, again.headers.get('location')]).toEqual([first.text, first.headers.get('location')]);
    await service.request('DELETE', `/v1/clustertemplates/${resource(first, 201).uuid}`);
  });

  test('belongs to its body, its operation and its version: another request is 422', async () => {
    await cluster({ name: 'first' });
    for (const other of [
      cluster({ name: 'second' }),
      post('/v1/bays', { baymodel_id: 'swarm', name: 'first' }),
      cluster({ name: 'first' }, { version: '1.12' }),
    ])
      expect(refusalOf(await other)).toMatchObject({ status: 422, detail: expect.stringContaining('Idempotency-Key') });
    expect([await named('first'), await named('second')]).toEqual([1, 0]);
  });

  test('belongs to its user and project', async () => {
    const [mine, theirs] = [await cluster(), await cluster({}, { token: service.tokens.mate })];
    expect(resource(mine, 202).uuid).not.toBe(resource(theirs, 202).uuid);
  });

  test('quoted and plain, is one key', async () => {
    const plain = await cluster();
    expect((await cluster({}, { headers: { 'Idempotency-Key': `"${key}"` } })).text).toBe(plain.text);
  });

  test.each(['', '""', '\u00e9', 'x'.repeat(256)])('%j is refused', async (bad) => {
    expect((await cluster({}, { headers: { 'Idempotency-Key': bad } })).status).toBe(400);
  });

  test('that was refused leaves its key free for a better request', async () => {
    expect((await cluster({ flavor_id: 'huge' })).status).toBe(400);
    expect((await cluster({ flavor_id: 'm1.small' })).status).toBe(202);
  });

  test('many at a time, is carried out once', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => cluster({ name: 'crowd' })));
    expect(replies.filter(({ status }) => ![202, 409].includes(status))).toEqual([]);
    expect(new Set(replies.filter(({ status }) => status === 202).map(({ text }) => text)).size).toBe(1);
    expect(replies.filter(({ status }) => status === 409).every(({ headers }) => headers.get('retry-after') === '2')).toBe(true);
    expect(await named('crowd')).toBe(1);
  });

  test('without the header, is carried out each time', async () => {
    const ask = { body: { cluster_template_id: 'swarm', name: 'twice' }, version: '1.14' };
    for (let times = 0; times < 2; times += 1) expect((await service.request('POST', '/v1/clusters', ask)).status).toBe(202);
    expect(await named('twice')).toBe(2);
  });
});

describe('a process that is killed', () => {
  test('before anything is committed, is stood in for', async () => {
    await cluster({ name: 'killed-early' });
    const { uuid } =
      itemsOf(await service.request('GET', '/v1/bays'), 'bays').find((bay) => bay['name'] === 'killed-early') ?? {};
    await service
      .db('bay')
      .where({ uuid: String(uuid) })
      .delete();
    await killedWith({ resource_id: null, answer: null });
    expect((await cluster({ name: 'killed-early' })).status).toBe(202);
    expect(await named('killed-early')).toBe(1);
  });

  test('after its commit and before its answer, is answered for by what it made', async () => {
    const first = await cluster({ name: 'killed-late' });
    await killedWith({ answer: null });
    const again = await cluster({ name: 'killed-late' });
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([202, first.text, 'true']);
    expect(await named('killed-late')).toBe(1);
  });

  test('likewise with a whole resource', async () => {
    const first = await post('/v1/baymodels', { ...MODEL, name: 'killed' });
    await killedWith({ answer: null });
    const again = await post('/v1/baymodels', { ...MODEL, name: 'killed' });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  });

  test('and is only slow, makes nothing once another has taken over', async () => {
    await cluster({ name: 'slow' });
    await service.db('idempotency_key').update({ owner: 'another', answer: null, resource_id: null, busy_until: 4e12 });
    expect(refusalOf(await cluster({ name: 'slow' })).status).toBe(409);
    expect(await named('slow')).toBe(1);
  });
});

test('a change of a cluster, and a node group, are made once too, also where the answer went down with its process', async () => {
  const live = await aService();
  await live.createModel();
  const { uuid } = await live.createBay();
  const send = (path: string, body: Fields): Promise<Reply> =>
    live.request('POST', `/v1/clusters/${uuid}/${path}`, { body, version: '1.14', headers: { 'Idempotency-Key': path } });
  for (const [path, body] of [
    ['nodegroups', { name: 'more' }],
    ['actions/resize', { node_count: 2 }],
    ['actions/upgrade', { cluster_template: 'swarm' }],
  ] as const) {
    const first = await send(path, body);
    expect(first.status, first.text).toBe(202);
    await live.db('idempotency_key').update({ owner: 'dead', busy_until: 0, answer: null });
    const generation = async () => ((await live.db('bay').first('generation')) as { generation: number }).generation; // there is one
    const before = await generation();
    const again = await send(path, body);
    expect([again.status, again.body['uuid']], again.text).toEqual([202, first.body['uuid']]);
    expect(await generation()).toBe(before);
    await live.until(uuid, 'UPDATE_COMPLETE');
  }
  await live.stop();
});

test('keys are forgotten after a day', async () => {
  await cluster({ name: 'daily' });
  await service.db('idempotency_key').update({ created_at: Date.now() - 24 * 3_600_000 - 1 });
  expect((await cluster({ name: 'daily' })).headers.get('idempotency-replayed')).toBeNull();
  expect(await named('daily')).toBe(2);
  expect(await service.db('idempotency_key')).toHaveLength(1);
});
