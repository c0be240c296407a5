import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { DevProcess } from './dev-process.js';
import { docker, inside, removeOwned } from './docker.js';
import { clustersCanBeMade, etcdctlOn } from './kubeadm-cluster.js';
import { administratorOf, aKubernetesBay, aKubernetesModel, namesOf, webController } from './kubernetes-bays.js';
import { rollUnderWatch } from './kubernetes-roll.js';

const FILE = 'test/e2e/kubernetes-upgrade.test.ts';
const [OLD, NEW] = ['v1.36.3', 'v1.37.2'];
const REPLICAS = 3;
const hasImage = await docker.inspectImage(`magnum-ts-node-kubernetes:${NEW}`).then(
  () => true,
  () => false,
);
if (!hasImage)
  console.warn(`${FILE} is left out: there is no node image of ${NEW} ("npm run kubernetes-image -- 1.37" makes it)`);
const isPossible = (await clustersCanBeMade(FILE)) && hasImage;

/** A bay of three control planes goes from one release of Kubernetes to the next; the tests run in this order. */
describe.skipIf(!isPossible)(`an upgrade of Kubernetes from ${OLD} to ${NEW}`, () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '3000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let address = '';

  const kubectl = async (...words: readonly string[]): Promise<string> => {
    const [master = ''] = await namesOf(magnum, bayId, 'master');
    return inside(instance, master, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);
  };
  const versions = (): Promise<string> => kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}');

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    const labels = { certificate_check_interval: '10', drain_timeout: '120' };
    await aKubernetesModel(magnum, { labels: { ...labels, kube_tag: OLD } });
    await aKubernetesModel(magnum, {
      name: 'next',
      image_id: 'debian-12-kubernetes-1.37',
      labels: { ...labels, kube_tag: NEW, kubeapi_options: '--max-requests-inflight=500' },
    });
    const bay = await aKubernetesBay(magnum, { name: 'old', master_count: 3, node_count: 2, master_lb_enabled: true });
    [bayId, address] = [bay.uuid, bay.api_address ?? ''];
    await magnum.replicationControllers.create({ bay_uuid: bayId, manifest: JSON.stringify(webController(REPLICAS)) });
    await kubectl('create', 'poddisruptionbudget', 'web', '--selector=app=web', `--min-available=${REPLICAS - 1}`);
    await until(
      'the pods are ready',
      async () => (await kubectl('get', 'rc', 'web', '-o', 'jsonpath={.status.readyReplicas}')) === String(REPLICAS),
      { withinMs: 120_000, everyMs: 500 },
    );
  }, 1_900_000);
  afterAll(() => server.destroy(removeOwned), 120_000);

  test('refuses no client and breaks no disruption budget, though the service is killed again and again', async () => {
    const client = await administratorOf(magnum, bayId);
    const { pem: ca } = await magnum.certificates.get(bayId);
    const seen = await rollUnderWatch(server, { bayId, template: 'next', address, ca, client });
    console.info(`${seen.kills} kills, ${seen.answers} answers, at least ${seen.leastReady} of ${REPLICAS} pods ready`);
    expect(seen.bay.status, seen.bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
    expect(seen.kills).toBeGreaterThan(5);
    expect([seen.refusals, seen.leastReady]).toEqual([[], REPLICAS - 1]);
    expect(seen.answers).toBeGreaterThan(100);
  }, 1_600_000);

  test('leaves nodes, etcd and the workloads of the system of the new release', async () => {
    expect((await versions()).split(' ')).toEqual(Array.from({ length: 5 }, () => NEW));
    const imageOf = (kind: string, name: string): Promise<string> =>
      kubectl('get', kind, name, '-n', 'kube-system', '-o', 'jsonpath={.spec.template.spec.containers[0].image}');
    await until('kube-proxy is of the release', async () => (await imageOf('daemonset', 'kube-proxy')).endsWith(`:${NEW}`), {
      withinMs: 120_000,
      everyMs: 2_000,
    });
    expect(await imageOf('deployment', 'coredns')).toMatch(/:v1\.14\.6$/);
    for (const [kind, name] of [
      ['daemonset', 'kube-proxy'],
      ['deployment', 'coredns'],
    ] as const)
      await kubectl('rollout', 'status', `${kind}/${name}`, '-n', 'kube-system', '--timeout=180s');
    for (const master of await namesOf(magnum, bayId, 'master'))
      expect(await etcdctlOn(instance, master, 'endpoint', 'status', '--write-out=json')).toMatch(/"version":"3\.7\./);
    // The options of the new model are those of its control planes.
    for (const master of await namesOf(magnum, bayId, 'master'))
      expect(await inside(instance, master, 'cat', '/etc/kubernetes/manifests/kube-apiserver.yaml')).toContain(
        '--max-requests-inflight=500',
      );
    await until('the bay tells its version', async () => (await magnum.bays.get(bayId)).coe_version === NEW, {
      withinMs: 60_000,
      everyMs: 1_000,
    });
    expect((await magnum.clusters.get(bayId)).health_status).toBe('HEALTHY');
  }, 500_000);

  test('does not go back', async () => {
    await expect(magnum.clusters.upgrade(bayId, { cluster_template: 'kubernetes' })).rejects.toThrow(/v1\.36\.3/);
  });
});
