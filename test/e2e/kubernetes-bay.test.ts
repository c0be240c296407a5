import { request } from 'node:https';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { membersIn } from '../../packages/core/src/coe/kubernetes/session/etcd.js';
import { DevProcess } from './dev-process.js';
import { inside, nodeContainer, ownedBy, removeOwned } from './docker.js';
import { clustersCanBeMade, etcdctlOn } from './kubeadm-cluster.js';

const isPossible = await clustersCanBeMade('test/e2e/kubernetes-bay.test.ts');
const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const REPLICAS = 3;
/** Pods of one label, of which Kubernetes lets at most one leave at a time. */
const WEB = {
  controller: {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web' },
    spec: {
      replicas: REPLICAS,
      selector: { app: 'web' },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 2,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { app: 'web' } },
            },
          ],
          containers: [
            {
              name: 'web',
              image: AGNHOST,
              args: ['netexec', '--http-port=8080'],
              readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
};

/** Whether the API answers at its address, of whichever control plane, within two seconds. */
function isReady(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${address}/readyz`, { rejectUnauthorized: false, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

describe.skipIf(!isPossible)('a bay of Kubernetes', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '3000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let address = '';
  let masters: readonly string[] = [];

  const nodes = () => magnum.nodes.list({ bay_ident: bayId }).toArray();
  const kubectl = (...words: readonly string[]): Promise<string> =>
    inside(instance, masters.at(-1) ?? '', 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);
  const webPods = async (): Promise<number> =>
    Number((await kubectl('get', 'rc', 'web', '-o', 'jsonpath={.status.readyReplicas}')) || '0');

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await magnum.bayModels.create({
      name: 'kubernetes',
      coe: 'kubernetes',
      image_id: 'debian-12-kubernetes',
      keypair_id: 'default',
      external_network_id: 'public',
      flavor_id: 'm1.small',
    });
    const size = { master_count: 3, node_count: 2, master_lb_enabled: true };
    const labels = { auto_healing_enabled: 'true', auto_healing_timeout: '60' };
    bayId = (await magnum.bays.create({ name: 'trio', baymodel_id: 'kubernetes', labels, ...size })).uuid;
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 1_000, timeoutMs: 600_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('CREATE_COMPLETE');
    address = bay.api_address ?? '';
    masters = (await nodes()).flatMap(({ name, role }) => (role === 'master' && name ? [name] : []));
  }, 640_000);
  afterAll(() => server.destroy(removeOwned), 120_000);

  test('of three control planes and two workers behind a load balancer is healthy, and all its nodes are ready', async () => {
    expect(masters).toHaveLength(3);
    expect(address).toMatch(/^https:\/\/[\d.]+:6443$/);
    expect(await isReady(address)).toBe(true);
    expect((await nodes()).map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'ready'));
    await until('the bay is healthy', async () => (await magnum.clusters.get(bayId)).health_status === 'HEALTHY', {
      withinMs: 60_000,
      everyMs: 500,
    });
    expect(await magnum.bays.get(bayId)).toMatchObject({
      coe_version: 'v1.36.3',
      container_version: expect.stringMatching(/^1\./),
    });
  }, 90_000);

  test('runs what the API is given: a replication controller over both workers, and a service by its name', async () => {
    const { replicationControllers, kubernetesServices, pods } = magnum;
    await replicationControllers.create({ bay_uuid: bayId, manifest: JSON.stringify(WEB.controller) });
    await kubernetesServices.create({ bay_uuid: bayId, manifest: JSON.stringify(WEB.service) });
    await until('the pods are ready', async () => (await webPods()) === REPLICAS, { withinMs: 120_000, everyMs: 500 });
    const hosts = (await pods.list(bayId).toArray()).flatMap(({ name, host }) => (name?.startsWith('web-') ? [host] : []));
    expect(hosts).toHaveLength(REPLICAS);
    expect(new Set(hosts).size).toBe(2);
    const [pod = ''] = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
    await kubectl('exec', pod, '--', '/agnhost', 'connect', 'web.default.svc.cluster.local:80', '--timeout=5s');
    expect(await kubectl('logs', pod)).toContain('Started HTTP server on port 8080');
  }, 180_000);

  test('grows to three workers and shrinks to one while its disruption budget is never broken', async () => {
    await kubectl('create', 'poddisruptionbudget', 'web', '--selector=app=web', `--min-available=${REPLICAS - 1}`);
    await magnum.bays.update(bayId, [{ op: 'replace', path: '/node_count', value: 3 }]);
    await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 240_000 });
    await magnum.bays.update(bayId, [{ op: 'replace', path: '/node_count', value: 1 }]);
    let [least, isSettled] = [REPLICAS, false];
    const settled = magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 300_000 }).finally(() => {
      isSettled = true;
    });
    while (!isSettled) least = Math.min(least, await webPods());
    expect((await settled).status).toBe('UPDATE_COMPLETE');
    expect(least).toBe(REPLICAS - 1);
    expect((await nodes()).filter(({ role }) => role === 'worker')).toHaveLength(1);
    expect((await kubectl('get', 'nodes', '-o', 'name')).split('\n')).toHaveLength(4);
  }, 600_000);

  test('answers through the load balancer ten seconds after a control plane was killed', async () => {
    const [victim = ''] = masters;
    await (await nodeContainer(instance, victim)).kill();
    await new Promise((done) => setTimeout(done, 10_000));
    for (let asked = 0; asked < 10; asked += 1) expect([asked, await isReady(address)]).toEqual([asked, true]);
  }, 30_000);

  test('replaces that control plane by itself, and etcd has three members again', async () => {
    const [victim = ''] = masters;
    const mastersNow = async (): Promise<readonly string[]> =>
      (await nodes()).flatMap(({ name, role, state }) => (role === 'master' && state === 'ready' && name ? [name] : []));
    await until(
      'another control plane is ready in its place',
      async () => {
        const now = await mastersNow();
        return now.length === 3 && !now.includes(victim);
      },
      { withinMs: 400_000, everyMs: 1_000 },
    );
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
    const members = membersIn(await etcdctlOn(instance, masters.at(-1) ?? '', 'member', 'list'));
    expect(members.map(({ name, isLearner }) => [name, isLearner]).toSorted()).toEqual(
      (await mastersNow()).map((name) => [name, false]).toSorted(),
    );
    const events = await magnum.bays.events(bayId).toArray();
    expect(events.map(({ reason }) => reason)).toContain(`${victim} has not been ready for too long, and is replaced.`);
    await until('the bay is healthy again', async () => (await magnum.clusters.get(bayId)).health_status === 'HEALTHY', {
      withinMs: 60_000,
      everyMs: 500,
    });
  }, 600_000);

  test('leaves nothing when it is deleted', async () => {
    await magnum.bays.delete(bayId);
    await magnum.bays.waitUntilDeleted(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 150_000);
});
