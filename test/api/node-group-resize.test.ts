import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aHiveWithGroups, type HiveWithGroups } from '../support/node-groups.js';
import { refusalOf } from '../support/service.js';

let hive: HiveWithGroups;
beforeAll(async () => {
  hive = await aHiveWithGroups();
  await hive.create({ name: 'large', node_count: 2 });
  await hive.waitForCluster();
});
afterAll(() => hive.service.stop());

describe('resizing', () => {
  test('removes exactly the named nodes, by whatever name', async () => {
    expect((await hive.resize({ node_count: 6, nodegroup: 'default-worker' })).body).toEqual({ uuid: hive.uuid });
    expect(await hive.group('default-worker')).toMatchObject({ status: 'UPDATE_IN_PROGRESS', node_count: 6 });
    await hive.waitForCluster();
    const before = await hive.nodesOf('default-worker');
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
    expect((await hive.resize({ node_count: 1, nodes_to_remove: named })).status).toBe(202);
    // Autoscalers repeat themselves before the nodes are gone.
    const again = await hive.nodesOf('default-worker');
    const alreadyGone = again.length === 6 && again.some(({ status }) => status === 'DELETE_IN_PROGRESS');
    if (alreadyGone) expect((await hive.resize({ node_count: 1, nodes_to_remove: [String(c?.['name'])] })).status).toBe(202);
    await hive.waitForCluster();
    const after = await hive.nodesOf('default-worker');
    expect(after.map(({ name }) => name)).toEqual([before[5]?.['name']]);
    expect([a, b, c, d, e].every((node) => after.every(({ uuid }) => uuid !== node?.['uuid']))).toBe(true);
  });

  test('to the same size replaces the named node', async () => {
    const [before] = await hive.nodesOf('default-worker');
    expect((await hive.resize({ node_count: 1, nodes_to_remove: [before?.['name']] })).status).toBe(202);
    await hive.waitForCluster();
    const after = await hive.nodesOf('default-worker');
    expect(after).toHaveLength(1);
    expect(after[0]?.['uuid']).not.toBe(before?.['uuid']);
  });

  test('resizes another group within its bounds, and leaves the others alone', async () => {
    await hive.patch(
      'large',
      { op: 'replace', path: '/max_node_count', value: 3 },
      { op: 'replace', path: '/min_node_count', value: 1 },
    );
    await hive.waitForCluster();
    expect((await hive.resize({ node_count: 3, nodegroup: 'large' })).status).toBe(202);
    await hive.waitForCluster();
    expect(await hive.nodesOf('large')).toHaveLength(3);
    for (const count of [0, 4]) {
      expect(refusalOf(await hive.resize({ node_count: count, nodegroup: 'large' }))).toMatchObject({
        status: 400,
        detail: expect.stringContaining('1 to 3'),
      });
    }
    expect(await hive.group('default-worker')).toMatchObject({ node_count: 1 });
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
    expect(refusalOf(await hive.resize(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
  });

  test('to nothing is possible from 1.10 on, at all from 1.7 on', async () => {
    expect((await hive.resize({ node_count: 1 }, '1.6')).status).toBe(406);
    expect((await hive.resize({ node_count: 0 }, '1.7')).status).toBe(400);
    expect((await hive.resize({ node_count: 0 }, '1.9')).status).toBe(400);
    expect((await hive.resize({ node_count: 0 }, '1.10')).status).toBe(202);
    await hive.waitForCluster();
    expect(await hive.nodesOf('default-worker')).toEqual([]);
    expect((await hive.resize({ node_count: 2 }, '1.7')).status).toBe(202);
    await hive.waitForCluster();
  });
});
