import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { freePort } from '../../scripts/host/free-port.mjs';
import { buildCloudProvider } from '../../scripts/host/kubernetes-build.mjs';
import { KubernetesApi } from '../support/kubernetes-api.js';
import { BayFleet } from './bay-fleet.js';
import { ADMIN, DEMO, withOpenstack } from './cloud.js';
import { NodeAccounts, type Member } from './node-accounts.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 900_000 });

const UNINITIALIZED = 'node.cloudprovider.kubernetes.io/uninitialized';
const LABELS = {
  keystone_auth_enabled: 'true',
  auto_scaling_enabled: 'true',
  max_node_count: '4',
  auto_healing_enabled: 'true',
  auto_healing_controller: 'magnum-auto-healer',
  auto_healing_timeout: '60',
  drain_timeout: '0',
} as const;

/**
 * The programs that add-ons run, with the settings that a control plane writes for them, between a real API server of Kubernetes and a real
 * OpenStack. Servers of this cloud boot nothing, so the nodes of the cluster are objects, named as the bay's servers are.
 */
await withOpenstack('add-ons of Kubernetes that work in the cloud', (cloud) => {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-cloud-addons-'));
  const children: ChildProcess[] = [];
  let bays: BayFleet;
  let api: KubernetesApi;
  let programs: Awaited<ReturnType<typeof buildCloudProvider>>;
  let accounts: NodeAccounts;
  let bay = '';
  let [master, worker]: Member[] = [];
  let webhookPort = 0;

  beforeAll(async () => {
    programs = await buildCloudProvider((line) => console.info(line));
    bays = await BayFleet.start(cloud, ['cluster_user_trust = true']);
    webhookPort = await freePort();
    // What configure-keystone-auth.sh makes on a control plane, but for the port.
    const webhook = writeWebhook(folder, webhookPort);
    api = await KubernetesApi.start([
      `--authentication-token-webhook-config-file=${webhook}`,
      `--authorization-webhook-config-file=${webhook}`,
      // Added to RBAC.
      '--authorization-mode=Webhook',
    ]);
    const model = await bays.model({ name: 'kubernetes', coe: 'kubernetes', labels: LABELS });
    bay = await bays.create('sea', model);
    const { body } = await bays.settled(bay);
    expect(body, JSON.stringify(body)).toMatchObject({ status: 'CREATE_COMPLETE' });
    accounts = new NodeAccounts(cloud, bays);
    const members = await accounts.membersOf(bay);
    master = members.find(({ name }) => name.includes('master'));
    worker = members.find(({ name }) => !name.includes('master'));
    await holdAccountOf(master);
    await api.apply(...members.map(nodeObject));
  });
  afterAll(async () => {
    for (const child of children) await end(child);
    await api?.stop();
    await bays?.stop();
    rmSync(folder, { recursive: true });
  });

  /** Puts what a control plane has after its enrolment into the folders of the node. */
  async function holdAccountOf(member: Member | undefined): Promise<void> {
    if (!member) throw new Error('the bay has no master');
    const { magnum } = cloud.openstack.ports;
    const token = (await accounts.logIn(member.madeWith)) ?? '';
    const { body } = await bays.fleet.ask('GET', `/v1/credentials/${bay}`, { token, headers: member.proof });
    expect(body).toMatchObject({ trust_id: expect.any(String) });
    const values = {
      ...{ node_name: member.name, role: 'manager', bay_id: bay, verify_cloud_ca: true, cloud_ca: '', subnet_id: 'subnet' },
      ...{ magnum_url: `http://127.0.0.1:${magnum}/v1`, auth_url: `${cloud.openstack.keystone}/v3` },
    };
    api.settle(values, {
      generation: 0,
      user_id: member.madeWith.id,
      password: member.madeWith.password,
      trust_id: body['trust_id'],
    });
    writeFileSync(join(api.node.etc, 'secret'), member.proof['X-Magnum-Node-Secret'] ?? '');
  }

  /** Starts one of the programs; its output is a file. */
  function start(name: keyof typeof programs, ...args: readonly string[]): ChildProcess {
    const out = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(programs[name], args, { stdio: ['ignore', out, out], env: { PATH: process.env['PATH'] } });
    children.push(child);
    return child;
  }
  const logOf = (name: keyof typeof programs): string => readFileSync(join(folder, `${name}.log`), 'utf8').slice(-6_000);

  const field = (kind: string, name: string, path: string): Promise<string> =>
    api.kubectl('get', kind, name, '-o', `jsonpath={${path}}`);

  test('a control plane applies what the service says, with its account and the trust of the owner', async () => {
    const { code, output } = await api.runScript('apply-addons.sh');
    expect(code, output).toBe(0);
    const text = await api.kubectl('get', 'secret', 'magnum-cloud', '-n', 'kube-system', '-o', 'json');
    const { data } = JSON.parse(text) as { readonly data: Readonly<Record<string, string>> }; // a Secret
    for (const [name, content] of Object.entries(data))
      writeFileSync(join(folder, name), Buffer.from(content, 'base64'), { mode: 0o600 });
    expect(readFileSync(join(folder, 'cloud.conf'), 'utf8')).toContain(`user-id="${master?.madeWith.id}"`);
  });

  test('the cloud controller manager says of each node where it is', async () => {
    start(
      'openstack-cloud-controller-manager',
      ...[
        '--v=1',
        `--kubeconfig=${api.kubeconfig}`,
        '--cloud-provider=openstack',
        `--cloud-config=${join(folder, 'cloud.conf')}`,
      ],
      ...[`--cluster-name=${bay}`, '--use-service-account-credentials=false', '--bind-address=127.0.0.1'],
      ...[`--secure-port=${await freePort()}`, '--leader-elect=false'],
    );
    for (const member of [master, worker]) {
      const name = member?.name ?? '';
      const isKnown = async (): Promise<boolean> => !(await field('node', name, '.spec.taints[*].key')).includes(UNINITIALIZED);
      await until(`${name} is initialised`, isKnown, { withinMs: 90_000, everyMs: 500 }).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${logOf('openstack-cloud-controller-manager')}`);
      });
      expect(await field('node', name, '.spec.providerID')).toContain(member?.serverId);
      expect(await field('node', name, '.metadata.labels')).toContain('"topology.kubernetes.io/zone":"nova"');
      expect(await field('node', name, '.status.addresses[*].type')).toContain('InternalIP');
    }
  });

  test('a service of the type LoadBalancer gets one of Octavia, in the name of the bay, and its address', async () => {
    const ports = [{ port: 80, targetPort: 8080, nodePort: 30_080 }];
    await api.apply({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports },
    });
    const address = (): Promise<string> => field('service', 'web', '.status.loadBalancer.ingress[0].ip');
    await until('the service has an address', async () => (await address()) !== '', { withinMs: 120_000, everyMs: 1_000 }).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}: ${logOf('openstack-cloud-controller-manager')}`);
      },
    );
    expect(await address()).toMatch(/^172\.24\./);
    expect(await balancersOfBay()).toEqual([expect.stringContaining(`from cluster ${bay}`)]);
  });

  async function balancersOfBay(): Promise<readonly string[]> {
    const found = await cloud.call(DEMO, 'load-balancer', { method: 'GET', path: '/v2/lbaas/loadbalancers' });
    const { loadbalancers } = found as { readonly loadbalancers: readonly { readonly description: string }[] }; // Octavia's list
    return loadbalancers.map(({ description }) => description).filter((text) => text.includes(bay));
  }

  test("Keystone's tokens are admitted as the roles in the bay's project say: a member acts, a reader reads, others do nothing", async () => {
    const policy = join(folder, 'policy.json');
    const policies = ['-n', 'kube-system', '-o', 'jsonpath={.data.policies}'];
    writeFileSync(policy, await api.kubectl('get', 'configmap', 'k8s-auth-policy', ...policies));
    start(
      'k8s-keystone-auth',
      ...[`--listen=127.0.0.1:${webhookPort}`, `--tls-cert-file=${join(folder, 'tls.crt')}`],
      ...[`--tls-private-key-file=${join(folder, 'tls.key')}`, `--keystone-policy-file=${policy}`],
      ...[`--keystone-url=${cloud.openstack.keystone}/v3`, `--kubeconfig=${api.kubeconfig}`],
    );
    const as = async (user: string, project: string, ...words: readonly string[]): Promise<string> => {
      const { secret } = await cloud.tokenOf(user, project);
      const anonymous = [
        '--kubeconfig=/dev/null',
        `--server=${api.url}`,
        '--insecure-skip-tls-verify',
        `--token=${secret.reveal()}`,
      ];
      return api.kubectl(...anonymous, ...words);
    };
    await until('the webhook answers', async () => (await as('demo', 'demo', 'auth', 'whoami')).includes('demo'), {
      withinMs: 60_000,
      everyMs: 1_000,
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${logOf('k8s-keystone-auth')}`);
    });
    expect(await as('demo', 'demo', 'create', 'configmap', 'made-by-a-member', '-n', 'default')).toContain('created');
    expect(await as('reader', 'demo', 'get', 'configmaps', '-n', 'default')).toContain('made-by-a-member');
    for (const words of [
      ['create', 'configmap', 'made-by-a-reader', '-n', 'default'],
      ['get', 'secrets', '-n', 'kube-system'],
    ])
      await expect(as('reader', 'demo', ...words), words.join(' ')).rejects.toThrow(/forbidden/i);
    await expect(as('other', 'other', 'get', 'configmaps', '-n', 'default')).rejects.toThrow(/forbidden/i);
    await expect(as('demo', 'demo', 'get', 'pods', '--token=of-nobody')).rejects.toThrow(/logged in|Unauthorized/i);
  });

  test('magnum-auto-healer reports the health of the bay, and has a worker replaced that is not ready', async () => {
    const settings: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'healer.yaml'), 'utf8'));
    const config = join(folder, 'healer-here.yaml');
    // Its waits are shorter here, and it is outside of the cluster.
    const shorter = {
      ...{ 'check-delay-after-add': '0s', 'rebuild-delay-after-reboot': '5s', 'monitor-interval': '3s', 'leader-elect': false },
      kubernetes: { kubeconfig: api.kubeconfig },
      healthcheck: {
        worker: [{ type: 'NodeCondition', params: { 'unhealthy-duration': '1s', types: ['Ready'], 'ok-values': ['True'] } }],
      },
    };
    writeFileSync(config, JSON.stringify({ ...settings, ...shorter }));
    await setReady(master, 'True');
    await setReady(worker, 'False');
    start('magnum-auto-healer', `--config=${config}`, '--v=4');
    const failed = (error: unknown): never => {
      throw new Error(`${String(error)}: ${logOf('magnum-auto-healer')}`);
    };
    const health = async (): Promise<unknown> => (await bays.fleet.ask('GET', `/v1/clusters/${bay}`)).body['health_status'];
    await until('the bay is reported as unhealthy', async () => (await health()) === 'UNHEALTHY', { withinMs: 60_000 }).catch(
      failed,
    );
    const isReplaced = async (): Promise<boolean> => {
      const { body } = await bays.fleet.ask('GET', `/v1/nodes/detail?bay_ident=${bay}`);
      const nodes = body['nodes'] as readonly { readonly server_id: string | null }[]; // the contract's list
      return nodes.length === 2 && !nodes.some((node) => node.server_id === worker?.serverId);
    };
    await until('the worker is replaced', isReplaced, { withinMs: 240_000, everyMs: 1_000 }).catch(failed);
    expect((await bays.settled(bay)).body).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 1 });
  });

  /** As a kubelet would say it: the healer finds the server by the machine's id. */
  async function setReady(member: Member | undefined, status: 'True' | 'False'): Promise<void> {
    const { name = '', serverId = '' } = member ?? {};
    const now = new Date().toISOString();
    const condition = {
      type: 'Ready',
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: now,
      reason: 'Test',
      message: 'by the test',
    };
    const machine = { machineID: serverId.replaceAll('-', ''), systemUUID: serverId, bootID: serverId, kernelVersion: '6.1' };
    const rest = {
      osImage: 'Debian',
      containerRuntimeVersion: 'containerd://1.6',
      kubeletVersion: 'v1.36.3',
      kubeProxyVersion: '',
    };
    const nodeInfo = { ...machine, ...rest, operatingSystem: 'linux', architecture: 'amd64' };
    const patch = JSON.stringify({ status: { conditions: [condition], nodeInfo } });
    await api.kubectl('patch', 'node', name, '--subresource=status', '--type=merge', `--patch=${patch}`);
  }

  test('the deletion of the bay takes the load balancer and its address with it', async () => {
    for (const child of children.splice(0)) await end(child);
    await bays.remove(bay);
    expect(await balancersOfBay()).toEqual([]);
    const found = await cloud.call(ADMIN, 'network', { method: 'GET', path: '/v2.0/floatingips' });
    const { floatingips } = found as { readonly floatingips: readonly { readonly description: string }[] }; // Neutron's list
    expect(floatingips.filter(({ description }) => description.includes(bay))).toEqual([]);
  });

  function nodeObject({ name, serverId }: Member): object {
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: { providerID: `openstack:///${serverId}`, taints: [{ key: UNINITIALIZED, value: 'true', effect: 'NoSchedule' }] },
    };
  }
});

/** Key, certificate and configuration of the webhook, as configure-keystone-auth.sh makes them on a control plane but for the port. Returns the path of the last. */
function writeWebhook(folder: string, port: number): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tls.key'];
  const names = ['-subj', '/CN=k8s-keystone-auth', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', ...names, '-out', 'tls.crt'], { cwd: folder, stdio: 'pipe' });
  const cluster = { server: `https://127.0.0.1:${port}/webhook`, 'certificate-authority': join(folder, 'tls.crt') };
  const path = join(folder, 'webhook.json');
  const document = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'webhook', users: [{ name: 'webhook' }] },
    clusters: [{ name: 'webhook', cluster }],
    contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'webhook' } }],
  };
  writeFileSync(path, JSON.stringify(document));
  return path;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}
