import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENGINE_LIMITS } from '../../packages/core/src/embedded-cloud/hot-engine/validate.js';
import { benchNodes } from '../../scripts/bench/nodes.mjs';
import { patch, resize } from '../support/clusters.js';
import { aService, refusalOf, resource, type Fields, type Reply, type Service } from '../support/service.js';

const LARGE = { fixed_subnet_cidr: '10.0.0.0/16' };
let service: Service;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
}, 60_000);
afterAll(() => service.stop());

const create = (fields: Fields): Promise<Reply> =>
  service.request('POST', '/v1/bays', { body: { baymodel_id: 'swarm', name: 'hive', node_count: 1, ...fields } });

/** More nodes than other tests have take longer than those wait. */
const settled = (uuid: string, status: string): Promise<void> =>
  expect
    .poll(async () => (await service.request('GET', `/v1/bays/${uuid}`)).body['status'], { timeout: 150_000, interval: 200 })
    .toBe(status);

async function written(): Promise<string> {
  const tables = ['bay', 'node', 'node_group', 'intent', 'work_item', 'vault_secret', 'hot_stack'];
  return (await Promise.all(tables.map(async (table) => `${table} ${(await service.db(table)).length}`))).join();
}

describe('a bay that the orchestrator would not take', () => {
  test.each<[string, Fields, RegExp]>([
    ['more nodes than its network has addresses', { node_count: 300 }, /301 nodes, and its network has addresses for 251/],
    [
      'more nodes than its own range has addresses',
      { node_count: 12, labels: { fixed_subnet_cidr: '10.0.0.0/28' } },
      /13 nodes, .* for 11 \(10\.0\.0\.0\/28\)/,
    ],
  ])('is refused with the number, before anything is written: %s', async (_what, fields, words) => {
    const before = await written();
    const reply = await create(fields);
    expect(reply.status, reply.text).toBe(400);
    expect(refusalOf(reply)).toMatchObject({ detail: expect.stringMatching(words) });
    expect(refusalOf(reply).detail).toContain('node_count');
    expect(await written()).toBe(before);
  });
});

describe('a bay that would outgrow its bounds', () => {
  test('stays as it is, whichever way it is asked to grow, and can still shrink', async () => {
    const { uuid } = await service.createBay({ baymodel_id: 'swarm', name: 'grows', node_count: 2 });
    const seen = async (): Promise<Fields> => {
      const { body } = await service.request('GET', `/v1/clusters/${uuid}`, { version: '1.14' });
      // The conductor asks for it meanwhile.
      return { ...body, health_status: null, health_status_reason: null };
    };
    const before = await seen();
    const asked = [
      await service.request('PATCH', `/v1/bays/${uuid}`, { body: resize(300) }),
      await service.request('POST', `/v1/clusters/${uuid}/actions/resize`, { version: '1.14', body: { node_count: 300 } }),
      await service.request('POST', `/v1/clusters/${uuid}/nodegroups`, {
        version: '1.14',
        body: { name: 'more', node_count: 300 },
      }),
    ];
    for (const reply of asked) {
      expect(reply.status, reply.text).toBe(400);
      expect(reply.text).toContain('addresses for 251');
      expect(refusalOf(reply).detail).toContain('node_count');
    }
    expect(await seen()).toEqual(before);
    expect((await patch(service, uuid, resize(1))).status).toBe(202);
    expect(await service.until(uuid, 'UPDATE_COMPLETE')).toMatchObject({ node_count: 1 });
  }, 60_000);
});

const USUAL_LIMITS = { ...ENGINE_LIMITS };
const AT_1_14 = { version: '1.14' };

describe('a bay beyond what the orchestrator takes', () => {
  let small: string;
  beforeAll(async () => {
    small = (await service.createBay({ name: 'small', node_count: 1 })).uuid;
  });
  afterEach(() => void Object.assign(ENGINE_LIMITS, USUAL_LIMITS));

  const asked = (nodes: number): readonly (readonly [string, string, Fields | readonly object[]])[] => [
    ['POST', '/v1/clusters', { cluster_template_id: 'swarm', name: 'wide', node_count: nodes }],
    ['POST', '/v1/clusters?dry_run=true', { cluster_template_id: 'swarm', name: 'wide', node_count: nodes }],
    ['PATCH', `/v1/clusters/${small}`, resize(nodes)],
    ['POST', `/v1/clusters/${small}/actions/resize`, { node_count: nodes }],
    ['POST', `/v1/clusters/${small}/nodegroups`, { name: 'more', node_count: nodes }],
  ];

  test.each([
    ['max_template_size', { templateBytes: 30_000 }, 30_000],
    ['max_json_body_size', { requestBytes: 157_000 }, 157_000],
    ['max_resources_per_stack', { resources: 100 }, 100],
  ])(
    'is refused by its %s with the number, whichever way it is asked for, before anything is written',
    async (option, limits, most) => {
      Object.assign(ENGINE_LIMITS, limits);
      const before = await written();
      for (const [method, path, body] of asked(100)) {
        const reply = await service.request(method, path, { ...AT_1_14, body });
        expect([reply.status, reply.text], `${method} ${path}`).toEqual([400, expect.stringContaining('node_count')]);
        expect(refusalOf(reply).detail).toMatch(new RegExp(`the orchestrator takes ${most} \\(${option}\\)`));
      }
      expect(await written()).toBe(before);
      // What is small enough is taken all the same.
      const reply = await service.request('POST', '/v1/clusters?dry_run=true', { ...AT_1_14, body: asked(1)[0]?.[2] });
      expect(reply.status, reply.text).toBe(200);
    },
    60_000,
  );
});

test('workers of Kubernetes stand in one template for each group, and more than it takes are refused with its bytes', async () => {
  await service.createModel({ name: 'kubernetes', coe: 'kubernetes' });
  const labels = {
    fixed_subnet_cidr: '10.0.0.0/20',
    flannel_network_cidr: '172.16.0.0/12',
    flannel_network_subnetlen: '25',
    service_cluster_ip_range: '10.96.0.0/16',
  };
  const asked = (nodes: number): Fields => ({ cluster_template_id: 'kubernetes', name: 'wide', node_count: nodes, labels });
  const before = await written();
  const reply = await service.request('POST', '/v1/clusters', { ...AT_1_14, body: asked(900) });
  expect(reply.status, reply.text).toBe(400);
  expect(refusalOf(reply).detail).toMatch(
    /would have \d{6} bytes; the orchestrator takes 524288 \(max_template_size\)\. Use a smaller node_count/,
  );
  expect(await written()).toBe(before);
  expect((await service.request('POST', '/v1/clusters?dry_run=true', { ...AT_1_14, body: asked(600) })).status).toBe(200);
}, 60_000);

describe('a bay of many nodes', () => {
  test('is made in shards, grows and shrinks by named nodes, and keeps every other server', async () => {
    const made = await create({ name: 'many', node_count: 52, labels: LARGE });
    expect(made.status, made.text).toBeLessThan(300);
    const bay = { uuid: String(made.body['uuid']) };
    await settled(bay.uuid, 'CREATE_COMPLETE');
    const nodes = async (): Promise<ReadonlyMap<string, unknown>> => {
      const rows: readonly { name: string; server_id: string; shard: number | null; role: string }[] = await service
        .db('node')
        .where({ bay_id: bay.uuid });
      expect(rows.every(({ role, shard, server_id: id }) => id && (role === 'master') === (shard === null))).toBe(true);
      return new Map(rows.map(({ name, server_id: id }) => [name, id]));
    };
    const holders: readonly { type: string }[] = await service
      .db('hot_resource')
      .join('hot_stack', 'hot_stack.id', 'hot_resource.stack_id')
      .where('type', 'like', 'nodes-%')
      .where('tags', 'like', `%${bay.uuid}%`)
      .select('type');
    expect(holders.map(({ type }) => type.slice(-6)).toSorted()).toEqual(
      ['0.yaml', '1.yaml'].map((end) => expect.stringContaining(end)),
    );
    const before = await nodes();
    expect(before.size).toBe(53);
    const [gone = ''] = [...before.keys()].filter((name) => name.startsWith('many-worker-'));
    const body = { node_count: 52, nodes_to_remove: [gone] };
    expect(
      resource(await service.request('POST', `/v1/clusters/${bay.uuid}/actions/resize`, { version: '1.14', body }), 202).uuid,
    ).toBe(bay.uuid);
    await settled(bay.uuid, 'UPDATE_COMPLETE');
    const after = await nodes();
    expect(after.size).toBe(53);
    expect(after.has(gone)).toBe(false);
    for (const [name, server] of before) if (name !== gone) expect(after.get(name)).toBe(server);
  }, 300_000);

  test('is what the benchmark measures: made, and made one node larger, for each size', async () => {
    const figures = await benchNodes([1, 3]);
    expect(figures).toEqual([1, 3].map((nodes) => ({ nodes, made: expect.any(Number), oneMore: expect.any(Number) })));
    for (const { made, oneMore } of figures) expect(Math.min(made, oneMore)).toBeGreaterThan(0);
  }, 60_000);

  test('whose nodes an earlier release put into its own stack keeps them there, and gets new ones in shards', async () => {
    // As that release wrote its rows: without a shard.
    await service.db.raw('CREATE TRIGGER earlier AFTER INSERT ON node BEGIN UPDATE node SET shard = NULL WHERE id = NEW.id; END');
    const { uuid } = await service.createBay({ baymodel_id: 'swarm', name: 'old', node_count: 2 });
    await service.db.raw('DROP TRIGGER earlier');
    const nodes = async (): Promise<readonly Fields[]> =>
      service.db('node').where({ bay_id: uuid }).orderBy('id').select('name', 'server_id', 'shard');
    const before = await nodes();
    expect(before.map(({ shard }) => shard)).toEqual([null, null, null]);
    expect((await patch(service, uuid, resize(4))).status).toBe(202);
    await service.until(uuid, 'UPDATE_COMPLETE');
    const after = await nodes();
    expect(after.slice(0, 3)).toEqual(before);
    expect(after.slice(3)).toEqual([1, 2].map(() => expect.objectContaining({ shard: 0, server_id: expect.any(String) })));
  }, 60_000);
});
