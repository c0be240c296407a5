import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { aService, itemsOf, ORIGIN, refusalOf, type Fields, type Service } from '../support/service.js';

const LABELS: Readonly<Record<string, Fields>> = {
  plain: {},
  gold: { tier: 'gold', zone: 'a' },
  golden: { zone: 'b', tier: 'golden' },
  quoted: { 'a"tier': 'gold', 'x,"tier': 'gold', note: '{"tier":"gold"},"tier":"gold"', 'back\\': 'slash' },
  wild: { 't%er': '_', 'back\\': 's' },
};

let service: Service;
beforeAll(async () => {
  service = await aService();
  for (const [name, labels] of Object.entries(LABELS)) await service.createModel({ name, labels });
  for (const [name, labels] of Object.entries(LABELS))
    await service.createBay({ name, baymodel_id: 'plain', ...(name === 'plain' ? {} : { labels }) });
});
afterAll(async () => service.stop());

const names = async (path: string, query: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
  const reply = await service.request('GET', `${path}?${new URLSearchParams(query).toString()}`, { version: '1.14' });
  return itemsOf(reply, path.split('/')[2] ?? '').map((item) => item['name']);
};

describe.each([
  '/v1/bays',
  '/v1/bays/detail',
  '/v1/clusters',
  '/v1/clusters/detail',
  '/v1/baymodels',
  '/v1/clustertemplates',
  '/v1/clustertemplates/detail',
])('the list %s', (path) => {
  test('can be of one name', async () => {
    expect(await names(path, { name: 'gold' })).toEqual(['gold']);
    expect(await names(path, { name: 'GOLD' })).toEqual([]);
    expect(await names(path, { name: 'g%' })).toEqual([]);
  });

  test('can be of what has a label, whatever labels are called', async () => {
    expect(await names(path, { label: 'tier' })).toEqual(['gold', 'golden']);
    expect(await names(path, { label: 'tier=gold' })).toEqual(['gold']);
    expect(await names(path, { label: 'a"tier=gold' })).toEqual(['quoted']);
    expect(await names(path, { label: 'x,"tier' })).toEqual(['quoted']);
    expect(await names(path, { label: 'back\\' })).toEqual(['quoted', 'wild']);
    expect(await names(path, { label: 'back\\=slash' })).toEqual(['quoted']);
    expect(await names(path, { label: 't%er=_' })).toEqual(['wild']);
    for (const label of ['t%', 'gold', 'tier=gol', "' OR 1=1 --", '=', 'note={"tier":"gold"}'])
      expect(await names(path, { label }), label).toEqual([]);
  });

  test('can be of what has changed since', async () => {
    const since = { updated_since: new Date(Date.now() - 3_600_000).toISOString() };
    expect(await names(path, since)).toHaveLength(5);
    expect(await names(path, { ...since, name: 'gold', label: 'zone=a' })).toEqual(['gold']);
    expect(await names(path, { updated_since: '2999-01-01' })).toEqual([]);
    const reply = await service.request('GET', `${path}?updated_since=2020-01-01T00:00:00+00:00`);
    expect(reply.status, reply.text).toBe(200);
  });

  test('says so in the address of its next page', async () => {
    const reply = await service.request('GET', `${path}?label=tier&limit=1`, { version: '1.14' });
    const next = String(reply.body['next']);
    expect(new URL(next).searchParams.get('label')).toBe('tier');
    const rest = await service.request('GET', next.replace(ORIGIN, ''), { version: '1.14' });
    expect(itemsOf(rest, path.split('/')[2] ?? '').map((item) => item['name'])).toEqual(['golden']);
  });

  test('refuses a time that is none with an example, not with a regular expression', async () => {
    const { status, text } = await service.request('GET', `${path}?updated_since=yesterday`);
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('updated_since: it must be written as in 2026-01-31T12:00:00Z'),
    ]);
  });

  test.each(['updated_since=yesterday', 'updated_since=2026-13-45T00:00:00Z', 'label=', 'name=', 'name=a&name=b', 'status=FINE'])(
    'refuses %s by name',
    async (query) => {
      expect(refusalOf(await service.request('GET', `${path}?${query}`))).toMatchObject({
        status: 400,
        detail: expect.stringContaining(query.split('=')[0] ?? ''),
      });
    },
  );
});

test('lists of bays can be of one status, and a new status is a change', async () => {
  // A time after the last change of what is there already.
  const late = await until('no cluster changes any more', async () => {
    const now = new Date().toISOString();
    return (await names('/v1/clusters', { updated_since: now })).length === 0 && now;
  });
  const { uuid } = itemsOf(await service.request('GET', '/v1/bays?name=gold'), 'bays')[0] ?? {};
  await service.request('DELETE', `/v1/bays/${String(uuid)}`, { version: '1.2' });
  await service.until(String(uuid), 'gone');
  expect(await names('/v1/clusters', { status: 'CREATE_COMPLETE' })).toHaveLength(4);
  expect(await names('/v1/bays/detail', { status: 'CREATE_FAILED' })).toEqual([]);
  expect((await service.request('GET', '/v1/baymodels?status=CREATE_COMPLETE')).status).toBe(400);
  const made = await service.createBay({ name: 'late', baymodel_id: 'plain' });
  expect(made['updated_at']).not.toBeNull();
  expect(await names('/v1/clusters', { updated_since: late })).toEqual(['late']);
});
