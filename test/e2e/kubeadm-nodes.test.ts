import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { DEFAULT_VERSION } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/labels.js';
import { releaseOf } from '../../packages/core/src/coe/kubernetes/releases.js';
import { exampleBayFor } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { inside } from './docker.js';
import { clustersCanBeMade, KubeadmCluster } from './kubeadm-cluster.js';

const isPossible = await clustersCanBeMade('test/e2e/kubeadm-nodes.test.ts');
const signal = new AbortController().signal;
const [MASTER, WORKER, SECOND] = ['master-0064', 'worker-00c8', 'worker-00c9'];
const cluster = new KubeadmCluster(
  exampleBayFor(kubeadm, {
    workers: 2,
    desired: { floatingIpEnabled: false, labels: { kubeapi_options: '--v=2', api_server_cert_sans: 'api.example.org' } },
  }),
);
const { cloud, instance } = cluster;

const leaving = (name: string) => ({ name, role: 'worker' }) as const;
const kubectl = (...words: readonly string[]): Promise<string> => cluster.kubectlOn(MASTER, ...words);
const session = () => cluster.session(MASTER);

describe.skipIf(!isPossible)("a cluster of real nodes, made by the driver's own user data", () => {
  const servers = new Map<string, string>();

  beforeAll(async () => {
    await cluster.start();
    servers.set(MASTER, await cluster.boot(MASTER));
    const { id, data } = await cluster.signalled(MASTER);
    const invitation = JSON.stringify({ [id]: data });
    for (const worker of [WORKER, SECOND]) servers.set(worker, await cluster.boot(worker, { invitation }));
    await Promise.all([cluster.signalled(WORKER), cluster.signalled(SECOND)]);
  }, 1_900_000);
  afterAll(() => cluster.destroy(), 120_000);

  test('all nodes are Ready, and named by the servers that they are', async () => {
    for (const [name, id] of servers) {
      const seen = await kubectl(
        'get',
        'node',
        name,
        '-o',
        'jsonpath={.spec.providerID} {.status.conditions[?(@.type=="Ready")].status}',
      );
      expect(seen).toBe(`openstack:///${id} True`);
    }
  });

  test('pods of both nodes reach the API by its service', async () => {
    await kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=180s');
    await kubectl('-n', 'kube-flannel', 'rollout', 'status', 'daemonset/flannel', '--timeout=120s');
    expect(await kubectl('get', 'pods', '-A', '--field-selector', 'status.phase!=Running', '-o', 'name')).toBe('');
  }, 320_000);

  test('no token and no request for a certificate was needed, and no key of an authority is on a node', async () => {
    expect(await kubectl('get', 'csr', '-o', 'name')).toMatch(/^(No resources found)?$/);
    expect(await kubectl('-n', 'kube-system', 'get', 'secrets', '-o', 'name')).not.toContain('bootstrap-token');
    for (const name of servers.keys())
      expect(await inside(instance, name, 'find', '/etc/kubernetes', '-name', '*ca.key')).toBe('');
    expect(await inside(instance, MASTER, 'find', '/etc/kubernetes', '-name', 'super-admin*')).toBe('');
    expect(await inside(instance, WORKER, 'sh', '-c', 'ls -1 /etc/kubernetes/pki')).toBe(
      ['ca.crt', 'etcd', 'kubelet-server.crt', 'kubelet-server.key', 'kubelet.crt', 'kubelet.key'].join('\n'),
    );
  });

  test('a worker asks for its own certificates alone', () => {
    expect(cloud.asked.filter((what) => what.startsWith('POST /v1/certificates')).slice(-2)).toEqual([
      'POST /v1/certificates kubelet',
      'POST /v1/certificates kubelet-server',
    ]);
  });

  test('logs of pods come through the kubelet, whose certificate the API checks', async () => {
    const pods = await kubectl('-n', 'kube-system', 'get', 'pods', '-l', 'k8s-app=kube-proxy', '-o', 'name');
    for (const pod of pods.split('\n')) await kubectl('-n', 'kube-system', 'logs', pod, '--tail=1');
  });

  test('the session reports nodes and versions as Kubernetes has them', async () => {
    const engine = await session();
    expect(await engine.versions?.(signal)).toEqual({
      coe: DEFAULT_VERSION,
      containerRuntime: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    const found = ((await engine.nodes?.(signal)) ?? []).toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const common = { state: 'ready', availability: 'schedulable', engineVersion: DEFAULT_VERSION };
    expect(found).toEqual([
      { name: MASTER, role: 'master', address: cluster.addressOf(MASTER), ...common },
      { name: WORKER, role: 'worker', address: cluster.addressOf(WORKER), ...common },
      { name: SECOND, role: 'worker', address: cluster.addressOf(SECOND), ...common },
    ]);
  });

  test("labels and taints of a node's group come and go, and those of others stay", async () => {
    const engine = await session();
    const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;
    const described = { name: SECOND, role: 'worker', group: 'gpu', labels: { zone: 'a' }, taints: [taint] } as const;
    await kubectl('label', 'node', SECOND, 'team=x');
    await engine.labelNodes?.([described], signal);
    const shown = (): Promise<string> =>
      kubectl(
        'get',
        'node',
        SECOND,
        '-o',
        'jsonpath=zone={.metadata.labels.zone} team={.metadata.labels.team} taints={.spec.taints[*].key}',
      );
    expect(await shown()).toBe('zone=a team=x taints=gpu');
    await engine.labelNodes?.([{ ...described, labels: {}, taints: [] }], signal);
    expect(await shown()).toBe('zone= team=x taints=');
  });

  describe('a node that leaves', () => {
    const REPLICAS = 4;
    const budget = (least: number): Promise<string> =>
      kubectl('create', 'poddisruptionbudget', 'web', '--selector=app=web', `--min-available=${least}`);
    const available = async (): Promise<number> =>
      Number(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}'));

    beforeAll(async () => {
      // All pods stand on the node that is to leave.
      await kubectl('cordon', SECOND);
      const image = `registry.k8s.io/pause:${releaseOf(DEFAULT_VERSION)?.pause}`;
      await kubectl('create', 'deployment', 'web', `--image=${image}`, `--replicas=${REPLICAS}`);
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
      await kubectl('uncordon', SECOND);
    }, 180_000);

    test('keeps the pods that no disruption budget lets go, and says which budget it is', async () => {
      await budget(REPLICAS);
      await until(
        'Kubernetes knows the budget',
        async () => (await kubectl('get', 'pdb', 'web', '-o', 'jsonpath={.status.currentHealthy}')) === String(REPLICAS),
      );
      const [undrained] = (await (await session()).drainNodes?.([leaving(WORKER)], signal)) ?? [];
      expect(undrained).toMatchObject({
        node: WORKER,
        why: expect.stringContaining(`${REPLICAS} pods wait for the disruption budget default/web`),
      });
      expect(await kubectl('get', 'node', WORKER, '-o', 'jsonpath={.spec.unschedulable}')).toBe('true');
      expect(await available()).toBe(REPLICAS);
      await kubectl('create', 'poddisruptionbudget', 'twice', '--selector=app=web', '--min-available=1');
      const [twice] = (await (await session()).drainNodes?.([leaving(WORKER)], signal)) ?? [];
      expect(twice?.why).toContain(`${REPLICAS} pods wait for one of its disruption budgets in default to be deleted`);
      await kubectl('delete', 'pdb', 'web', 'twice');
    }, 60_000);

    test('is not drained while a volume is attached', async () => {
      const spec = { attacher: 'example.org', nodeName: SECOND, source: { persistentVolumeName: 'data' } };
      const attachment = { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: 'data' }, spec };
      const command = `echo '${JSON.stringify(attachment)}' | kubectl --kubeconfig=/etc/kubernetes/admin.conf apply -f -`;
      await inside(instance, MASTER, 'sh', '-c', command);
      const [undrained] = (await (await session()).drainNodes?.([leaving(SECOND)], signal)) ?? [];
      expect(undrained?.why).toContain('1 volume is attached');
      await kubectl('delete', 'volumeattachment', 'data');
      await kubectl('uncordon', SECOND);
    }, 60_000);

    test('is drained round by round without a moment below the budget, and removed from the list of nodes', async () => {
      await budget(REPLICAS - 1);
      const engine = await session();
      const reasons = new Set<string>();
      let least = REPLICAS;
      await until(
        'the node is drained',
        async () => {
          const undrained = (await engine.drainNodes?.([leaving(WORKER)], signal)) ?? [];
          for (const { why } of undrained) reasons.add(why);
          least = Math.min(least, await available());
          return undrained.length === 0;
        },
        { withinMs: 240_000, everyMs: 250 },
      );
      expect(least).toBeGreaterThanOrEqual(REPLICAS - 1);
      expect([...reasons].join()).toContain('for the disruption budget default/web');
      const left = await kubectl('get', 'pods', '-A', '--field-selector', `spec.nodeName=${WORKER}`, '-o', 'name');
      expect(left.split('\n').filter((pod) => !/flannel|kube-proxy/.test(pod))).toEqual([]);
      await engine.releaseNodes?.([WORKER], signal);
      await engine.releaseNodes?.([WORKER], signal);
      expect(await kubectl('get', 'nodes', '-o', 'name')).not.toContain(WORKER);
      expect(await engine.drainNodes?.([leaving(WORKER)], signal)).toEqual([]);
    }, 300_000);
  });
});
