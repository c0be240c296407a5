import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiPoller } from './api-client.js';
import { DevProcess } from './dev-process.js';
import { inside, ownedBy, removeOwned } from './docker.js';
import { clustersCanBeMade, etcdctlOn } from './kubeadm-cluster.js';
import { administratorOf, aKubernetesBay, aKubernetesModel, namesOf } from './kubernetes-bays.js';

const FILE = 'test/e2e/kubernetes-masters.test.ts';

/** A bay of one control plane gets two more, and gives them back; the tests run in this order. */
describe.skipIf(!(await clustersCanBeMade(FILE)))('control planes of a running bay', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '3000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await aKubernetesModel(magnum);
    bayId = (await aKubernetesBay(magnum, { name: 'grown', master_lb_enabled: true })).uuid;
  }, 900_000);
  afterAll(() => server.destroy(removeOwned), 120_000);

  async function resize(count: number): Promise<void> {
    const change = magnum.clusters.resize(bayId, { node_count: count, nodegroup: 'default-master' });
    const cluster = await change.wait({ intervalMs: 1_000, timeoutMs: 900_000 });
    expect(cluster.status, cluster.status_reason ?? '').toBe('UPDATE_COMPLETE');
  }

  /** Names of the members that etcd counts, as a control plane that stays sees them. */
  async function members(): Promise<readonly string[]> {
    const [master = ''] = await namesOf(magnum, bayId, 'master');
    const found = JSON.parse(await etcdctlOn(instance, master, 'member', 'list', '--write-out=json')) as {
      readonly members: readonly { readonly name: string; readonly isLearner?: boolean }[]; // etcdctl's answer
    };
    return found.members.filter(({ isLearner }) => isLearner !== true).map(({ name }) => name);
  }

  test('become three, each a member of etcd that votes', async () => {
    await resize(3);
    const masters = await namesOf(magnum, bayId, 'master');
    expect(masters).toHaveLength(3);
    expect((await members()).toSorted()).toEqual(masters.toSorted());
    expect((await magnum.clusters.get(bayId)).master_count).toBe(3);
  }, 900_000);

  test('become one again, which goes on alone, and refuse no client meanwhile', async () => {
    const { api_address: address = '' } = await magnum.bays.get(bayId);
    const { pem: ca } = await magnum.certificates.get(bayId);
    const poller = new ApiPoller(address ?? '', ca, await administratorOf(magnum, bayId));
    await resize(1);
    await poller.stop();
    expect(poller.refusals()).toEqual([]);
    expect(poller.answers).toBeGreaterThan(50);
    const masters = await namesOf(magnum, bayId, 'master');
    expect(masters).toHaveLength(1);
    expect(await members()).toEqual(masters);
    const kubectl = ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf'];
    expect(await inside(instance, masters[0] ?? '', ...kubectl, 'create', 'configmap', 'written-by-one')).toContain('created');
    const nodes = await inside(instance, masters[0] ?? '', ...kubectl, 'get', 'nodes', '-o', 'name');
    expect(nodes.trim().split('\n')).toHaveLength(2);
  }, 900_000);

  test('and deleting leaves nothing', async () => {
    await magnum.bays.delete(bayId).wait({ intervalMs: 500, timeoutMs: 300_000 });
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 400_000);
});
