import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aHiveWithGroups, type HiveWithGroups } from '../support/node-groups.js';
import { itemsOf, refusalOf } from '../support/service.js';

let hive: HiveWithGroups;
beforeAll(async () => {
  hive = await aHiveWithGroups();
  await hive.create({ name: 'large', node_count: 2 });
  await hive.waitForCluster();
  await hive.resize({ node_count: 3, nodegroup: 'large' });
  await hive.waitForCluster();
});
afterAll(() => hive.service.stop());

describe('an upgrade', () => {
  test('replaces every node of the default groups, and keeps the old template until then', async () => {
    const next = await hive.service.createModel({
      name: 'next',
      image_id: 'ubuntu-24.04',
      labels: { open_ports: '443', availability_zone: 'b' },
    });
    const old = (await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body;
    const before = [...(await hive.nodesOf('default-master')), ...(await hive.nodesOf('default-worker'))].map(({ uuid }) => uuid);
    const others = (await hive.nodesOf('large')).map(({ uuid }) => uuid);
    expect((await hive.upgrade({ cluster_template: 'next' })).body).toEqual({ uuid: hive.uuid });
    const during = (await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body;
    expect(during).toMatchObject({ status: 'UPDATE_IN_PROGRESS', cluster_template_id: old['cluster_template_id'] });
    expect((await hive.group('default-master'))['status']).toBe('UPDATE_IN_PROGRESS');
    expect((await hive.group('large'))['status']).toBe('UPDATE_COMPLETE');
    expect(refusalOf(await hive.service.request('DELETE', '/v1/clustertemplates/next')).status).toBe(400);
    await hive.waitForCluster();
    expect((await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body).toMatchObject({
      status: 'UPDATE_COMPLETE',
      cluster_template_id: next.uuid,
      // What was decided when the cluster was made stays.
      labels: { open_ports: '443', availability_zone: 'a' },
      node_count: 5,
      master_count: 1,
    });
    const after = [...(await hive.nodesOf('default-master')), ...(await hive.nodesOf('default-worker'))];
    expect(after).toHaveLength(3);
    expect(after.every((node) => !before.includes(node['uuid']) && node['image_id'] === 'ubuntu-24.04')).toBe(true);
    expect(after.every((node) => node['cluster_template_id'] === next.uuid && String(node['status']).endsWith('_COMPLETE'))).toBe(
      true,
    );
    expect((await hive.nodesOf('large')).map(({ uuid }) => uuid)).toEqual(others);
    expect(await hive.group('default-worker')).toMatchObject({ status: 'UPDATE_COMPLETE', image_id: 'ubuntu-24.04' });
  }, 60_000);

  test('of another group follows to the template of its cluster, in batches', async () => {
    expect(refusalOf(await hive.upgrade({ cluster_template: 'swarm', nodegroup: 'large' }))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('large'),
    });
    expect((await hive.upgrade({ cluster_template: 'next', nodegroup: 'large', max_batch_size: 2 })).status).toBe(202);
    await hive.waitForCluster();
    const nodes = await hive.nodesOf('large');
    expect(nodes.map(({ image_id }) => image_id)).toEqual(Array(3).fill('ubuntu-24.04'));
    const events = itemsOf(await hive.service.request('GET', `/v1/clusters/${hive.uuid}/events?limit=1000`), 'events');
    const batches = events
      .map(({ reason }) => String(reason))
      .filter((reason) => reason.startsWith('Upgrade') && reason.includes('large'));
    expect(batches).toHaveLength(4);
  }, 60_000);

  test('is finished by a resize that comes in between, with the new size', async () => {
    expect((await hive.upgrade({ cluster_template: 'swarm' })).status).toBe(202);
    expect((await hive.resize({ node_count: 3 })).status).toBe(202);
    await hive.waitForCluster();
    const nodes = await hive.nodesOf('default-worker');
    expect(nodes.map(({ image_id }) => image_id)).toEqual(Array(3).fill('debian-12'));
    expect((await hive.service.request('GET', `/v1/clusters/${hive.uuid}`)).body['node_count']).toBe(6);
  }, 60_000);

  test.each([
    [404, { cluster_template: 'nobody' }, 'nobody'],
    [404, { cluster_template: 'next', nodegroup: 'nobody' }, 'nobody'],
    [400, {}, 'cluster_template'],
    [400, { cluster_template: 'next', max_batch_size: 0 }, 'max_batch_size'],
  ])('is refused with %i: %j', async (status, body, named) => {
    expect(refusalOf(await hive.upgrade(body))).toMatchObject({ status, detail: expect.stringContaining(named) });
  });

  test('to what a living cluster cannot become is refused', async () => {
    await hive.service.createModel({ name: 'open', tls_disabled: true });
    await hive.service.createModel({ name: 'flannel', network_driver: 'flannel' });
    for (const [name, field] of [
      ['open', 'tls_disabled'],
      ['flannel', 'network_driver'],
    ])
      expect(refusalOf(await hive.upgrade({ cluster_template: name }))).toMatchObject({
        status: 409,
        detail: expect.stringContaining(field ?? ''),
      });
  });

  test('is refused at 1.7, and not there before', async () => {
    expect(refusalOf(await hive.upgrade({ cluster_template: 'next' }, '1.7')).status).toBe(400);
    expect((await hive.upgrade({ cluster_template: 'next' }, '1.6')).status).toBe(406);
  });
});
