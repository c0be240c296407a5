import { createHash, randomUUID } from 'node:crypto';
import { silentLogger } from '@magnum-ts/core';
import { ANY_ADDRESS, until } from '@magnum-ts/core/testing';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { DEFAULT_VERSION } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/labels.js';
import { connectKubernetes } from '../../packages/core/src/coe/kubernetes/session/session.js';
import { resolveUserData } from '../../packages/core/src/coe/shared/testing/user-data.test-support.js';
import { resourceNameOf } from '../../packages/core/src/domain/names.js';
import { DockerBackend } from '../../packages/core/src/embedded-cloud/docker-backend.js';
import { kubernetesNodeImage } from '../../packages/core/src/embedded-cloud/kubernetes-image.js';
import type { CoeSession, RenderInput } from '../../packages/core/src/ports/bay-driver.js';
import { docker, dockerForTests, inside } from './docker.js';
import { NodeCloud, type Signal } from './node-cloud.js';

const IMAGE = kubernetesNodeImage(DEFAULT_VERSION);
const OWNER = { stackId: 's', stackName: 'bay', resource: 'node', projectId: 'demo' };

/** Whether a cluster can be made here. The reason is printed where not; in CI it is an error. */
export async function clustersCanBeMade(file: string): Promise<boolean> {
  if (!(await dockerForTests(file))) return false;
  const isThere = await docker.inspectImage(IMAGE).then(
    () => true,
    () => false,
  );
  const missing = `there is no image ${IMAGE} ("npm run kubernetes-image" makes it)`;
  if (!isThere && process.env['CI'] === 'true') throw new Error(`${file} needs it: ${missing}`);
  if (!isThere) console.warn(`${file} is left out: ${missing}`);
  return isThere;
}

/** Runs etcdctl on a control plane, with the certificates that lie there. */
export function etcdctlOn(instance: string, node: string, ...words: readonly string[]): Promise<string> {
  const pki = '/etc/kubernetes/pki/etcd';
  const files = [`--cacert=${pki}/ca.crt`, `--cert=${pki}/server.crt`, `--key=${pki}/server.key`];
  return inside(instance, node, 'etcdctl', '--endpoints=https://127.0.0.1:2379', ...files, ...words);
}

/**
 * A cluster of real nodes, booted with the driver's own user data. The stack is rendered, and its servers are started by hand: no conductor
 * and no orchestrator take part.
 */
export class KubeadmCluster {
  readonly instance = randomUUID();
  readonly cloud: NodeCloud;
  /** Of nodes by their names. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly #input: RenderInput;
  readonly #range: string;
  readonly #backend: DockerBackend;
  readonly #signal = new AbortController().signal;
  #base = '';

  /** Addresses are given to the nodes of the input in their order, from 10 on. */
  constructor(input: RenderInput) {
    const third = Number.parseInt(createHash('sha256').update(this.instance).digest('hex').slice(0, 2), 16);
    this.#input = input;
    this.#range = `10.241.${third}`;
    this.addresses = new Map(input.nodes.map((node, index) => [resourceNameOf(node), `${this.#range}.${10 + index}`]));
    this.#backend = new DockerBackend({
      docker,
      instance: this.instance,
      image: () => Promise.resolve(IMAGE),
      externalNetwork: { id: randomUUID(), name: 'public', cidr: `172.27.${third}.0/24`, gateway: `172.27.${third}.1` },
      logger: silentLogger,
    });
    const own = (node: RenderInput['nodes'][number]): readonly string[] => [this.addressOf(resourceNameOf(node))];
    this.cloud = new NodeCloud({
      driver: kubeadm,
      nodes: Object.fromEntries(input.nodes.map((node) => [node.name, { bay: input.bay, node, own: own(node), balancers: [] }])),
    });
  }

  addressOf(node: string): string {
    return this.addresses.get(node) ?? '';
  }

  async start(): Promise<void> {
    const network = { key: 's/net', name: 'net', cidr: `${this.#range}.0/24`, gateway: `${this.#range}.1`, owner: OWNER };
    await this.#backend.ensureNetwork(network, this.#signal);
    this.#base = await this.cloud.listen(`${this.#range}.1`);
  }

  async destroy(): Promise<void> {
    await this.#backend.destroyAll(this.#signal);
    this.cloud.close();
  }

  /** Starts a server with the user data of that node, as the stack would. Nodes of `absent` are not part of the stack. Returns the server's id. */
  async boot(name: string, { invitation = '', absent = [] as readonly string[] } = {}): Promise<string> {
    const { facts, nodes } = this.#input;
    const stack = kubeadm.render({
      ...this.#input,
      nodes: nodes.map((node) => (absent.includes(resourceNameOf(node)) ? { ...node, desired: 'absent' } : node)),
      facts: { ...facts, authUrl: `${this.#base}/v3`, magnumUrl: `${this.#base}/v1`, fixedSubnetCidr: `${this.#range}.0/24` },
    });
    const handle = (which: string): Record<string, string> => ({
      [`${which}_handle.endpoint`]: `${this.#base}/signal/${name}.${which}`,
      [`${which}_handle.token`]: 'signal-token',
    });
    const attributes = { 'port.fixed_ips.0.ip_address': this.addressOf(name), ...handle('wait'), ...handle('manager_wait') };
    const id = randomUUID();
    await this.#backend.ensureServer(
      {
        key: `s/${name}`,
        name,
        id,
        image: IMAGE,
        flavor: { vcpus: 2, ramMb: 2048, diskGb: 20 },
        userData: resolveUserData(stack, name, attributes, { invitation }),
        metadata: {},
        volumes: [],
        owner: OWNER,
        nics: [{ networkKey: 's/net', address: this.addressOf(name), securityGroups: [] }],
      },
      this.#signal,
    );
    return id;
  }

  deleteServer(name: string): Promise<void> {
    return this.#backend.deleteServer(`s/${name}`, this.#signal);
  }

  /** Resolves when the node has signalled that it is ready; rejects with the end of its log where it has failed. */
  async signalled(name: string): Promise<Signal> {
    const key = `${name}.wait`;
    await until(`${name} has signalled`, () => this.cloud.signals.has(key), { withinMs: 900_000, everyMs: 1_000 });
    const found = this.cloud.signals.get(key);
    if (found?.status === 'SUCCESS') return found;
    const log = await inside(this.instance, name, 'tail', '-n', '60', '/var/log/cloud-init-output.log');
    throw new Error(`${name}: ${found?.reason ?? ''}\n${log}`);
  }

  /** Runs kubectl on a control plane. */
  kubectlOn(node: string, ...words: readonly string[]): Promise<string> {
    return inside(this.instance, node, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);
  }

  /** A session of the service with the API of that control plane. */
  async session(node: string): Promise<CoeSession> {
    const endpoint = { url: `https://${this.addressOf(node)}:6443`, ...(await this.cloud.administrator()) };
    return connectKubernetes({ endpoint, nodes: [], guard: ANY_ADDRESS });
  }
}
