import type { Magnum, NodeGroupNode } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DevProcess } from './dev-process.js';
import { dockerForTests, inside, ownedBy, removeOwned } from './docker.js';

const available = await dockerForTests('test/e2e/node-groups.test.ts');

/** One cluster through its changes: the tests run in this order and build on each other. */
describe.skipIf(!available)('node groups of real nodes', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '2000' });
  let magnum: Magnum;
  let instance = '';
  let cluster = '';

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    for (const [name, image_id] of [
      ['swarm', 'debian-12'],
      ['next', 'ubuntu-24.04'],
    ] as const)
      await magnum.clusterTemplates.create({
        name,
        coe: 'swarm-mode',
        image_id,
        keypair_id: 'default',
        external_network_id: 'public',
        flavor_id: 'm1.small',
      });
    cluster = (await magnum.clusters.create({ name: 'hive', cluster_template_id: 'swarm', node_count: 1 })).uuid;
    await settled();
  }, 240_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  const settled = () => magnum.clusters.waitUntil(cluster, { intervalMs: 500, timeoutMs: 240_000 });
  const nodes = (group: string): Promise<readonly NodeGroupNode[]> => magnum.nodeGroups.nodes(cluster, group).toArray();
  const all = async (): Promise<readonly NodeGroupNode[]> =>
    (await Promise.all((await magnum.nodeGroups.list(cluster).toArray()).map(({ name }) => nodes(name)))).flat();

  /** The swarm's own list, asked on a manager of today: it must know the nodes of the API, and no others. */
  async function expectSwarm(): Promise<void> {
    const known = await all();
    const manager = known.find(({ role }) => role === 'master')?.name ?? '';
    const seen = await inside(
      instance,
      manager,
      'docker',
      'node',
      'ls',
      '--format',
      '{{.Hostname}} {{.Status}} {{.Availability}}',
    );
    expect(seen.split('\n').sort()).toEqual(known.map(({ name }) => `${name} Ready Active`).sort());
    expect((await ownedBy(instance)).filter((part) => part.startsWith('server'))).toHaveLength(known.length);
  }

  test('a new group joins the swarm, labelled by its name', async () => {
    await magnum.nodeGroups.create(cluster, { name: 'large', node_count: 2, role: 'gpu', max_node_count: 3 });
    expect((await settled()).node_count).toBe(3);
    const made = await nodes('large');
    expect(made.map(({ state, availability }) => `${state} ${availability}`)).toEqual(['ready active', 'ready active']);
    for (const { name } of made)
      expect(await inside(instance, name, 'docker', 'info', '--format', '{{.Labels}}')).toContain('org.magnum.node-group=large');
    await expectSwarm();
  }, 240_000);

  test('exactly the named node goes', async () => {
    const [first, second] = await nodes('large');
    await magnum.clusters.resize(cluster, { node_count: 1, nodegroup: 'large', nodes_to_remove: [first?.server_id ?? ''] });
    await settled();
    expect((await nodes('large')).map(({ name }) => name)).toEqual([second?.name]);
    await expectSwarm();
  }, 240_000);

  test('an upgrade replaces the manager and the worker, and the swarm goes on', async () => {
    const [master] = await nodes('default-master');
    const before = (await all()).map(({ name }) => name);
    const swarm = await inside(instance, master?.name ?? '', 'docker', 'info', '--format', '{{.Swarm.Cluster.ID}}');
    await magnum.clusters.upgrade(cluster, { cluster_template: 'next' });
    const upgraded = await settled();
    expect(upgraded.cluster_template_id).toBe((await magnum.clusterTemplates.get('next')).uuid);
    const [manager] = await nodes('default-master');
    expect(upgraded.api_address).toBe(`tcp://${manager?.public_address ?? ''}:2375`);
    const replaced = [...(await nodes('default-master')), ...(await nodes('default-worker'))];
    expect(replaced.every(({ name, image_id }) => image_id === 'ubuntu-24.04' && !before.includes(name))).toBe(true);
    // What runs in a swarm survives with it: its managers have handed their state on.
    expect(await inside(instance, manager?.name ?? '', 'docker', 'info', '--format', '{{.Swarm.Cluster.ID}}')).toBe(swarm);
    await expectSwarm();
  }, 400_000);

  test('a deleted group leaves nothing', async () => {
    await magnum.nodeGroups.delete(cluster, 'large');
    await settled();
    expect((await magnum.nodeGroups.list(cluster).toArray()).map(({ name }) => name)).toEqual([
      'default-master',
      'default-worker',
    ]);
    await expectSwarm();
    await magnum.clusters.delete(cluster);
    await magnum.clusters.waitUntilDeleted(cluster, { intervalMs: 500, timeoutMs: 120_000 });
    expect((await ownedBy(instance)).filter((part) => !part.startsWith('network public'))).toEqual([]);
  }, 300_000);
});
