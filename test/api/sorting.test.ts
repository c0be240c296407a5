import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, refusalOf, resource, type Reply, type Service } from '../support/service.js';

// Every list is asked for by every column that it shows, as upstream sorts by any.
let service: Service;
let engine: Engine;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  const { uuid } = await service.createBay({ name: 'hive' });
  engine = await anEngine(service);
  resource(await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox', name: 'c' } }), 201);
  const pair = { bay_uuid: 'hive', name: 'p', ca_cert: 'CA', certificate: 'CERT', private_key: 'KEY' };
  resource(await service.request('POST', '/v1/x509keypairs', { body: pair }), 201);
  const world = { name: 'world', hostcluster_id: uuid, properties: { 'dns-zone': 'example.org' } };
  resource(await service.request('POST', '/v1/federations', { body: world }), 202);
  const quota = { project_id: service.config.projects[0]?.id, resource: 'Cluster', hard_limit: 9 };
  expect((await service.request('POST', '/v1/quotas', { body: quota, token: service.tokens.admin })).status).toBe(201);
}, 60_000);
afterAll(() => service.stop());

/** Names under which a list shows columns that are stored under others. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  nodes: ['bay_uuid'],
  clusters: ['cluster_template_id', 'create_timeout'],
};

async function columnsOf(table: string): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(await service.db(table).columnInfo()));
}

test.each([
  ['baymodels', '/v1/baymodels/detail', 'bay_model'],
  ['clustertemplates', '/v1/clustertemplates/detail', 'bay_model'],
  ['bays', '/v1/bays/detail', 'bay'],
  ['clusters', '/v1/clusters/detail', 'bay'],
  ['nodegroups', '/v1/clusters/hive/nodegroups', 'node_group'],
  ['nodes', '/v1/nodes/detail', 'node'],
  ['containers', '/v1/containers/detail', 'container'],
  ['federations', '/v1/federations/detail', 'federation'],
  ['x509keypairs', '/v1/x509keypairs/detail', 'x509_key_pair'],
  ['quotas', '/v1/quotas?all_tenants=true', 'quota'],
])('%s are sorted by every column that is shown, in both directions', async (collection, path, table) => {
  const token = collection === 'quotas' ? service.tokens.admin : service.tokens.demo;
  const ask = (query: string): Promise<Reply> =>
    engine.request('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, { version: '1.14', token });
  const items = itemsOf(await ask('sort_dir=asc'), collection);
  expect(items.length).toBeGreaterThan(0);
  const columns = await columnsOf(table);
  const shown = Object.keys(items[0] ?? {}).filter((field) => columns.has(field) || ALIASES[collection]?.includes(field));
  expect(shown.length).toBeGreaterThan(4);
  const bad: string[] = [];
  for (const column of shown)
    for (const direction of ['asc', 'desc']) {
      const reply = await ask(`sort_key=${column}&sort_dir=${direction}`);
      if (reply.status !== 200) bad.push(`${column} ${direction}: ${refusalOf(reply).detail}`);
      else expect(itemsOf(reply, collection)).toHaveLength(items.length);
    }
  expect(bad).toEqual([]);
});
