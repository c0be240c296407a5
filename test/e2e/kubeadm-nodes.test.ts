import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '@magnum-ts/core';
import { until } from '@magnum-ts/core/testing';
import { DEFAULT_VERSION } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/labels.js';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { exampleBayFor } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { resolveUserData } from '../../packages/core/src/coe/shared/testing/user-data.test-support.js';
import { resourceNameOf } from '../../packages/core/src/domain/names.js';
import { DockerBackend } from '../../packages/core/src/embedded-cloud/docker-backend.js';
import { kubernetesNodeImage } from '../../packages/core/src/embedded-cloud/kubernetes-image.js';
import { docker, dockerForTests, inside } from './docker.js';
import { NodeCloud, type Signal } from './node-cloud.js';

const FILE = 'test/e2e/kubeadm-nodes.test.ts';
const image = kubernetesNodeImage(DEFAULT_VERSION);
const available =
  (await dockerForTests(FILE)) &&
  (await docker.inspectImage(image).then(
    () => true,
    () => false,
  ));
if (!available) console.warn(`${FILE} is left out: there is no image ${image} ("npm run kubernetes-image" makes it)`);

const instance = randomUUID();
const third = Number.parseInt(createHash('sha256').update(instance).digest('hex').slice(0, 2), 16);
const range = `10.241.${third}`;
const owner = { stackId: 's', stackName: 'bay', resource: 'node', projectId: 'demo' };
const signal = new AbortController().signal;
const [MASTER, WORKER] = ['master-0064', 'worker-00c8'];
const ADDRESSES: Readonly<Record<string, string>> = { [MASTER]: `${range}.10`, [WORKER]: `${range}.11` };
const input = exampleBayFor(kubeadm, {
  workers: 1,
  desired: { floatingIpEnabled: false, labels: { kubeapi_options: '--v=2', api_server_cert_sans: 'api.example.org' } },
});

const backend = new DockerBackend({
  docker,
  instance,
  image: () => Promise.resolve(image),
  externalNetwork: { id: randomUUID(), name: 'public', cidr: `172.27.${third}.0/24`, gateway: `172.27.${third}.1` },
  logger: silentLogger,
});
const cloud = new NodeCloud({
  driver: kubeadm,
  nodes: Object.fromEntries(
    input.nodes.map((node) => [node.name, { bay: input.bay, node, own: [ADDRESSES[resourceNameOf(node)] ?? ''], balancers: [] }]),
  ),
});
let base = '';

/** Starts a server with the user data of that node, as the stack would. */
async function boot(name: string, invitation = ''): Promise<string> {
  const stack = kubeadm.render({
    ...input,
    facts: { ...input.facts, authUrl: `${base}/v3`, magnumUrl: `${base}/v1`, fixedSubnetCidr: `${range}.0/24` },
  });
  const handle = (which: string): Record<string, string> => ({
    [`${which}_handle.endpoint`]: `${base}/signal/${name}.${which}`,
    [`${which}_handle.token`]: 'signal-token',
  });
  const attributes = { 'port.fixed_ips.0.ip_address': ADDRESSES[name] ?? '', ...handle('wait'), ...handle('manager_wait') };
  const id = randomUUID();
  await backend.ensureServer(
    {
      key: `s/${name}`,
      name,
      id,
      image,
      flavor: { vcpus: 2, ramMb: 2048, diskGb: 20 },
      userData: resolveUserData(stack, name, attributes, { invitation }),
      metadata: {},
      volumes: [],
      owner,
      nics: [{ networkKey: 's/net', address: ADDRESSES[name] ?? '', securityGroups: [] }],
    },
    signal,
  );
  return id;
}

async function signalled(name: string): Promise<Signal> {
  const key = `${name}.wait`;
  await until(`${name} has signalled`, () => cloud.signals.has(key), { withinMs: 900_000, everyMs: 1_000 });
  const found = cloud.signals.get(key);
  if (found?.status === 'SUCCESS') return found;
  const log = await inside(instance, name, 'tail', '-n', '60', '/var/log/cloud-init-output.log');
  throw new Error(`${name}: ${found?.reason ?? ''}\n${log}`);
}

const kubectl = (...words: readonly string[]): Promise<string> =>
  inside(instance, MASTER, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);

describe.skipIf(!available)("a cluster of real nodes, made by the driver's own user data", () => {
  const servers = new Map<string, string>();

  beforeAll(async () => {
    await backend.ensureNetwork({ key: 's/net', name: 'net', cidr: `${range}.0/24`, gateway: `${range}.1`, owner }, signal);
    base = await cloud.listen(`${range}.1`);
    servers.set(MASTER, await boot(MASTER));
    const { id, data } = await signalled(MASTER);
    servers.set(WORKER, await boot(WORKER, JSON.stringify({ [id]: data })));
    await signalled(WORKER);
  }, 1_900_000);
  afterAll(async () => {
    await backend.destroyAll(signal);
    cloud.close();
  }, 120_000);

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
});
