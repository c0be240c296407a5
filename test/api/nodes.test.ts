import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, NOWHERE, ORIGIN, refusalOf, type Fields, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
let bay: Fields & { readonly uuid: string };
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  [bay] = await Promise.all([service.createBay({ name: 'hive', node_count: 2 }), service.createBay({ name: 'single' })]);
  engine = await anEngine(service);
});
afterAll(async () => service.stop());

const nodesOf = async (path = '/v1/nodes?bay_ident=hive'): Promise<readonly Fields[]> =>
  itemsOf(await service.request('GET', path), 'nodes');

describe('nodes', () => {
  test('are those of all bays, or of one by name or id', async () => {
    expect(await nodesOf('/v1/nodes')).toHaveLength(5);
    const nodes = await nodesOf();
    expect(nodes.map((node) => [node['role'], node['nodegroup']])).toEqual([
      ['master', 'default-master'],
      ['worker', 'default-worker'],
      ['worker', 'default-worker'],
    ]);
    expect(await nodesOf(`/v1/nodes?bay_ident=${bay.uuid}`)).toEqual(nodes);
    expect(nodes.every((node) => node['bay_uuid'] === bay.uuid)).toBe(true);
  });

  test('carry what the stack made of them', async () => {
    const [node] = await nodesOf('/v1/nodes/detail?bay_ident=hive&limit=1');
    expect(node).toMatchObject({
      type: 'vm',
      image_id: 'debian-12',
      ironic_node_id: null,
      status: 'CREATE_COMPLETE',
      private_address: expect.stringMatching(/^10\.213\./),
      public_address: expect.stringMatching(/^172\.31\.200\./),
      server_id: expect.any(String),
      name: expect.stringMatching(/^hive-master-[0-9a-f]{4}$/),
      links: [
        { href: `${ORIGIN}/v1/nodes/${String(node?.['uuid'])}`, rel: 'self' },
        { href: `${ORIGIN}/nodes/${String(node?.['uuid'])}`, rel: 'bookmark' },
      ],
    });
  });

  test('show fewer fields in a list than in detail, and one as in detail', async () => {
    const [summary] = await nodesOf();
    const [detail] = await nodesOf('/v1/nodes/detail?bay_ident=hive');
    expect(detail).toMatchObject(summary ?? {});
    for (const name of ['server_id', 'status_reason', 'engine_version', 'workloads', 'resources', 'created_at', 'updated_at'])
      expect(summary).not.toHaveProperty(name);
    for (const ident of [detail?.['uuid'], detail?.['name']]) {
      expect((await service.request('GET', `/v1/nodes/${String(ident)}`)).body).toEqual(detail);
      expect((await service.request('GET', `/nodes/${String(ident)}/`)).body).toEqual(detail);
    }
  });

  test('have no live state where the engine cannot be asked, and still are there', async () => {
    expect((await nodesOf()).map((node) => [node['state'], node['availability'], node['leader']])).toEqual(
      Array.from({ length: 3 }, () => ['unknown', null, false]),
    );
  });

  test('have the state that a live engine reports', async () => {
    const [master, worker] = itemsOf(await engine.request('GET', '/v1/nodes/detail?bay_ident=hive'), 'nodes');
    expect(master).toMatchObject({ state: 'ready', availability: 'active', leader: true, engine_version: '20.10.24' });
    expect(worker).toMatchObject({ state: 'ready', leader: false });
    expect(worker).toMatchObject({ workloads: null, resources: null });
    engine.workloads.set(String(worker?.['name']), 3);
    const [counted] = itemsOf(await engine.request('GET', `/v1/nodes/detail?bay_ident=hive`), 'nodes').slice(1);
    expect(counted).toMatchObject({ workloads: 3, resources: { cpus: { total: 2, used: 0.5 } } });
    engine.failWith('engine-unavailable');
    expect(itemsOf(await engine.request('GET', '/v1/nodes'), 'nodes').map((node) => node['state'])).toEqual(
      Array.from({ length: 5 }, () => 'unknown'),
    );
    engine.failWith(undefined);
  });

  test('of an unknown bay, and unknown nodes, are 404', async () => {
    for (const path of [
      '/v1/nodes?bay_ident=nobody',
      `/v1/nodes?bay_ident=${NOWHERE}`,
      `/v1/nodes/${NOWHERE}`,
      '/v1/nodes/nobody',
    ]) {
      expect((await service.request('GET', path)).status, path).toBe(404);
    }
  });

  test('belong to the project', async () => {
    const [node] = await nodesOf();
    expect((await service.request('GET', `/v1/nodes/${String(node?.['uuid'])}`, { token: service.tokens.other })).status).toBe(
      404,
    );
    expect((await service.request('GET', '/v1/nodes?bay_ident=hive', { token: service.tokens.other })).status).toBe(404);
  });
});

describe('records of servers that belong to no bay', () => {
  const create = (body: object) => service.request('POST', '/v1/nodes', { body });

  test('are made, changed and deleted', async () => {
    const reply = await create({ type: 'bm', image_id: 'debian-12', ironic_node_id: 'i-1' });
    expect([reply.status, reply.body]).toMatchObject([
      201,
      { type: 'bm', image_id: 'debian-12', ironic_node_id: 'i-1', bay_uuid: null, name: null, state: 'unknown' },
    ]);
    const uuid = String(reply.body['uuid']);
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/nodes/${uuid}`);
    const patch = [
      { op: 'replace', path: '/type', value: 'vm' },
      { op: 'remove', path: '/ironic_node_id' },
    ];
    const changed = await service.request('PATCH', `/v1/nodes/${uuid}`, { body: patch });
    expect(changed.body).toMatchObject({ uuid, type: 'vm', image_id: 'debian-12', ironic_node_id: null });
    expect((await service.request('GET', `/v1/nodes/${uuid}`)).body).toEqual(changed.body);
    expect((await nodesOf('/v1/nodes')).at(-1)).toMatchObject({ uuid, type: 'vm' });
    expect((await nodesOf('/v1/nodes/detail?limit=1&sort_key=created_at&sort_dir=desc'))[0]).toMatchObject({ uuid });
    expect((await service.request('DELETE', `/v1/nodes/${uuid}`)).status).toBe(204);
    expect((await service.request('GET', `/v1/nodes/${uuid}`)).status).toBe(404);
  });

  test("are their project's alone, and no part of any bay", async () => {
    const uuid = String((await create({})).body['uuid']);
    expect((await service.request('GET', `/v1/nodes/${uuid}`, { token: service.tokens.other })).status).toBe(404);
    expect((await nodesOf()).some((node) => node['uuid'] === uuid)).toBe(false);
    await service.request('DELETE', `/v1/nodes/${uuid}`);
  });

  test('are what may be changed; a node of a bay is refused, and so is what a record does not have', async () => {
    const [node] = await nodesOf();
    const path = `/v1/nodes/${String(node?.['uuid'])}`;
    const body = [{ op: 'replace', path: '/type', value: 'bm' }];
    for (const reply of [await service.request('PATCH', path, { body }), await service.request('DELETE', path)])
      expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining('change the size of the bay') });
    const record = String((await create({})).body['uuid']);
    for (const value of ['/name', '/uuid', '/bay_uuid', '/status']) {
      const reply = await service.request('PATCH', `/v1/nodes/${record}`, { body: [{ op: 'add', path: value, value: 'x' }] });
      expect(refusalOf(reply).status, value).toBe(400);
    }
    for (const fields of [{ type: 7 }, { colour: 'red' }, { type: 'x'.repeat(256) }])
      expect(refusalOf(await create(fields)).status, JSON.stringify(fields)).toBe(400);
    await service.request('DELETE', `/v1/nodes/${record}`);
  });
});
