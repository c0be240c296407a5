import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aHiveWithGroups, type HiveWithGroups } from '../support/node-groups.js';
import { itemsOf, ORIGIN, refusalOf, type Fields } from '../support/service.js';

let hive: HiveWithGroups;
beforeAll(async () => {
  hive = await aHiveWithGroups();
});
afterAll(() => hive.service.stop());

describe('the default groups', () => {
  test('are listed, with the bounds of lists', async () => {
    const groups = itemsOf(await hive.ask('GET', '/'), 'nodegroups');
    expect(groups.map(({ name, role, node_count, status }) => [name, role, node_count, status])).toEqual([
      ['default-master', 'master', 1, 'CREATE_COMPLETE'],
      ['default-worker', 'worker', 2, 'CREATE_COMPLETE'],
    ]);
    expect(groups[0]).toMatchObject({ min_node_count: 0, max_node_count: null, merge_labels: false, is_default: true });
    expect(Object.keys(groups[0] ?? {})).toHaveLength(12);
  });

  test('show themselves by name, UUID and number, with the addresses of their nodes', async () => {
    const worker = await hive.group('default-worker');
    expect(worker).toMatchObject({
      cluster_id: hive.uuid,
      docker_volume_size: 4,
      flavor_id: 'm1.small',
      image_id: 'debian-12',
      labels: { availability_zone: 'a', open_ports: '80' },
      labels_added: {},
      node_addresses: [expect.any(String), expect.any(String)],
      stack_id: (await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body['stack_id'],
      version: null,
      node_labels: null,
      node_taints: null,
      links: [
        { href: `${ORIGIN}/v1/clusters/${hive.uuid}/nodegroups/${String(worker['uuid'])}`, rel: 'self' },
        { href: `${ORIGIN}/clusters/${hive.uuid}/nodegroups/${String(worker['uuid'])}`, rel: 'bookmark' },
      ],
    });
    for (const ident of [worker['uuid'], worker['id']]) expect(await hive.group(String(ident))).toEqual(worker);
  });

  test('cannot be deleted', async () => {
    expect(refusalOf(await hive.ask('DELETE', '/default-worker'))).toMatchObject({
      status: 400,
      detail: expect.stringContaining('default'),
    });
  });

  test('are there from 1.9 on', async () => {
    expect((await hive.ask('GET', '', { version: '1.8' })).status).toBe(406);
    expect((await hive.ask('GET', '', { version: '1.14' })).status).toBe(200);
  });
});

describe('a new group', () => {
  test('is in the making when its creation is accepted, and so is its cluster; in the end both rest', async () => {
    const made = await hive.create({
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
    expect(await hive.group('large')).toMatchObject({ uuid: made.body['uuid'], status: 'CREATE_IN_PROGRESS' });
    expect(await hive.statusOfCluster()).toBe('UPDATE_IN_PROGRESS');
    await hive.waitForCluster();
    expect(await hive.group('large')).toMatchObject({
      status: 'CREATE_COMPLETE',
      min_node_count: 1,
      max_node_count: 3,
      node_addresses: [expect.any(String), expect.any(String)],
    });
    expect((await hive.group('default-worker'))['status']).toBe('CREATE_COMPLETE');
    expect((await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body).toMatchObject({
      node_count: 4,
      status: 'UPDATE_COMPLETE',
    });
  });

  test('has nodes with servers, addresses and what the engine says', async () => {
    const nodes = await hive.nodesOf('large');
    expect(nodes).toHaveLength(2);
    expect(nodes[0]).toMatchObject({
      cluster_id: hive.uuid,
      nodegroup: 'large',
      role: 'worker',
      status: 'CREATE_COMPLETE',
      status_reason: null,
      server_id: expect.any(String),
      public_address: expect.any(String),
      state: 'ready',
      image_id: 'debian-12',
    });
    const page = await hive.engine.request('GET', hive.at('/large/nodes?limit=1'), { version: '1.9' });
    const next = new URL(String(page.body['next']));
    expect(itemsOf(await hive.engine.request('GET', next.pathname + next.search, { version: '1.9' }), 'nodes')).toEqual([
      nodes[1],
    ]);
  });

  test('lays its labels over the cluster’s where that is asked for, and shows the difference', async () => {
    const bodies = [{ labels: { open_ports: '443', mine: 1 }, merge_labels: true }, { labels: { mine: true } }, { labels: {} }];
    const labels = [];
    for (const [index, body] of bodies.entries()) {
      const made = await hive.create({ name: `labels-${index}`, node_count: 0, ...body });
      expect(made.status, made.text).toBe(202);
      labels.push([made.body['labels'], made.body['labels_overridden'], made.body['labels_added'], made.body['labels_skipped']]);
    }
    const own = { availability_zone: 'a', open_ports: '80' };
    expect(labels).toEqual([
      [{ availability_zone: 'a', open_ports: '443', mine: '1' }, { open_ports: '80' }, { mine: '1' }, {}],
      [{ mine: 'true' }, {}, { mine: 'true' }, own],
      [own, {}, {}, {}],
    ]);
    for (const index of bodies.keys()) expect((await hive.ask('DELETE', `/labels-${index}`)).status).toBe(204);
    await hive.waitForCluster();
    expect(itemsOf(await hive.ask('GET', ''), 'nodegroups')).toHaveLength(3);
  });

  test('is found by its role', async () => {
    expect(itemsOf(await hive.ask('GET', '?role=gpu'), 'nodegroups').map(({ name }) => name)).toEqual(['large']);
    expect(itemsOf(await hive.ask('GET', '?role=nobody'), 'nodegroups')).toEqual([]);
    const first = await hive.ask('GET', '?limit=1&sort_key=name&sort_dir=desc');
    const next = new URL(String(first.body['next']));
    expect(next.pathname).toBe(`/v1/clusters/${hive.uuid}/nodegroups`);
    const second = await hive.service.request('GET', next.pathname + next.search, { version: '1.9' });
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
    const before = itemsOf(await hive.ask('GET', ''), 'nodegroups').length;
    expect(refusalOf(await hive.create(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
    expect(itemsOf(await hive.ask('GET', ''), 'nodegroups')).toHaveLength(before);
  });

  test('takes taints as objects and as clients’ text, and labels of the kubelet', async () => {
    const made = await hive.create({
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
    await hive.ask('DELETE', '/described');
    await hive.waitForCluster();
  });

  test('of a cluster that is not there, or not the caller’s, is 404; administrators may look', async () => {
    const outsider = { token: hive.service.tokens.other };
    expect((await hive.ask('GET', '', outsider)).status).toBe(404);
    expect((await hive.ask('POST', '', { ...outsider, body: { name: 'x' } })).status).toBe(404);
    expect((await hive.ask('GET', '/nobody')).status).toBe(404);
    const admin = { token: hive.service.tokens.admin };
    for (const path of ['', '/large', '/large/nodes']) expect((await hive.ask('GET', path, admin)).status, path).toBe(200);
    expect((await hive.ask('DELETE', '/large', outsider)).status).toBe(404);
  });
});

describe('a change of a group', () => {
  test('of its bounds is in progress at once, and settles', async () => {
    const reply = await hive.patch(
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
    expect(await hive.group('large')).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
    await hive.waitForCluster();
    expect(await hive.group('large')).toMatchObject({ status: 'UPDATE_COMPLETE', max_node_count: 5 });
    expect((await hive.patch('large', { op: 'remove', path: '/max_node_count' })).body['max_node_count']).toBeNull();
    await hive.waitForCluster();
  });

  test('of labels and taints takes Python’s text', async () => {
    const reply = await hive.patch(
      'large',
      { op: 'replace', path: '/node_labels', value: "{'a': 'b'}" },
      { op: 'replace', path: '/node_taints', value: "[{'key': 'a', 'value': 'b', 'effect': 'NoSchedule'}]" },
    );
    expect(reply.body).toMatchObject({ node_labels: { a: 'b' }, node_taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] });
    await hive.waitForCluster();
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
    const before = await hive.group('large');
    expect(refusalOf(await hive.patch('large', operation))).toMatchObject({ status, detail: expect.stringContaining(named) });
    expect(await hive.group('large')).toEqual(before);
  });

  test('of a master’s labels is refused', async () => {
    expect((await hive.patch('default-master', { op: 'add', path: '/node_labels', value: "{'a': 'b'}" })).status).toBe(409);
  });
});

describe('a group that is deleted', () => {
  test('is going at once, twice as well as once, and then it is gone with its nodes', async () => {
    for (let times = 0; times < 2; times += 1) expect((await hive.ask('DELETE', '/large')).status).toBe(204);
    const seen = await hive.ask('GET', '/large');
    if (seen.status === 200) expect(seen.body['status']).toBe('DELETE_IN_PROGRESS');
    await hive.waitForCluster();
    expect((await hive.ask('GET', '/large')).status).toBe(404);
    expect((await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body['node_count']).toBe(2);
    const servers = await hive.service.db('simulated_part').where({ kind: 'server' }).count({ n: '*' }).first();
    expect(Number((servers as Fields)['n'])).toBe(3);
  });
});
