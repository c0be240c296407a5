import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, ORIGIN, type Fields, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
beforeAll(async () => {
  service = await aService();
  for (const name of ['c', 'a', 'e', 'b', 'd']) await service.createModel({ name, tags: name < 'c' ? 'low' : 'high' });
  await service.createBay({ name: 'one', baymodel_id: 'a', node_count: 4 });
  for (const name of ['two', 'three', 'four', 'five'])
    await service.request('POST', '/v1/bays', { body: { name, baymodel_id: 'a' }, version: '1.2' });
  engine = await anEngine(service);
  for (const name of ['v', 'w', 'x', 'y', 'z'])
    await engine.request('POST', '/v1/containers', { body: { name, bay_uuid: 'one', image: 'busybox' } });
});
afterAll(async () => service.stop());

/** Follows `next` to the end; the pages' sizes and the items. */
async function walk(
  path: string,
  collection: string,
): Promise<{ readonly sizes: readonly number[]; readonly items: readonly Fields[]; readonly first: string | undefined }> {
  const [sizes, items]: [number[], Fields[]] = [[], []];
  let first: string | undefined;
  for (let next: string | undefined = path; next !== undefined && sizes.length < 20;) {
    const reply = await engine.request('GET', next);
    const page = itemsOf(reply, collection);
    sizes.push(page.length);
    items.push(...page);
    const url: string | undefined = typeof reply.body['next'] === 'string' ? reply.body['next'] : undefined;
    first ??= url;
    next = url?.replace(ORIGIN, '');
  }
  return { sizes, items, first };
}

const uuids = (items: readonly Fields[]): readonly unknown[] => items.map((item) => item['uuid']);

describe.each([
  ['baymodels', '/v1/baymodels'],
  ['baymodels', '/v1/baymodels/detail'],
  ['bays', '/v1/bays'],
  ['bays', '/v1/bays/detail'],
  ['nodes', '/v1/nodes/detail'],
  ['nodes', '/v1/nodes'],
  ['containers', '/v1/containers'],
  ['containers', '/v1/containers/detail'],
])('%s at %s', (collection, path) => {
  test('come page by page, each item once, in the order of creation', async () => {
    const all = itemsOf(await engine.request('GET', path), collection);
    const { sizes, items, first } = await walk(`${path}?limit=2`, collection);
    expect(uuids(items)).toEqual(uuids(all));
    expect(sizes.slice(0, 2)).toEqual([2, 2]);
    const url = new URL(first ?? '');
    expect(url.origin + url.pathname).toBe(`${ORIGIN}${path}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      sort_key: 'id',
      sort_dir: 'asc',
      limit: '2',
      marker: all[1]?.['uuid'],
    });
  });

  test('have a next page exactly when the page is full', async () => {
    const all = itemsOf(await engine.request('GET', path), collection);
    expect((await engine.request('GET', `${path}?limit=${all.length}`)).body).toHaveProperty('next');
    expect((await engine.request('GET', `${path}?limit=${all.length + 1}`)).body).not.toHaveProperty('next');
    const last = await engine.request('GET', `${path}?marker=${String(all.at(-1)?.['uuid'])}`);
    expect(last.body).toEqual({ [collection]: [] });
  });

  test('come in the other direction', async () => {
    const all = itemsOf(await engine.request('GET', path), collection);
    const { items } = await walk(`${path}?limit=3&sort_dir=desc`, collection);
    expect(uuids(items)).toEqual(uuids(all).toReversed());
  });
});

describe('sorting', () => {
  test('is by a field, and by the order of creation among equals', async () => {
    const names = async (query: string): Promise<readonly unknown[]> =>
      (await walk(`/v1/baymodels?limit=2&${query}`, 'baymodels')).items.map((item) => item['name']);
    expect(await names('sort_key=name')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await names('sort_key=name&sort_dir=desc')).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await names('sort_key=tags')).toEqual(['c', 'e', 'd', 'a', 'b']);
    expect(await names('sort_key=coe')).toEqual(['c', 'a', 'e', 'b', 'd']);
  });

  test('by a field that is empty everywhere loses nothing', async () => {
    expect((await walk('/v1/baymodels?limit=2&sort_key=dns_nameserver', 'baymodels')).items).toHaveLength(5);
    expect((await walk('/v1/bays?limit=2&sort_key=discovery_url&sort_dir=desc', 'bays')).items).toHaveLength(5);
  });
});

describe('a list of one bay', () => {
  test('keeps the bay in its next page', async () => {
    for (const [collection, count] of [
      ['nodes', 5],
      ['containers', 5],
    ] as const) {
      const { items, first } = await walk(`/v1/${collection}?bay_ident=one&limit=2`, collection);
      expect(items).toHaveLength(count);
      expect(new URL(first ?? '').searchParams.get('bay_ident')).toBe('one');
    }
  });

  test('has no marker of another project', async () => {
    const [bay] = itemsOf(await service.request('GET', '/v1/bays?limit=1'), 'bays');
    expect(
      (await service.request('GET', `/v1/bays?marker=${String(bay?.['uuid'])}`, { token: service.tokens.other })).status,
    ).toBe(404);
  });
});

test('what is kept of a list is neither of another version or address, nor of what was there before', async () => {
  const asked = (version: string, host = new URL(ORIGIN).host): Promise<Fields> =>
    service
      .fetch(
        new Request(`http://${host}/v1/clusters?limit=1`, {
          headers: { 'X-Auth-Token': service.tokens.demo, 'OpenStack-API-Version': `container-infra ${version}` },
        }),
      )
      .then(async (response) => ((await response.json()) as { clusters: Fields[] }).clusters[0] ?? {}); // the contract's list
  const linkOf = (cluster: Fields): unknown => (cluster['links'] as readonly Fields[])[0]?.['href']; // the contract's links
  const one = async (version: string): Promise<Fields> =>
    (await (
      await service.fetch(
        new Request(`${ORIGIN}/v1/clusters/${String(first['uuid'])}`, {
          headers: { 'X-Auth-Token': service.tokens.demo, 'OpenStack-API-Version': `container-infra ${version}` },
        }),
      )
    ).json()) as Fields; // the contract's cluster
  const first = await asked('1.14');
  expect(await asked('1.14')).toEqual(first);
  expect([first, await asked('1.12'), await asked('1.14')].map((one) => ['stack_id' in one, 'cluster_id' in one])).toEqual([
    [true, true],
    [true, false],
    [true, true],
  ]);
  expect('status_reason' in first).toBe(false);
  expect(await one('1.14')).toMatchObject({ uuid: first['uuid'], status_reason: null });
  expect([await one('1.14'), await one('1.12'), await one('1.14')].map((shown) => 'cluster_id' in shown)).toEqual([
    true,
    false,
    true,
  ]);
  expect(linkOf(await asked('1.14', 'elsewhere.test'))).toBe(`http://elsewhere.test/v1/clusters/${String(first['uuid'])}`);
  await service.db('bay').where({ uuid: first['uuid'] }).update({ status_reason: 'x', status: 'UPDATE_FAILED' });
  await service.db('node_group').where({ bay_id: first['uuid'], role: 'worker' }).update({ node_count: 9 });
  expect(await asked('1.14')).toMatchObject({ status: 'UPDATE_FAILED', node_count: 9 });
  expect(await one('1.14')).toMatchObject({ status: 'UPDATE_FAILED', status_reason: 'x', node_count: 9 });
});
