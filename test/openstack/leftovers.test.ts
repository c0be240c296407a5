import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DomainError } from '@magnum-ts/core';
import { type BayId, type SweepRequest, type SweepResult, systemClock } from '@magnum-ts/core/testing';
import type { Neighbour } from '../../packages/core/src/adapters/openstack/catalog.js';
import { openstackOrphans } from '../../packages/core/src/adapters/openstack/orphans.js';
import { coes } from '../../packages/core/src/coe/index.js';
import { originsOf } from '../../packages/core/src/coe/workload-origins.js';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { cloudSessions, type Sessions } from '../../packages/core/src/adapters/openstack/sessions.js';
import { DEMO, SIGNAL, withOpenstack, type Made } from './cloud.js';

const ORIGINS = originsOf(coes);

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const BAY = randomUUID() as BayId;
const OTHER = randomUUID();

await withOpenstack('what workloads leave behind', (cloud) => {
  const demo = cloud.sessionOf('demo', 'demo');
  const made = (neighbour: Neighbour, path: string, body: object): Promise<Made> => cloud.madeBy(DEMO, neighbour, path, body);
  let access: Awaited<ReturnType<typeof cloud.accessOf>>;
  let sessions: Sessions;
  let network: Made;
  let subnet: Made;
  const things: Record<string, Made> = {};

  beforeAll(async () => {
    access = await cloud.accessOf('demo', 'demo');
    sessions = cloudSessions(cloud.deps(), { get: () => Promise.resolve(undefined) });
    network = await made('network', '/v2.0/networks', { network: { name: 'sweep' } });
    subnet = await made('network', '/v2.0/subnets', { subnet: { network_id: network.id, cidr: '10.77.0.0/24', ip_version: 4 } });
    const { networks } = await dataOf(
      demo.network.GET('/v2.0/networks', { params: { query: { 'router:external': true } }, signal: SIGNAL }),
    );
    const outside = networks[0]?.id ?? '';
    const router = await made('network', '/v2.0/routers', { router: { external_gateway_info: { network_id: outside } } });
    await sessionPut(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
    things['router'] = router;
    const balancer = (fields: object): Promise<Made> =>
      made('load-balancer', '/v2/lbaas/loadbalancers', { loadbalancer: { vip_subnet_id: subnet.id, ...fields } });
    things['own'] = await balancer({
      name: `kube_service_${BAY}_default_web`,
      description: `Kubernetes external service default/web from cluster ${BAY}`,
    });
    things['other'] = await balancer({ description: `Kubernetes external service default/web from cluster ${OTHER}` });
    things['shared'] = await balancer({
      tags: [`kube_service_${BAY}_default_a`, `kube_service_${OTHER}_default_b`],
    });
    const address = (fields: object): Promise<Made> =>
      made('network', '/v2.0/floatingips', { floatingip: { floating_network_id: outside, ...fields } });
    things['address'] = await address({
      port_id: things['own']['vip_port_id'],
      description: `Floating IP for Kubernetes external service default/web from cluster ${BAY}`,
    });
    things['otherAddress'] = await address({ description: `of another owner` });
    things['port'] = await made('network', '/v2.0/ports', { port: { network_id: network.id, name: 'stray' } });
    things['ownVolume'] = await volume('pvc-1', BAY);
    things['otherVolume'] = await volume('pvc-2', OTHER);
  });

  const volume = (name: string, cluster: string): Promise<Made> =>
    made('volume', '/v3/{project_id}/volumes', {
      volume: { size: 1, name, metadata: { 'cinder.csi.openstack.org/cluster': cluster } },
    });

  const request = (change: Partial<SweepRequest> = {}): SweepRequest => ({
    bayId: BAY,
    projectId: access.projectId,
    isLast: false,
    ownNetworkIds: new Set(),
    stackIds: new Set(),
    deletesVolumes: false,
    ...change,
  });

  /** Rounds until nothing is going any more. */
  async function swept(change: Partial<SweepRequest> = {}): Promise<SweepResult> {
    const removed = [];
    for (let round = 0; round < 60; round += 1) {
      const sweep = await openstackOrphans(sessions, ORIGINS).sweep(request(change), access, SIGNAL);
      removed.push(...sweep.removed);
      if (sweep.going.length === 0) return { ...sweep, removed };
      await systemClock.sleep(1_000, SIGNAL);
    }
    throw new Error('it never ends');
  }

  const ids = (items: readonly { readonly id: string | null }[]): readonly (string | null)[] => items.map(({ id }) => id);
  const idOf = (name: string): string => things[name]?.id ?? '';

  async function exists(): Promise<readonly string[]> {
    const { loadbalancers } = await dataOf(demo.loadBalancer.GET('/v2/lbaas/loadbalancers', { signal: SIGNAL }));
    const { floatingips } = await dataOf(demo.network.GET('/v2.0/floatingips', { signal: SIGNAL }));
    const { ports } = await dataOf(demo.network.GET('/v2.0/ports', { signal: SIGNAL }));
    const params = { path: { project_id: access.projectId } };
    const { volumes } = await dataOf(demo.volume.GET('/v3/{project_id}/volumes/detail', { params, signal: SIGNAL }));
    const present = new Set([...loadbalancers, ...floatingips, ...ports, ...volumes].map(({ id }) => id));
    return Object.keys(things).filter((name) => present.has(idOf(name)));
  }

  test("the bay's load balancer and its address are deleted, shared ones and volumes stay and are reported, others' are not touched", async () => {
    const sweep = await swept();
    expect(ids(sweep.removed).toSorted()).toEqual([idOf('own'), idOf('address')].toSorted());
    expect(sweep.kept).toEqual([
      expect.objectContaining({ id: idOf('shared'), reason: `Cluster ${OTHER} uses it too.` }),
      expect.objectContaining({ id: idOf('ownVolume'), reason: expect.stringContaining('1 GiB') }),
    ]);
    expect(await exists()).toEqual(['other', 'shared', 'otherAddress', 'port', 'ownVolume', 'otherVolume']);
  });

  test('a second sweep finds nothing more, and success', async () => {
    expect((await swept()).removed).toEqual([]);
  });

  test('volumes go where that is wanted', async () => {
    expect(ids((await swept({ deletesVolumes: true, isLast: true })).removed)).toEqual([idOf('ownVolume')]);
  });

  test("on the bay's own network nothing stays but what the stack removes, and what other clusters use", async () => {
    const sweep = await swept({ ownNetworkIds: new Set([network.id]), stackIds: new Set([idOf('port')]) });
    expect(ids(sweep.removed)).toEqual([idOf('other')]);
    expect(ids(sweep.kept)).toEqual([idOf('shared')]);
    expect(ids((await swept({ ownNetworkIds: new Set([network.id]) })).removed)).toEqual([idOf('port')]);
  });

  test('a service that refuses to list its resources is reported, and the others are still searched', async () => {
    const refused = (): Promise<never> => Promise.reject(new DomainError('cloud-refused', 'Octavia: not allowed'));
    const closed = (session: typeof demo): typeof demo => ({
      ...session,
      loadBalancer: { ...session.loadBalancer, GET: refused as typeof session.loadBalancer.GET },
    });
    things['late'] = await made('network', '/v2.0/ports', { port: { network_id: network.id } });
    const barred: Sessions = { ...sessions, service: closed(sessions.service), of: (one) => closed(sessions.of(one)) };
    const sweep = await openstackOrphans(barred, ORIGINS).sweep(
      request({ ownNetworkIds: new Set([network.id]) }),
      access,
      SIGNAL,
    );
    expect(sweep.kept).toMatchObject([
      { type: 'OS::Octavia::LoadBalancer', id: null, reason: expect.stringContaining('not allowed') },
    ]);
    expect(ids(sweep.removed)).toEqual([idOf('late')]);
  });

  test("where a neighbour's policy refuses the service, the owner's rights are used", async () => {
    things['later'] = await made('network', '/v2.0/ports', { port: { network_id: network.id } });
    const other = cloud.sessionOf('other', 'other');
    const poor: Sessions = { ...sessions, service: { ...sessions.service, network: other.network } };
    // Another project's member sees nothing of this project, and may delete nothing of it: Neutron says so by its absence.
    expect(
      (await openstackOrphans(poor, ORIGINS).sweep(request({ ownNetworkIds: new Set([network.id]) }), access, SIGNAL)).removed,
    ).toEqual([]);
    const refused = (): Promise<never> => Promise.reject(new DomainError('cloud-refused', 'Neutron: not allowed'));
    const barred: Sessions = {
      ...sessions,
      service: {
        ...sessions.service,
        network: { ...sessions.service.network, GET: refused, DELETE: refused } as typeof demo.network,
      },
    };
    const sweep = await openstackOrphans(barred, ORIGINS).sweep(
      request({ ownNetworkIds: new Set([network.id]) }),
      access,
      SIGNAL,
    );
    expect(ids(sweep.removed)).toEqual([idOf('later')]);
  });

  afterAll(async () => {
    const path = { project_id: access.projectId, volume_id: idOf('otherVolume') };
    await demo.volume.DELETE('/v3/{project_id}/volumes/{volume_id}', { params: { path }, signal: SIGNAL }).catch(() => undefined);
    const address = { path: { floatingip_id: idOf('otherAddress') } };
    await demo.network.DELETE('/v2.0/floatingips/{floatingip_id}', { params: address, signal: SIGNAL }).catch(() => undefined);
    const balancers = await dataOf(demo.loadBalancer.GET('/v2/lbaas/loadbalancers', { signal: SIGNAL }));
    for (const { id } of balancers.loadbalancers) {
      const params = { path: { loadbalancer_id: id }, query: { cascade: true } };
      await demo.loadBalancer
        .DELETE('/v2/lbaas/loadbalancers/{loadbalancer_id}', { params, signal: SIGNAL })
        .catch(() => undefined);
    }
  });

  async function sessionPut(path: string, body: object): Promise<void> {
    await cloud.call(DEMO, 'network', { method: 'PUT', path, body });
  }
});
