import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { DEFAULT_VERSION } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/labels.js';
import { releaseOf } from '../../packages/core/src/coe/kubernetes/releases.js';
import { exampleBayFor } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { NODE_TERM_SECONDS } from '../../packages/core/src/domain/certificate.js';
import { inside, runChecks } from './docker.js';
import { clustersCanBeMade, etcdctlOn, KubeadmCluster } from './kubeadm-cluster.js';

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

const DAY_MS = 86_400_000;
/** The first certificates end so long after the cluster was begun: it is made within this time, on a busy machine as well. */
const FIRST_END_MS = 300_000;
const begun = Date.now();
const firstEnd = begun + FIRST_END_MS;

interface HeldCertificate {
  readonly profile: string;
  readonly end: number;
  readonly serial: string;
}

/** The certificates on a node, by their profiles. */
async function certificatesOn(name: string): Promise<readonly HeldCertificate[]> {
  const script = `. /opt/magnum/lib.sh; certificates | while read -r profile authority path; do
    echo "$profile|$(openssl x509 -in "$path.crt" -noout -enddate -serial | tr '\\n' '|')"; done`;
  return (await inside(instance, name, 'sh', '-c', script)).split('\n').map((line) => {
    const [profile = '', end = '', serial = ''] = line.split('|');
    return { profile, end: Date.parse(end.replace('notAfter=', '')), serial };
  });
}

/** Serial number of the certificate that a program on that node shows at a port of its own. */
function servedOn(name: string, port: number): Promise<string> {
  const client = '-cert /etc/kubernetes/pki/kubelet.crt -key /etc/kubernetes/pki/kubelet.key';
  const ask = `openssl s_client -connect 127.0.0.1:${port} ${client} </dev/null 2>/dev/null | openssl x509 -noout -serial`;
  return inside(instance, name, 'sh', '-c', ask);
}

const leaving = (name: string) => ({ name, role: 'worker' }) as const;
const kubectl = (...words: readonly string[]): Promise<string> => cluster.kubectlOn(MASTER, ...words);
const session = () => cluster.session(MASTER);

describe.skipIf(!isPossible)("a cluster of real nodes, made by the driver's own user data", () => {
  const servers = new Map<string, string>();

  beforeAll(async () => {
    // Its clock is back, so that what it signs ends soon.
    cloud.clockOffsetMs = FIRST_END_MS - NODE_TERM_SECONDS * 1_000;
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

  test('every certificate is renewed while the cluster runs, and what is served is the new one', async () => {
    for (const name of servers.keys())
      for (const { end } of await certificatesOn(name)) expect(Math.abs(end - firstEnd)).toBeLessThan(300_000);
    cloud.clockOffsetMs = 0;
    const began = Date.now();
    for (const name of servers.keys()) await runChecks(instance, name);
    for (const name of servers.keys())
      for (const { profile, end } of await certificatesOn(name))
        expect([profile, end > began + 89 * DAY_MS]).toEqual([profile, true]);
    const ports = [
      ['apiserver', MASTER, 6443],
      ['etcd-server', MASTER, 2379],
      ['kubelet-server', MASTER, 10250],
      ['kubelet-server', SECOND, 10250],
    ] as const;
    for (const [profile, name, port] of ports) {
      const serial = (await certificatesOn(name)).find((one) => one.profile === profile)?.serial;
      await until(`${name} serves its new ${profile}`, async () => (await servedOn(name, port)) === serial, {
        withinMs: 150_000,
        everyMs: 1_000,
      });
    }
    await until('the API is there again', () => kubectl('get', '--raw', '/readyz').then((text) => text === 'ok'), {
      withinMs: 60_000,
      everyMs: 500,
    });
  }, 400_000);

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

  describe("a user's request for a certificate", () => {
    const asked = async (name: string, subject: string, signer: string): Promise<void> => {
      const script = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /tmp/${name}.key -subj ${subject} -out /tmp/${name}.csr 2>/dev/null
        python3 -c 'import base64,json; print(json.dumps({"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "${name}"}, "spec": {"request": base64.b64encode(open("/tmp/${name}.csr","rb").read()).decode(), "signerName": "kubernetes.io/${signer}", "usages": ["client auth"]}}))' |
          kubectl --kubeconfig=/etc/kubernetes/admin.conf apply -f -`;
      await inside(instance, MASTER, 'sh', '-c', script);
    };
    const signed = (name: string): Promise<string> => kubectl('get', 'csr', name, '-o', 'jsonpath={.status.certificate}');

    test('is signed once it is approved, by an authority that is not the one of the bay, and admitted', async () => {
      await asked('alice', '/O=team/CN=alice', 'kube-apiserver-client');
      expect(await signed('alice')).toBe('');
      await kubectl('certificate', 'approve', 'alice');
      await until('the request is signed', async () => (await signed('alice')) !== '', { withinMs: 60_000, everyMs: 500 });
      await inside(instance, MASTER, 'sh', '-c', `echo ${await signed('alice')} | base64 -d >/tmp/alice.crt`);
      await inside(instance, MASTER, 'openssl', 'verify', '-CAfile', '/etc/kubernetes/pki/signer.crt', '/tmp/alice.crt');
      await expect(
        inside(instance, MASTER, 'openssl', 'verify', '-CAfile', '/etc/kubernetes/pki/ca.crt', '/tmp/alice.crt'),
      ).rejects.toThrow();
      const user = [
        '--client-certificate=/tmp/alice.crt',
        '--client-key=/tmp/alice.key',
        '--certificate-authority=/etc/kubernetes/pki/ca.crt',
      ];
      const whoami = [
        'kubectl',
        '--kubeconfig=/dev/null',
        '--server=https://127.0.0.1:6443',
        ...user,
        'auth',
        'whoami',
        '-o',
        'json',
      ];
      expect(JSON.parse(await inside(instance, MASTER, ...whoami))).toMatchObject({
        status: { userInfo: { username: 'alice', groups: ['team', 'system:authenticated'] } },
      });
      await kubectl('delete', 'csr', 'alice');
    }, 120_000);

    test('for the rights of an administrator is refused, and for those of a node is never signed', async () => {
      await expect(asked('root', '/O=system:masters/CN=root', 'kube-apiserver-client')).rejects.toThrow(/system:masters/);
      await asked('node', `/O=system:nodes/CN=system:node:${MASTER}`, 'kube-apiserver-client-kubelet');
      await kubectl('certificate', 'approve', 'node');
      await new Promise((done) => setTimeout(done, 5_000));
      expect(await signed('node')).toBe('');
      await kubectl('delete', 'csr', 'node');
    }, 60_000);
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
      // The scheduler may learn late that a node is cordoned.
      await until(
        'all pods stand there',
        async () => {
          await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
          const here = ['pods', '-l', 'app=web', '--field-selector', `spec.nodeName=${SECOND}`];
          const others = await kubectl('get', ...here, '-o', 'name');
          if (others !== '') await kubectl('delete', ...here);
          return others === '';
        },
        { withinMs: 120_000, everyMs: 1_000 },
      );
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
      // After a rollback it stays, and the next health check says so; one that an administrator has cordoned is left alone.
      await kubectl('cordon', SECOND);
      const staying = [WORKER, SECOND].map(
        (name) => ({ name, role: 'worker', group: 'workers', labels: {}, taints: [] }) as const,
      );
      await (await session()).labelNodes?.(staying, signal);
      const cordoned = ['-o', 'jsonpath={.items[?(@.spec.unschedulable==true)].metadata.name}'];
      expect(await kubectl('get', 'nodes', ...cordoned)).toBe(SECOND);
      await kubectl('uncordon', SECOND);
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

  test(
    'goes on when the first certificates have ended',
    async () => {
      await new Promise((done) => setTimeout(done, Math.max(0, firstEnd + 5_000 - Date.now())));
      const ended = Date.now();
      const renewedAt = async (namespace: string, lease: string): Promise<number> =>
        Date.parse(await kubectl('-n', namespace, 'get', 'lease', lease, '-o', 'jsonpath={.spec.renewTime}'));
      for (const [namespace, lease] of [
        ['kube-node-lease', MASTER],
        ['kube-node-lease', SECOND],
        ['kube-system', 'kube-controller-manager'],
        ['kube-system', 'kube-scheduler'],
      ] as const)
        await until(`${lease} has renewed its lease`, async () => (await renewedAt(namespace, lease)) > ended, {
          withinMs: 60_000,
          everyMs: 1_000,
        });
      const pods = await kubectl('-n', 'kube-system', 'get', 'pods', '-l', 'k8s-app=kube-proxy', '-o', 'name');
      for (const pod of pods.split('\n')) await kubectl('-n', 'kube-system', 'logs', pod, '--tail=1');
      expect(await etcdctlOn(instance, MASTER, 'endpoint', 'health')).toContain('is healthy');
    },
    FIRST_END_MS + 120_000,
  );
});
