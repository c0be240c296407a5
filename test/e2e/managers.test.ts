import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { countsOf, rowsOf } from './database.js';
import { DevProcess } from './dev-process.js';
import { aSwarmModel } from './hive.js';
import { dockerForTests, inside, nodeContainer, ownedBy, removeOwned } from './docker.js';

const MTU_OPTION = 'com.docker.network.driver.mtu';
const available = await dockerForTests('test/e2e/managers.test.ts');

describe.skipIf(!available)('bays of other shapes', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '2000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await aSwarmModel(magnum, { image_id: 'ubuntu-24.04' });
  }, 120_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  test('three managers stand behind a load balancer, each with a volume for its engine', async () => {
    bayId = (
      await magnum.bays.create({
        name: 'trio',
        baymodel_id: 'swarm',
        master_count: 3,
        master_lb_enabled: true,
        docker_volume_size: 3,
        labels: { network_mtu: '1400' },
      })
    ).uuid;
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 180_000 });
    expect(bay.status).toBe('CREATE_COMPLETE');
    expect(bay.master_addresses).toHaveLength(3);
    const host = /^tcp:\/\/([\d.]+):2375$/.exec(bay.api_address ?? '')?.[1];
    expect(bay.master_addresses).not.toContain(host);
    const owned = await ownedBy(instance);
    expect(owned.filter((part) => part.startsWith('load-balancer'))).toHaveLength(1);
    expect(owned.filter((part) => part.startsWith('volume'))).toHaveLength(4);
    const swarm = (
      await inside(instance, await aManager(), 'docker', 'node', 'ls', '--format', '{{.ManagerStatus}} {{.Status}}')
    ).split('\n');
    expect(swarm.sort()).toEqual([' Ready', 'Leader Ready', 'Reachable Ready', 'Reachable Ready']);
    for (const { name } of await magnum.nodes.list({ bay_ident: bayId }).toArray())
      expect(await inside(instance, name ?? '', 'mountpoint', '/var/lib/docker')).toContain('is a mountpoint');
  }, 200_000);

  test("the engines' networks have the MTU of the nodes' network, and overlays 50 bytes less for their own header", async () => {
    for (const { name } of await magnum.nodes.list({ bay_ident: bayId }).toArray()) {
      const mtuOf = (network: string): Promise<string> =>
        inside(instance, name ?? '', 'docker', 'network', 'inspect', network, '--format', `{{index .Options "${MTU_OPTION}"}}`);
      expect([name, await mtuOf('docker_gwbridge'), await mtuOf('ingress')]).toEqual([name, '1400', '1350']);
    }
  }, 60_000);

  test('a manager that dies does not take the API with it', async () => {
    const leader = (await magnum.nodes.list({ bay_ident: bayId }).toArray()).find((node) => node.leader)?.name ?? '';
    await (await nodeContainer(instance, leader)).kill();
    await until(
      'the two others agree on a new leader',
      async () => {
        const nodes = await magnum.nodes.list({ bay_ident: bayId }).toArray();
        return (
          nodes.some((node) => node.leader && node.name !== leader) &&
          nodes.some(({ name, state }) => name === leader && state === 'down')
        );
      },
      { withinMs: 60_000, everyMs: 300 },
    );
    await until(
      'the bay is unhealthy',
      async () => (await rowsOf(server, 'bay', { uuid: bayId }))[0]?.['health_status'] === 'UNHEALTHY',
      { withinMs: 15_000, everyMs: 300 },
    );
    await (await nodeContainer(instance, leader)).start();
    await until(
      'the bay is healthy again',
      async () => (await rowsOf(server, 'bay', { uuid: bayId }))[0]?.['health_status'] === 'HEALTHY',
      { withinMs: 60_000, everyMs: 300 },
    );
  }, 150_000);

  test('a bay without floating addresses lives in the network of another one', async () => {
    const stackId = (await magnum.bays.get(bayId)).stack_id ?? '';
    const idOf = async (type: string): Promise<string> =>
      String((await rowsOf(server, 'hot_resource', { stack_id: stackId, type }))[0]?.['id']);
    const network = await idOf('OS::Neutron::Net');
    const { uuid } = await magnum.bays.create({
      name: 'guest',
      baymodel_id: 'swarm',
      fixed_network: network,
      fixed_subnet: await idOf('OS::Neutron::Subnet'),
      floating_ip_enabled: false,
    });
    const guest = await magnum.bays.waitUntil(uuid, { intervalMs: 500, timeoutMs: 90_000 });
    expect(guest.status).toBe('CREATE_COMPLETE');
    const nodes = await magnum.nodes.listDetail({ bay_ident: uuid }).toArray();
    const hosts = await magnum.nodes.list({ bay_ident: bayId }).toArray();
    expect(nodes.map(({ public_address, state }) => `${public_address} ${state}`)).toEqual(['null ready', 'null ready']);
    expect(new Set([...nodes, ...hosts].map(({ private_address }) => private_address)).size).toBe(6);
    expect(
      new Set([...nodes, ...hosts].map(({ private_address }) => private_address?.split('.').slice(0, 3).join('.'))).size,
    ).toBe(1);
    expect((await ownedBy(instance)).filter((part) => part.startsWith('network'))).toHaveLength(2);
    await magnum.bays.delete(uuid);
    await magnum.bays.waitUntilDeleted(uuid, { intervalMs: 300, timeoutMs: 60_000 });
    expect((await ownedBy(instance)).filter((part) => part.startsWith('network'))).toHaveLength(2);
  }, 180_000);

  test('deleting leaves nothing', async () => {
    await magnum.bays.delete(bayId);
    await magnum.bays.waitUntilDeleted(bayId, { intervalMs: 300, timeoutMs: 90_000 });
    expect(await ownedBy(instance)).toEqual(['network public']);
    expect(await countsOf(server, ['bay', 'hot_stack', 'hot_resource', 'vault_secret', 'embedded_user'])).toEqual({
      bay: 0,
      hot_stack: 0,
      hot_resource: 0,
      vault_secret: 0,
      embedded_user: 0,
    });
    await server.stop();
    expect(await ownedBy(instance)).toEqual([]);
  }, 120_000);

  async function aManager(): Promise<string> {
    return (await magnum.nodes.list({ bay_ident: bayId }).toArray()).find(({ role }) => role === 'master')?.name ?? '';
  }
});
