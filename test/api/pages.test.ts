import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { aService, itemsOf, MODEL, refusalOf, resource, type Service } from '../support/service.js';

/** As large as labels may be. */
const LABELS = Object.fromEntries(
  Array.from({ length: 100 }, (_, index) => [`k${index}`.padEnd(255, 'k'), String(index).padEnd(255, 'v')]),
);
const MODELS = 200;

let service: Service;
let listeners: Listeners;
let port: number;
beforeAll(async () => {
  service = await aService({ conductor: false });
  const { uuid } = await service.createModel({ name: 'large-0', labels: LABELS });
  const row: Record<string, unknown> = await service.db('bay_model').where({ uuid }).first();
  const { id: _id, ...columns } = row;
  for (let index = 1; index < MODELS; index += 1) {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    await service.db('bay_model').insert({ ...columns, uuid: id, name: `large-${index}` });
  }
  listeners = new Listeners(service.answer);
  port = await listeners.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await listeners.close(500);
  await service.stop();
});

/** All pages after a first address: their sizes, and the names of the items. */
async function walk(path: string): Promise<{ readonly bytes: readonly number[]; readonly names: readonly string[] }> {
  const [bytes, names]: [number[], string[]] = [[], []];
  for (let next: string | undefined = path; next !== undefined;) {
    const { pathname, search }: URL = new URL(next, `http://127.0.0.1:${port}`);
    const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      headers: { 'X-Auth-Token': service.tokens.demo },
    });
    expect(response.status).toBe(200);
    const text = await response.text();
    const page = JSON.parse(text) as { baymodels: readonly { name: string }[]; next?: string }; // the service's own list
    bytes.push(text.length);
    names.push(...page.baymodels.map(({ name }) => name));
    next = page.next;
  }
  return { bytes, names };
}

describe('a list of rows as large as they may be', () => {
  test.each(['', '?sort_dir=desc&limit=190', '?sort_key=name'])(
    'ends its pages by bytes, and all of it comes: %s',
    async (query) => {
      const { bytes, names } = await walk(`/v1/baymodels${query}`);
      expect(Math.max(...bytes)).toBeLessThan(8.2 * 1_048_576);
      expect(bytes.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
      expect(names.length).toBe(MODELS);
    },
  );

  test('comes over a web request just the same', async () => {
    const reply = await service.request('GET', '/v1/baymodels');
    expect(reply.status).toBe(200);
    expect(itemsOf(reply, 'baymodels').length).toBeGreaterThan(100);
    expect(reply.body['next']).toContain('marker=');
  });

  test('a reader who goes away gives the place back', async () => {
    for (let time = 0; time < 150; time += 1) {
      const leaving = new AbortController();
      const response = await fetch(`http://127.0.0.1:${port}/v1/baymodels`, {
        headers: { 'X-Auth-Token': service.tokens.demo },
        signal: leaving.signal,
      });
      expect(response.status).toBe(200);
      leaving.abort();
    }
    expect((await service.request('GET', '/v1/baymodels?limit=1')).status).toBe(200);
  });
});

test('a row that is deleted while its page is written takes nothing with it', async () => {
  const reply = await service.answer(plain('/v1/baymodels'));
  const texts = reply.texts?.[Symbol.asyncIterator]();
  if (!texts) throw new Error('the page was not written in parts');
  let text = String((await texts.next()).value);
  // What comes next begins after a row that is there no more.
  await service.db('bay_model').whereNot({ name: 'large-0' }).andWhere('id', '<=', 60).delete();
  for (let next = await texts.next(); !next.done; next = await texts.next()) text += next.value;
  const page = JSON.parse(text) as { baymodels: readonly { name: string }[] }; // the service's own list
  expect(page.baymodels.map(({ name }) => name)).toContain('large-100');
});

function plain(path: string): Parameters<Service['answer']>[0] {
  return {
    method: 'GET',
    path,
    query: '',
    origin: 'http://127.0.0.1',
    signal: new AbortController().signal,
    header: (name) => (name === 'x-auth-token' ? service.tokens.demo : null),
    body: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) }),
    web: () => new Request(`http://127.0.0.1${path}`),
  };
}

describe('quotas', () => {
  test('a marker that is none is 404, and no page comes twice', async () => {
    const ask = (query: string) => service.request('GET', `/v1/quotas?${query}`, { token: service.tokens.admin });
    for (const query of ['marker=99999&all_tenants=True', 'limit=1&marker=77777&all_tenants=True', 'marker=5']) {
      const refused = await ask(query);
      expect(refused.status, query).toBe(404);
      expect(refusalOf(refused).detail).toContain('could not be found');
    }
  });
});

test.each([
  ['bay models', { bayModel: 1 }, '/v1/baymodels', { ...MODEL }, 'max_bay_models_per_project'],
  ['cluster templates', { bayModel: 1 }, '/v1/clustertemplates', { ...MODEL }, 'max_bay_models_per_project'],
  ['nodes', { nodeRecord: 0 }, '/v1/nodes', {}, 'max_nodes_per_project'],
  ['bays', { bay: 0 }, '/v1/bays', { baymodel_id: 'only' }, 'max_bays_per_project'],
  ['clusters', { bay: 0 }, '/v1/clusters', { cluster_template_id: 'only' }, 'max_bays_per_project'],
  [
    'federations',
    { federation: 0 },
    '/v1/federations',
    { hostcluster_id: 'host', properties: { 'dns-zone': 'a' } },
    'max_federations',
  ],
  ['key pairs', { x509KeyPair: 0 }, '/v1/x509keypairs', { bay_uuid: 'host', name: 'a' }, 'max_x509_key_pairs_per_project'],
  ['containers', { container: 0 }, '/v1/containers', { bay_uuid: 'host', image: 'a' }, 'max_containers_per_project'],
])('a project has so many %s, and no more', async (_name, rowLimits, path, body, option) => {
  const small = await aService({ conductor: false, rowLimits });
  try {
    await small.createModel({ name: 'only' });
    if (!('bay' in rowLimits)) {
      resource(await small.request('POST', '/v1/bays', { body: { baymodel_id: 'only', name: 'host' }, version: '1.14' }), 202);
    }
    const refused = await small.request('POST', path, { body, version: '1.14' });
    expect(refused.status).toBe(403);
    expect(refusalOf(refused).detail).toContain(option);
  } finally {
    await small.stop();
  }
});
