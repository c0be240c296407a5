import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OpenstackCloud } from '../../packages/core/src/adapters/openstack/cloud.js';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { cloudSessions } from '../../packages/core/src/adapters/openstack/sessions.js';
import { requireCloudResources, type CloudReferences } from '../../packages/core/src/app/cloud-resources.js';
import { NEED_KINDS } from '../../packages/core/src/domain/stack-needs.js';
import { ADMIN, DEMO, SIGNAL, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TWIN = `twin-${randomUUID()}`;
await withOpenstack("what a project has left, and a bay's names", (cloud) => {
  const deps = cloud.deps();
  const subject = new OpenstackCloud(deps, cloudSessions(deps, { get: () => Promise.resolve(undefined) }), {
    authUrl: '',
    magnumUrl: '',
    regionName: '',
    cloudCa: '',
    verifyCloudCa: true,
    serverGroupPolicy: 'soft-anti-affinity',
    dockerVolumeType: '',
  });
  let access: Awaited<ReturnType<typeof cloud.accessOf>>;

  const quota = (neighbour: 'network' | 'load-balancer', path: string, change: object): Promise<unknown> =>
    cloud.call(ADMIN, neighbour, { method: 'PUT', path: path.replace('{id}', access.projectId), body: { quota: change } });

  beforeAll(async () => {
    access = await cloud.accessOf('demo', 'demo');
    for (let twin = 0; twin < 2; twin += 1) {
      const network = await cloud.madeBy(DEMO, 'network', '/v2.0/networks', { network: { name: TWIN } });
      const subnet = { network_id: network.id, name: TWIN, cidr: '10.88.0.0/24', ip_version: 4 };
      await cloud.madeBy(DEMO, 'network', '/v2.0/subnets', { subnet });
    }
  });
  afterAll(async () => {
    await quota('network', '/v2.0/quotas/{id}', { router: -1 });
    await quota('load-balancer', '/v2/lbaas/quotas/{id}', { load_balancer: -1 });
  });

  test('comes from Nova, Neutron, Cinder and Octavia at once, every kind of it', async () => {
    await quota('network', '/v2.0/quotas/{id}', { router: 7 });
    await quota('load-balancer', '/v2/lbaas/quotas/{id}', { load_balancer: 3 });
    const allowances = await subject.allowances(access, SIGNAL);
    expect(allowances.map(({ kind }) => kind).toSorted()).toEqual([...NEED_KINDS].toSorted());
    const of = (wanted: string) => allowances.find(({ kind }) => kind === wanted);
    expect(of('routers')).toMatchObject({ limit: 7 });
    const { loadbalancers } = await dataOf(
      cloud.sessionOf('demo', 'demo').loadBalancer.GET('/v2/lbaas/loadbalancers', { signal: SIGNAL }),
    );
    expect(of('load_balancers')).toMatchObject({ limit: 3, used: loadbalancers.length });
    const { networks } = await dataOf(
      cloud.sessionOf('demo', 'demo').network.GET('/v2.0/networks', { params: { query: { name: TWIN } }, signal: SIGNAL }),
    );
    expect(of('networks')?.used).toBeGreaterThanOrEqual(networks.length);
  });

  const NAMES: CloudReferences = {
    imageId: 'debian-12',
    flavorId: 'm1.small',
    masterFlavorId: 'm1.medium',
    keypair: 'demokey',
    externalNetworkId: 'public',
    fixedNetwork: 'private',
    fixedSubnet: null,
    volumeType: 'standard',
  };
  const required = (change: Partial<CloudReferences>): Promise<void> =>
    requireCloudResources(subject, { ...NAMES, ...change }, access, SIGNAL);

  test('names that are right pass', async () => {
    await expect(required({})).resolves.toBeUndefined();
  });

  test.each([
    ['an unknown image', { imageId: 'nothing' }, 400, 'image_id'],
    ['an image without os_distro', { imageId: 'no-distro' }, 400, 'image_id'],
    ['an unknown flavor', { flavorId: 'nothing' }, 400, 'flavor_id'],
    ['an unknown key pair', { keypair: 'nothing' }, 404, 'keypair_id'],
    ["another user's key pair", { keypair: 'adminkey' }, 404, 'keypair_id'],
    ['a network that is not external', { externalNetworkId: 'private' }, 400, 'external_network_id'],
    ['an unknown network', { fixedNetwork: 'nothing' }, 400, 'fixed_network'],
    ['an unknown subnet', { fixedSubnet: randomUUID() }, 400, 'fixed_subnet'],
    ['an unknown volume type', { volumeType: 'nothing' }, 400, 'labels.docker_volume_type'],
    ['a boot volume of no size', { bootVolumeSize: 'big' }, 400, 'labels.boot_volume_size'],
  ])('%s is refused, and the field is named', async (_, change, status, field) => {
    await expect(required(change)).rejects.toMatchObject({ status, field });
  });

  test.each([['fixedNetwork'], ['fixedSubnet']])('a name that several have is refused as ambiguous: %s', async (field) => {
    await expect(required({ [field]: TWIN })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining(TWIN),
    });
  });
});
