import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { anEngine, type Engine } from '../support/engine.js';
import { aService, itemsOf, ORIGIN, refusalOf, type Ask, type Fields, type Reply, type Service } from '../support/service.js';

let service: Service;
let engine: Engine;
let cluster = '';
beforeAll(async () => {
  service = await aService();
  engine = await anEngine(service);
  await service.createModel({ labels: { availability_zone: 'a', open_ports: '80' } });
  cluster = (await service.createBay({ name: 'hive', node_count: 2, docker_volume_size: 4 })).uuid;
});
afterAll(async () => service.stop());

const at = (path: string): string => `/v1/clusters/hive/nodegroups${path}`;
const ask = (method: string, path: string, more: Ask = {}): Promise<Reply> =>
  service.request(method, at(path), { version: '1.9', ...more });
const create = (body: Fields): Promise<Reply> => ask('POST', '', { body });
const group = async (name: string): Promise<Fields> => (await ask('GET', `/${name}`)).body;
const patch = (name: string, ...operations: readonly Fields[]): Promise<Reply> => ask('PATCH', `/${name}`, { body: operations });
const statusOfCluster = async (): Promise<unknown> => (await service.request('GET', `/v1/clusters/${cluster}`)).body['status'];

const waitForCluster = (): Promise<unknown> =>
  until('the work on the cluster is complete', async () => String(await statusOfCluster()).endsWith('_COMPLETE'));

const nodesOf = async (name: string): Promise<readonly Fields[]> =>
  itemsOf(await engine.request('GET', at(`/${name}/nodes`), { version: '1.9' }), 'nodes');

describe('the default groups', () => {
  test('are listed, with the bounds of lists', async () => {
    const groups = itemsOf(await ask('GET', '/'), 'nodegroups');
    expect(groups.map(({ name, role, node_count, status }) => [name, role, node_count, status])).toEqual([
      ['default-master', 'master', 1, 'CREATE_COMPLETE'],
      ['default-worker', 'worker', 2, 'CREATE_COMPLETE'],
    ]);
    expect(groups[0]).toMatchObject({ min_node_count: 0, max_node_count: null, merge_labels: false, is_default: true });
    expect(Object.keys(groups[0] ?? {})).toHaveLength(12);
  });

  test('show themselves by name, UUID and number, with the addresses of their nodes', async () => {
    const worker = await group('default-worker');
    expect(worker).toMatchObject({
      cluster_id: cluster,
      docker_volume_size: 4,
      flavor_id: 'm1.small',
      image_id: 'debian-12',
      labels: { availability_zone: 'a', open_ports: '80' },
      labels_added: {},
      node_addresses: [expect.any(String), expect.any(String)],
      stack_id: (await service.request('GET', `/v1/clusters/${cluster}`)).body['stack_id'],
      version: null,
      node_labels: null,
      node_taints: null,
      links: [
        { href: `${ORIGIN}/v1/clusters/${cluster}/nodegroups/${String(worker['uuid'])}`, rel: 'self' },
        { href: `${ORIGIN}/clusters/${cluster}/nodegroups/${String(worker['uuid'])}`, rel: 'bookmark' },
      ],
    });
    for (const ident of [worker['uuid'], worker['id']]) expect(await group(String(ident))).toEqual(worker);
  });

  test('cannot be deleted', async () => {
    expect(refusalOf(await ask('DELETE', '/default-worker'))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('default'),
    });
  });

  test('are there from 1.9 on', async () => {
    expect((await ask('GET', '', { version: '1.8' })).status).toBe(406);
    expect((await ask('GET', '', { version: '1.14' })).status).toBe(200);
  });
});

describe('a new group', () => {
  test('is in the making when its creation is accepted, and so is its cluster; in the end both rest', async () => {
    const made = await create({
      name: 'large',
      flavor_id: 'm1.large',
      node_count: 2,
      role: 'gpu',
      min_node_count: 1,
      max_node_count: 3,
    });
    expect(made.status).toBe(202);
    expect(made.body).toMatchObject({
      name: 'large',
      role: 'gpu',
      status: 'CREATE_IN_PROGRESS',
      is_default: false,
      node_count: 2,
    });
    expect(await group('large')).toMatchObject({ uuid: made.body['uuid'], status: 'CREATE_IN_PROGRESS' });
    expect(await statusOfCluster()).toBe('UPDATE_IN_PROGRESS');
    await waitForCluster();
    expect(await group('large')).toMatchObject({
      status: 'CREATE_COMPLETE',
      min_node_count: 1,
      max_node_count: 3,
      node_addresses: [expect.any(String), expect.any(String)],
    });
    expect((await group('default-worker'))['status']).toBe('CREATE_COMPLETE');
    expect((await service.request('GET', `/v1/clusters/${cluster}`)).body).toMatchObject({
      node_count: 4,
      status: 'UPDATE_COMPLETE',
    });
  });

  test('has nodes with servers, addresses and what the engine says', async () => {
    const nodes = await nodesOf('large');
    expect(nodes).toHaveLength(2);
    expect(nodes[0]).toMatchObject({
      cluster_id: cluster,
      nodegroup: 'large',
      role: 'worker',
      status: 'CREATE_COMPLETE',
      status_reason: null,
      server_id: expect.any(String),
      public_address: expect.any(String),
      state: 'ready',
      image_id: 'debian-12',
    });
    const page = await engine.request('GET', at('/large/nodes?limit=1'), { version: '1.9' });
    const next = new URL(String(page.body['next']));
    expect(itemsOf(await engine.request('GET', next.pathname + next.search, { version: '1.9' }), 'nodes')).toEqual([nodes[1]]);
  });

  test('lays its labels over the cluster’s where that is asked for, and shows the difference', async () => {
    const bodies = [{ labels: { open_ports: '443', mine: 1 }, merge_labels: true }, { labels: { mine: true } }, { labels: {} }];
    const labels = [];
    for (const [index, body] of bodies.entries()) {
      const made = await create({ name: `labels-${index}`, node_count: 0, ...body });
      expect(made.status, made.text).toBe(202);
      labels.push([made.body['labels'], made.body['labels_overridden'], made.body['labels_added'], made.body['labels_skipped']]);
    }
    const own = { availability_zone: 'a', open_ports: '80' };
    expect(labels).toEqual([
      [{ availability_zone: 'a', open_ports: '443', mine: '1' }, { open_ports: '80' }, { mine: '1' }, {}],
      [{ mine: 'true' }, {}, { mine: 'true' }, own],
      [own, {}, {}, {}],
    ]);
    for (const index of bodies.keys()) expect((await ask('DELETE', `/labels-${index}`)).status).toBe(204);
    await waitForCluster();
    expect(itemsOf(await ask('GET', ''), 'nodegroups')).toHaveLength(3);
  });

  test('is found by its role', async () => {
    expect(itemsOf(await ask('GET', '?role=gpu'), 'nodegroups').map(({ name }) => name)).toEqual(['large']);
    expect(itemsOf(await ask('GET', '?role=nobody'), 'nodegroups')).toEqual([]);
    const first = await ask('GET', '?limit=1&sort_key=name&sort_dir=desc');
    const next = new URL(String(first.body['next']));
    expect(next.pathname).toBe(`/v1/clusters/${cluster}/nodegroups`);
    const second = await service.request('GET', next.pathname + next.search, { version: '1.9' });
    expect([first, second].flatMap((reply) => itemsOf(reply, 'nodegroups').map(({ name }) => name))).toEqual([
      'large',
      'default-worker',
    ]);
  });

  test.each([
    [400, {}, 'name'],
    [409, { name: 'large' }, 'large'],
    [400, { name: 'x', role: 'master' }, 'role'],
    [409, { name: 'x', node_count: 4, max_node_count: 3 }, 'max_node_count'],
    [409, { name: 'x', node_count: 1, min_node_count: 2 }, 'min_node_count'],
    [409, { name: 'x', node_count: 5, min_node_count: 5, max_node_count: 4 }, 'max_node_count'],
    [400, { name: 'x', node_count: -1 }, 'node_count'],
    [400, { name: 'x', flavor_id: 'huge' }, 'flavor_id'],
    [400, { name: 'x', image_id: 'windows' }, 'windows'],
    [400, { name: 'x', project_id: 'mine' }, 'project_id'],
    [400, { name: 'x', colour: 'red' }, 'colour'],
    [409, { name: 'x', node_labels: { 'k8s.io/x': 'y' } }, 'k8s.io'],
    [409, { name: 'x', node_taints: [{ key: 'a', effect: 'Never' }] }, 'effect'],
    [409, { name: 'x', node_taints: [{ key: '', effect: 'NoExecute' }] }, 'key'],
    [409, { name: 'x', node_taints: [{ key: 'a', effect: 'NoExecute', colour: 'x' }] }, 'colour'],
    [409, { name: 'x', node_taints: ['a'] }, 'key=value'],
  ])('is refused with %i: %j', async (status, body, named) => {
    const before = itemsOf(await ask('GET', ''), 'nodegroups').length;
    expect(refusalOf(await create(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
    expect(itemsOf(await ask('GET', ''), 'nodegroups')).toHaveLength(before);
  });

  test('takes taints as objects and as clients’ text, and labels of the kubelet', async () => {
    const made = await create({
      name: 'described',
      node_count: 0,
      node_labels: { 'kubelet.kubernetes.io/a': 'b', plain: 1 },
      node_taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, 'spot:PreferNoSchedule'],
      version: 'first',
    });
    expect(made.body).toMatchObject({
      node_labels: { 'kubelet.kubernetes.io/a': 'b', plain: '1' },
      node_taints: [
        { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
        { key: 'spot', effect: 'PreferNoSchedule' },
      ],
      version: 'first',
    });
    await ask('DELETE', '/described');
    await waitForCluster();
  });

  test('of a cluster that is not there, or not the caller’s, is 404; administrators may look', async () => {
    const outsider = { token: service.tokens.other };
    expect((await ask('GET', '', outsider)).status).toBe(404);
    expect((await ask('POST', '', { ...outsider, body: { name: 'x' } })).status).toBe(404);
    expect((await ask('GET', '/nobody')).status).toBe(404);
    const admin = { token: service.tokens.admin };
    for (const path of ['', '/large', '/large/nodes']) expect((await ask('GET', path, admin)).status, path).toBe(200);
    expect((await ask('DELETE', '/large', outsider)).status).toBe(404);
  });
});

describe('a change of a group', () => {
  test('of its bounds is in progress at once, and settles', async () => {
    const reply = await patch(
      'large',
      { op: 'replace', path: '/min_node_count', value: 0 },
      { op: 'replace', path: '/max_node_count', value: '5' },
    );
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({
      min_node_count: 0,
      max_node_count: 5,
      status: 'UPDATE_IN_PROGRESS',
      updated_at: expect.any(String),
    });
    expect(await group('large')).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
    await waitForCluster();
    expect(await group('large')).toMatchObject({ status: 'UPDATE_COMPLETE', max_node_count: 5 });
    expect((await patch('large', { op: 'remove', path: '/max_node_count' })).body['max_node_count']).toBeNull();
    await waitForCluster();
  });

  test('of labels and taints takes Python’s text', async () => {
    const reply = await patch(
      'large',
      { op: 'replace', path: '/node_labels', value: "{'a': 'b'}" },
      { op: 'replace', path: '/node_taints', value: "[{'key': 'a', 'value': 'b', 'effect': 'NoSchedule'}]" },
    );
    expect(reply.body).toMatchObject({ node_labels: { a: 'b' }, node_taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] });
    await waitForCluster();
  });

  test.each([
    [400, { op: 'replace', path: '/node_count', value: 3 }, 'node_count'],
    [400, { op: 'replace', path: '/role', value: 'x' }, 'role'],
    [400, { op: 'replace', path: '/labels', value: '{}' }, 'labels'],
    [400, { op: 'replace', path: '/is_default', value: true }, 'is_default'],
    [409, { op: 'replace', path: '/max_node_count', value: 1 }, 'max_node_count'],
    [409, { op: 'replace', path: '/min_node_count', value: 3 }, 'min_node_count'],
    [400, { op: 'replace', path: '/node_taints', value: 'NoSchedule' }, 'node_taints'],
    [409, { op: 'replace', path: '/node_taints', value: "['x']" }, 'node_taints'],
  ])('is refused with %i: %j', async (status, operation, named) => {
    const before = await group('large');
    expect(refusalOf(await patch('large', operation))).toMatchObject({ status, detail: expect.stringContaining(named) });
    expect(await group('large')).toEqual(before);
  });

  test('of a master’s labels is refused', async () => {
    expect((await patch('default-master', { op: 'add', path: '/node_labels', value: "{'a': 'b'}" })).status).toBe(409);
  });
});

const resize = (body: Fields, version = '1.10'): Promise<Reply> =>
  service.request('POST', '/v1/clusters/hive/actions/resize', { body, version });

describe('resizing', () => {
  test('removes exactly the named nodes, by whatever name', async () => {
    expect((await resize({ node_count: 6, nodegroup: 'default-worker' })).body).toEqual({ uuid: cluster });
    expect(await group('default-worker')).toMatchObject({ status: 'UPDATE_IN_PROGRESS', node_count: 6 });
    await waitForCluster();
    const before = await nodesOf('default-worker');
    expect(before).toHaveLength(6);
    const [a, b, c, d, e] = before;
    const named = [
      String(a?.['server_id']).toUpperCase(),
      String(b?.['uuid']).replaceAll('-', ''),
      String(c?.['name']),
      String(d?.['public_address']),
      '4',
      String(a?.['name']),
    ];
    expect((await resize({ node_count: 1, nodes_to_remove: named })).status).toBe(202);
    // Autoscalers repeat themselves before the nodes are gone.
    const again = await nodesOf('default-worker');
    const alreadyGone = again.length === 6 && again.some(({ status }) => status === 'DELETE_IN_PROGRESS');
    if (alreadyGone) expect((await resize({ node_count: 1, nodes_to_remove: [String(c?.['name'])] })).status).toBe(202);
    await waitForCluster();
    const after = await nodesOf('default-worker');
    expect(after.map(({ name }) => name)).toEqual([before[5]?.['name']]);
    expect([a, b, c, d, e].every((node) => after.every(({ uuid }) => uuid !== node?.['uuid']))).toBe(true);
  });

  test('to the same size replaces the named node', async () => {
    const [before] = await nodesOf('default-worker');
    expect((await resize({ node_count: 1, nodes_to_remove: [before?.['name']] })).status).toBe(202);
    await waitForCluster();
    const after = await nodesOf('default-worker');
    expect(after).toHaveLength(1);
    expect(after[0]?.['uuid']).not.toBe(before?.['uuid']);
  });

  test('resizes another group within its bounds, and leaves the others alone', async () => {
    await patch(
      'large',
      { op: 'replace', path: '/max_node_count', value: 3 },
      { op: 'replace', path: '/min_node_count', value: 1 },
    );
    await waitForCluster();
    expect((await resize({ node_count: 3, nodegroup: 'large' })).status).toBe(202);
    await waitForCluster();
    expect(await nodesOf('large')).toHaveLength(3);
    for (const count of [0, 4]) {
      expect(refusalOf(await resize({ node_count: count, nodegroup: 'large' }))).toMatchObject({
        status: 400,
        detail: expect.stringContaining('1 to 3'),
      });
    }
    expect(await group('default-worker')).toMatchObject({ node_count: 1 });
  });

  test.each([
    [400, {}, 'node_count'],
    [400, { node_count: -1 }, 'node_count'],
    [400, { node_count: 2, nodegroup: 'default-master' }, 'master'],
    [404, { node_count: 2, nodegroup: 'nobody' }, 'nobody'],
    [400, { node_count: 1, nodes_to_remove: ['nobody'] }, 'nodes_to_remove'],
    [400, { node_count: 1, nodes_to_remove: 'worker-1' }, 'nodes_to_remove'],
    [400, { node_count: 1, nodes_to_remove: ['99'] }, 'nodes_to_remove'],
  ])('is refused with %i: %j', async (status, body, named) => {
    expect(refusalOf(await resize(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
  });

  test('to nothing is possible from 1.10 on, at all from 1.7 on', async () => {
    expect((await resize({ node_count: 1 }, '1.6')).status).toBe(406);
    expect((await resize({ node_count: 0 }, '1.7')).status).toBe(400);
    expect((await resize({ node_count: 0 }, '1.9')).status).toBe(400);
    expect((await resize({ node_count: 0 }, '1.10')).status).toBe(202);
    await waitForCluster();
    expect(await nodesOf('default-worker')).toEqual([]);
    expect((await resize({ node_count: 2 }, '1.7')).status).toBe(202);
    await waitForCluster();
  });
});

const upgrade = (body: Fields, version = '1.8'): Promise<Reply> =>
  service.request('POST', '/v1/clusters/hive/actions/upgrade', { body, version });

describe('an upgrade', () => {
  test('replaces every node of the default groups, and keeps the old template until then', async () => {
    const next = await service.createModel({
      name: 'next',
      image_id: 'ubuntu-24.04',
      labels: { open_ports: '443', availability_zone: 'b' },
    });
    const old = (await service.request('GET', `/v1/clusters/${cluster}`)).body;
    const before = [...(await nodesOf('default-master')), ...(await nodesOf('default-worker'))].map(({ uuid }) => uuid);
    const others = (await nodesOf('large')).map(({ uuid }) => uuid);
    expect((await upgrade({ cluster_template: 'next' })).body).toEqual({ uuid: cluster });
    const during = (await service.request('GET', `/v1/clusters/${cluster}`)).body;
    expect(during).toMatchObject({ status: 'UPDATE_IN_PROGRESS', cluster_template_id: old['cluster_template_id'] });
    expect((await group('default-master'))['status']).toBe('UPDATE_IN_PROGRESS');
    expect((await group('large'))['status']).toBe('UPDATE_COMPLETE');
    expect(refusalOf(await service.request('DELETE', '/v1/clustertemplates/next')).status).toBe(400);
    await waitForCluster();
    expect((await service.request('GET', `/v1/clusters/${cluster}`)).body).toMatchObject({
      status: 'UPDATE_COMPLETE',
      cluster_template_id: next.uuid,
      // What was decided when the cluster was made stays.
      labels: { open_ports: '443', availability_zone: 'a' },
      node_count: 5,
      master_count: 1,
    });
    const after = [...(await nodesOf('default-master')), ...(await nodesOf('default-worker'))];
    expect(after).toHaveLength(3);
    expect(after.every((node) => !before.includes(node['uuid']) && node['image_id'] === 'ubuntu-24.04')).toBe(true);
    expect(after.every((node) => node['cluster_template_id'] === next.uuid && String(node['status']).endsWith('_COMPLETE'))).toBe(
      true,
    );
    expect((await nodesOf('large')).map(({ uuid }) => uuid)).toEqual(others);
    expect(await group('default-worker')).toMatchObject({ status: 'UPDATE_COMPLETE', image_id: 'ubuntu-24.04' });
  }, 60_000);

  test('of another group follows to the template of its cluster, in batches', async () => {
    expect(refusalOf(await upgrade({ cluster_template: 'swarm', nodegroup: 'large' }))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('large'),
    });
    expect((await upgrade({ cluster_template: 'next', nodegroup: 'large', max_batch_size: 2 })).status).toBe(202);
    await waitForCluster();
    const nodes = await nodesOf('large');
    expect(nodes.map(({ image_id }) => image_id)).toEqual(Array(3).fill('ubuntu-24.04'));
    const events = itemsOf(await service.request('GET', `/v1/clusters/${cluster}/events?limit=1000`), 'events');
    const batches = events
      .map(({ reason }) => String(reason))
      .filter((reason) => reason.startsWith('Upgrade') && reason.includes('large'));
    expect(batches).toHaveLength(4);
  }, 60_000);

  test('is finished by a resize that comes in between, with the new size', async () => {
    expect((await upgrade({ cluster_template: 'swarm' })).status).toBe(202);
    expect((await resize({ node_count: 3 })).status).toBe(202);
    await waitForCluster();
    const nodes = await nodesOf('default-worker');
    expect(nodes.map(({ image_id }) => image_id)).toEqual(Array(3).fill('debian-12'));
    expect((await service.request('GET', `/v1/clusters/${cluster}`)).body['node_count']).toBe(6);
  }, 60_000);

  test.each([
    [404, { cluster_template: 'nobody' }, 'nobody'],
    [404, { cluster_template: 'next', nodegroup: 'nobody' }, 'nobody'],
    [400, {}, 'cluster_template'],
    [400, { cluster_template: 'next', max_batch_size: 0 }, 'max_batch_size'],
  ])('is refused with %i: %j', async (status, body, named) => {
    expect(refusalOf(await upgrade(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
  });

  test('to what a living cluster cannot become is refused', async () => {
    await service.createModel({ name: 'open', tls_disabled: true });
    await service.createModel({ name: 'flannel', network_driver: 'flannel' });
    for (const [name, field] of [
      ['open', 'tls_disabled'],
      ['flannel', 'network_driver'],
    ])
      expect(refusalOf(await upgrade({ cluster_template: name }))).toMatchObject({
        status: 409,
        detail: expect.stringContaining(field ?? ''),
      });
  });

  test('is refused at 1.7, and not there before', async () => {
    expect(refusalOf(await upgrade({ cluster_template: 'next' }, '1.7')).status).toBe(400);
    expect((await upgrade({ cluster_template: 'next' }, '1.6')).status).toBe(406);
  });
});

describe('a group that is deleted', () => {
  test('is going at once, twice as well as once, and then it is gone with its nodes', async () => {
    for (let times = 0; times < 2; times += 1) expect((await ask('DELETE', '/large')).status).toBe(204);
    const seen = await ask('GET', '/large');
    if (seen.status === 200) expect(seen.body['status']).toBe('DELETE_IN_PROGRESS');
    await waitForCluster();
    expect((await ask('GET', '/large')).status).toBe(404);
    expect((await service.request('GET', `/v1/clusters/${cluster}`)).body['node_count']).toBe(3);
    const servers = await service.db('simulated_part').where({ kind: 'server' }).count({ n: '*' }).first();
    expect(Number((servers as Fields)['n'])).toBe(4);
  });
});
