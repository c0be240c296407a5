import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { BayFleet } from './bay-fleet.js';
import { ADMIN, DEMO, SIGNAL, withOpenstack, type Made, type Person } from './cloud.js';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const OTHER_CLUSTER = randomUUID();

interface Rule {
  readonly protocol: string;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}

await withOpenstack('the end of a bay on a real OpenStack', (cloud) => {
  let bays: BayFleet;
  const demo = cloud.sessionOf('demo', 'demo');

  beforeAll(async () => {
    bays = await BayFleet.start(cloud);
  });
  afterAll(() => bays?.stop());

  /** Ids of what a stack is made of, by resource type, nested stacks included. */
  async function resourcesOf(stackId: string): Promise<(type: string) => readonly string[]> {
    const stack = (await bays.stacks()).find(({ id }) => id === stackId);
    const path = { project_id: bays.projectId, stack_name: stack?.stack_name ?? '', stack_id: stackId };
    const params = { path, query: { nested_depth: 5 } };
    const { resources } = await dataOf(
      demo.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}/resources', { params, signal: SIGNAL }),
    );
    return (type) =>
      resources.filter((row) => row.resource_type === type).flatMap(({ physical_resource_id: id }) => (id ? [id] : []));
  }

  /** What workloads of the bay could have left, and things that only look alike. */
  async function leaveBehind(uuid: string, subnet: string, network: string): Promise<Readonly<Record<string, Made>>> {
    const balancer = (fields: object): Promise<Made> =>
      cloud.madeBy(DEMO, 'load-balancer', '/v2/lbaas/loadbalancers', { loadbalancer: fields });
    const address = (fields: object): Promise<Made> =>
      cloud.madeBy(DEMO, 'network', '/v2.0/floatingips', { floatingip: { floating_network_id: outside, ...fields } });
    const volume = (cluster: string): Promise<Made> =>
      cloud.madeBy(DEMO, 'volume', '/v3/{project_id}/volumes', {
        volume: { size: 1, name: `pvc-${cluster}`, metadata: { 'cinder.csi.openstack.org/cluster': cluster } },
      });
    const outside = await networkNamed('public');
    const service = await balancer({
      description: `Kubernetes external service default/web from cluster ${uuid}`,
      vip_subnet_id: subnet,
    });
    const shared = await balancer({
      vip_network_id: await networkNamed('private'),
      tags: [`kube_service_${uuid}_default_a`, `kube_service_${OTHER_CLUSTER}_default_b`],
    });
    return {
      service,
      shared,
      address: await address({
        port_id: service['vip_port_id'],
        description: `Floating IP for Kubernetes external service default/web from cluster ${uuid}`,
      }),
      otherAddress: await address({ description: 'of another owner' }),
      port: await cloud.madeBy(DEMO, 'network', '/v2.0/ports', { port: { network_id: network, name: 'stray' } }),
      volume: await volume(uuid),
      otherVolume: await volume(OTHER_CLUSTER),
    };
  }

  async function networkNamed(name: string): Promise<string> {
    const { networks } = await dataOf(demo.network.GET('/v2.0/networks', { params: { query: { name } }, signal: SIGNAL }));
    return networks[0]?.id ?? '';
  }

  /** Who may reach the ports of these groups, as Neutron has it, one line each. */
  async function openingsOf(groups: readonly string[]): Promise<readonly string[]> {
    const query = groups.map((id) => `security_group_id=${id}`).join('&');
    const path = `/v2.0/security-group-rules?direction=ingress&${query}`;
    const answer = await cloud.call(DEMO, 'network', { method: 'GET', path });
    const { security_group_rules: rules } = answer as { security_group_rules: readonly Rule[] }; // Neutron's answer
    const from = ({ remote_group_id: group, remote_ip_prefix: range }: Rule): string =>
      group !== null ? (groups.includes(group) ? 'nodes' : group) : (range ?? '0.0.0.0/0');
    const ports = ({ port_range_min: first, port_range_max: last }: Rule): string =>
      first === null ? '' : first === last ? ` ${first}` : ` ${first}-${last ?? ''}`;
    return rules.map((rule) => `${rule.protocol}${ports(rule)} from ${from(rule)}`).toSorted();
  }

  /** Everything of these kinds that the project has. */
  async function present(): Promise<ReadonlySet<string>> {
    const params = { path: { project_id: bays.projectId } };
    const { loadbalancers } = await dataOf(demo.loadBalancer.GET('/v2/lbaas/loadbalancers', { signal: SIGNAL }));
    const { volumes } = await dataOf(demo.volume.GET('/v3/{project_id}/volumes/detail', { params, signal: SIGNAL }));
    const { networks } = await dataOf(demo.network.GET('/v2.0/networks', { signal: SIGNAL }));
    const { floatingips } = await dataOf(demo.network.GET('/v2.0/floatingips', { signal: SIGNAL }));
    const { ports } = await dataOf(demo.network.GET('/v2.0/ports', { signal: SIGNAL }));
    return new Set([...loadbalancers, ...volumes, ...networks, ...floatingips, ...ports].map(({ id }) => id));
  }

  /** The events of orphaned resources until the bay was deleted. */
  async function storyOfTheEnd(uuid: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    let leftovers: readonly Readonly<Record<string, unknown>>[] = [];
    const isGone = async (): Promise<boolean> => {
      const { status, body } = await bays.fleet.ask('GET', `/v1/bays/${uuid}/events?limit=500`);
      if (status === 404) return true;
      leftovers = (body['events'] as typeof leftovers).filter(({ kind }) => kind === 'leftover'); // the contract's list
      return false;
    };
    await until(`the bay ${uuid} is gone`, isGone, { withinMs: 400_000, everyMs: 500 });
    return leftovers;
  }

  test('deletes the resources that workloads left, names those that stay, and keeps none of its own', async () => {
    const model = await bays.model({
      name: 'guarded',
      master_lb_enabled: true,
      docker_volume_size: 3,
      labels: { api_allowed_cidrs: '127.0.0.0/8,192.0.2.0/24', workload_volumes: 'delete' },
    });
    const uuid = await bays.create('guarded', model);
    const bay = (await bays.settled(uuid)).body;
    expect(bay, JSON.stringify(bay)).toMatchObject({ status: 'CREATE_COMPLETE' });
    const of = await resourcesOf(String(bay['stack_id']));
    const own = ['OS::Neutron::Net', 'OS::Neutron::Port', 'OS::Octavia::LoadBalancer', 'OS::Cinder::Volume'].map(of);
    expect(own.map((ids) => ids.length)).toEqual([1, 2, 1, 2]);
    const [network = ''] = of('OS::Neutron::Net');
    const [subnet = ''] = of('OS::Neutron::Subnet');

    expect(await openingsOf(of('OS::Neutron::SecurityGroup'))).toEqual([
      '50 from nodes',
      'icmp from 0.0.0.0/0',
      'tcp 22 from 0.0.0.0/0',
      'tcp 2375 from 10.0.0.0/24',
      'tcp 2375 from 127.0.0.0/8',
      'tcp 2375 from 192.0.2.0/24',
      'tcp 2377 from nodes',
      'tcp 7946 from nodes',
      'udp 4789 from nodes',
      'udp 7946 from nodes',
    ]);
    for (const port of of('OS::Neutron::Port')) {
      const answer = await cloud.call(DEMO, 'network', { method: 'GET', path: `/v2.0/ports/${port}` });
      const groups = (answer as { port: { security_groups: readonly string[] } }).port.security_groups; // Neutron's answer
      expect(of('OS::Neutron::SecurityGroup')).toEqual(expect.arrayContaining([...groups]));
      expect(groups.length).toBeGreaterThan(0);
    }

    const left = await leaveBehind(uuid, subnet, network);
    const [deleted, story] = await Promise.all([bays.remove(uuid), storyOfTheEnd(uuid)]);
    expect(deleted).toBeUndefined();
    const idsWith = (status: string): readonly unknown[] =>
      story.filter((event) => event['status'] === status).map((event) => event['resource_id']);
    const idsOf = (...names: readonly string[]): readonly string[] => names.map((name) => left[name]?.id ?? name);
    expect(idsWith('DELETE_IN_PROGRESS').toSorted()).toEqual(idsOf('service', 'address', 'port', 'volume').toSorted());
    expect(idsWith('KEPT')).toEqual(idsOf('shared'));
    expect(story.find((event) => event['status'] === 'KEPT')).toMatchObject({
      reason: expect.stringContaining(`Cluster ${OTHER_CLUSTER} uses it too`),
    });
    const still = await present();
    expect(Object.keys(left).filter((name) => still.has(left[name]?.id ?? ''))).toEqual([
      'shared',
      'otherAddress',
      'otherVolume',
    ]);
    expect(own.flat().filter((id) => still.has(id))).toEqual([]);
  });

  test('whose volumes are to be in a zone that Cinder does not have fails with the name of the zone', async () => {
    const labels = { docker_volume_availability_zone: 'no-such-zone' };
    const uuid = await bays.create('zoned', await bays.model({ name: 'zoned', docker_volume_size: 3, labels }));
    const { body } = await bays.settled(uuid);
    expect(body, JSON.stringify(body)).toMatchObject({
      status: 'CREATE_FAILED',
      status_reason: expect.stringContaining('no-such-zone'),
    });
    await bays.remove(uuid);
  });

  /** A new user in the project `demo`, with a key pair of the usual name. */
  async function aNewUser(name: string): Promise<Person> {
    const { user, project } = { user: name, project: 'demo' };
    const made = await cloud.madeBy(ADMIN, 'identity', '/v3/users', {
      user: { name, domain_id: 'default', password: cloud.openstack.password },
    });
    const { roles } = (await cloud.call(ADMIN, 'identity', { method: 'GET', path: '/v3/roles' })) as { roles: Made[] }; // Keystone's answer
    const wanted = ['member', 'heat_stack_owner', 'load-balancer_member'];
    for (const { id } of roles.filter((role) => wanted.includes(String(role['name'])))) {
      const path = `/v3/projects/${bays.projectId}/users/${made.id}/roles/${id}`;
      await cloud.call(ADMIN, 'identity', { method: 'PUT', path });
    }
    await cloud.madeBy({ user, project }, 'compute', '/v2.1/os-keypairs', { keypair: { name: 'demokey' } });
    return { user, project };
  }

  async function use({ user, project }: Person): Promise<void> {
    bays.fleet.use((await cloud.tokenOf(user, project)).secret.reveal());
  }

  /** A bay whose owner is deleted in Keystone. */
  async function orphan(name: string): Promise<string> {
    const owner = await aNewUser(`${name}-${randomUUID()}`);
    await use(owner);
    const uuid = await bays.create(name, await bays.model({ name }));
    expect((await bays.settled(uuid)).body).toMatchObject({ status: 'CREATE_COMPLETE' });
    const { document } = await cloud.tokenOf(owner.user, owner.project);
    await cloud.call(ADMIN, 'identity', { method: 'DELETE', path: `/v3/users/${document.user.id}` });
    await use(DEMO);
    return uuid;
  }

  test('whose owner was deleted in Keystone is seen and deleted by another member of its project', async () => {
    const uuid = await orphan('left');
    expect((await bays.fleet.ask('GET', `/v1/bays/${uuid}`)).body).toMatchObject({ status: 'CREATE_COMPLETE' });
    await bays.remove(uuid);
  });

  // Before each change Heat checks the rights of the stack's owner, whichever user asks for the change.
  test('whose owner was deleted in Keystone says why Heat does not change it, and can still be deleted', async () => {
    const uuid = await orphan('stiff');
    const refused = (await bays.resize(uuid, 2)).body;
    expect(refused, JSON.stringify(refused)).toMatchObject({
      status: 'UPDATE_FAILED',
      status_reason: expect.stringContaining('Heat cannot change the stack any more'),
    });
    await bays.remove(uuid);
  });
});
