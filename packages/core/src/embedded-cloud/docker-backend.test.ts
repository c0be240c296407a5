import { createHash, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../testing/until.js';
import type { ContainerHandle } from '../docker/handles.js';
import { localDockerClient } from '../docker/local.js';
import type { LoadBalancerSpec, NetworkSpec, ServerSpec } from './backend.js';
import { DockerBackend } from './docker-backend.js';
import { configurationOf } from './docker-balancer.js';
import { ensureHelloImage, ensureNodeImage } from './docker-image.js';
import { dockerName } from './docker-names.js';

const docker = localDockerClient();
const engine = await docker.ping().then(
  () => true,
  () => false,
);
if (!engine && process.env['CI']) throw new Error('docker-backend.test.ts needs a Docker Engine, and none answers');
if (!engine) console.warn('docker-backend.test.ts: no Docker Engine answers here, so nothing of it is tested');

const instance = randomUUID();
const signal = new AbortController().signal;
const third = Number.parseInt(createHash('sha256').update(instance).digest('hex').slice(0, 2), 16);
const external = { id: randomUUID(), name: 'public', cidr: `172.29.${third}.0/24`, gateway: `172.29.${third}.1` };
const owner = { stackId: 'stack-1', stackName: 'bay', resource: 'node', projectId: 'demo' };
const network: NetworkSpec = {
  key: 'stack-1/net',
  name: 'net',
  cidr: `10.241.${third}.0/24`,
  gateway: `10.241.${third}.1`,
  owner,
};
const logger = { debug() {}, info() {}, warn() {}, error() {} };
let nodeImage = '';
const backend = new DockerBackend({ docker, instance, image: async () => nodeImage, externalNetwork: external, logger });

function aServer(name: string, last: number, changes: Partial<ServerSpec> = {}): ServerSpec {
  return {
    key: `stack-1/${name}`,
    name,
    id: randomUUID(),
    image: 'debian-12',
    flavor: { vcpus: 1, ramMb: 512, diskGb: 5 },
    userData: '#cloud-config\nruncmd: [[touch, /root/was-here]]\n',
    metadata: {},
    volumes: [],
    owner,
    nics: [{ networkKey: network.key, address: `10.241.${third}.${last}`, securityGroups: [] }],
    ...changes,
  };
}

/** User data of a server that answers with a word on port 7. */
function speaks(word: string): string {
  return `#cloud-config\nruncmd: [[systemd-run, socat, 'TCP-LISTEN:7,fork,reuseaddr', 'EXEC:/bin/echo ${word}']]\n`;
}

/** The same, and echoes what it is sent afterwards. */
function converses(word: string): string {
  return `#cloud-config\nruncmd: [[systemd-run, socat, 'TCP-LISTEN:7,fork,reuseaddr', 'SYSTEM:echo ${word} && cat']]\n`;
}

function containerOf(key: string): ContainerHandle {
  return docker.getContainer(dockerName(instance, key));
}

async function inside(key: string, ...command: string[]): Promise<{ code: number; output: string }> {
  const execution = await containerOf(key).exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await execution.start({ Tty: true });
  let output = '';
  for await (const chunk of stream) output += String(chunk);
  return { code: (await execution.inspect()).ExitCode ?? -1, output };
}

function firstBytes(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 3000 });
    socket
      .once('data', (data) => {
        resolve(data.toString());
        socket.destroy();
      })
      .on('error', reject)
      .once('close', () => reject(new Error('closed')))
      .once('timeout', () => socket.destroy());
  });
}

describe.skipIf(!engine)('DockerBackend on a real engine', () => {
  beforeAll(async () => {
    nodeImage = (await ensureNodeImage(docker, { onProgress: (line) => console.info(line) }, signal)).name;
    await backend.ensureNetwork(network, signal);
  }, 600_000);
  afterAll(async () => {
    await backend.destroyAll(signal);
  }, 60_000);

  test('the node image is built once and then found', async () => {
    const lines: string[] = [];
    expect((await ensureNodeImage(docker, { onProgress: (line) => lines.push(line) }, signal)).name).toBe(nodeImage);
    expect(lines).toEqual([]);
  });

  test('the hello image prints its line', async () => {
    const { name } = await ensureHelloImage(docker, { onProgress: () => undefined }, signal);
    const container = await docker.createContainer({ Image: name, Labels: { 'org.magnum-ts.instance': instance } });
    await container.start();
    await until(
      'hello is in the log',
      async () =>
        (await container.logs({ stdout: true, stderr: true, tail: 100 })).toString().includes('Hello from a container of Magnum'),
      { withinMs: 60_000, everyMs: 300 },
    );
    await container.remove({ force: true });
  });

  test('a network made twice is one network with the wanted subnet and gateway', async () => {
    const first = await backend.ensureNetwork(network, signal);
    const second = await backend.ensureNetwork(network, signal);
    const made = await docker.getNetwork(first.id).inspect();
    expect(second.id).toBe(first.id);
    expect(made.IPAM?.Config).toEqual([{ Subnet: network.cidr, Gateway: network.gateway }]);
    expect(await backend.usedRanges(signal)).toContain(network.cidr);
  });

  test('a range that is taken is refused in words that name it', async () => {
    const clash = backend.ensureNetwork({ ...network, key: 'stack-1/clash', name: 'clash' }, signal);
    await expect(clash).rejects.toMatchObject({
      kind: 'cloud-refused',
      message: expect.stringContaining(network.cidr) as string,
    });
  });

  test('a server boots, cloud-init runs its user data to the end, and a volume is mounted at its device path', async () => {
    const volume = { key: 'stack-1/volume', sizeGb: 1, owner };
    await backend.ensureVolume(volume, signal);
    await backend.ensureVolume(volume, signal);
    const server = aServer('boots', 10, {
      volumes: [{ key: volume.key, device: '/dev/vdb' }],
      metadata: { note: 'a "quoted": value' },
    });
    expect((await backend.ensureServer(server, signal)).status).toBe('ACTIVE');
    const before = await containerOf(server.key).inspect();
    await backend.ensureServer(server, signal);
    expect((await containerOf(server.key).inspect()).Id).toBe(before.Id);
    await until('cloud-init is done', async () => (await inside(server.key, 'cloud-init', 'status')).output.includes('done'), {
      withinMs: 60_000,
      everyMs: 300,
    });
    expect((await inside(server.key, 'test', '-f', '/root/was-here')).code).toBe(0);
    expect((await inside(server.key, 'mountpoint', '/dev/vdb')).code).toBe(0);
    expect((await inside(server.key, 'hostname')).output.trim()).toBe('boots');
    // Programs that know servers by their ids look here.
    expect((await inside(server.key, 'cat', '/etc/machine-id')).output.trim()).toBe(server.id.replaceAll('-', ''));
    const firmware = '/sys/class/dmi/id/product_uuid'; // not every processor has such firmware
    if ((await inside(server.key, 'test', '-e', firmware)).code === 0)
      expect((await inside(server.key, 'cat', firmware)).output.trim()).toBe(server.id);
    expect((await inside(server.key, 'ip', '-4', 'addr')).output).toContain(`10.241.${third}.10/24`);
    await until('the engine inside answers', async () => (await inside(server.key, 'docker', 'info')).code === 0, {
      withinMs: 60_000,
      everyMs: 300,
    });
  }, 120_000);

  test('a server whose creation was cut before its start is made again, with its user data', async () => {
    const server = aServer('cut', 11);
    await docker.createContainer({
      name: dockerName(instance, server.key),
      Image: nodeImage,
      Hostname: 'half',
      Labels: { 'org.magnum-ts.instance': instance },
    });
    expect((await backend.server(server.key, signal))?.status).toBe('BUILD');
    await backend.ensureServer(server, signal);
    expect((await inside(server.key, 'cat', '/var/lib/cloud/seed/nocloud/user-data')).output).toContain('was-here');
    expect((await backend.server(server.key, signal))?.status).toBe('ACTIVE');
    await containerOf(server.key).stop({ t: 5 });
    expect((await backend.server(server.key, signal))?.status).toBe('SHUTOFF');
    await backend.deleteServer(server.key, signal);
    await backend.deleteServer(server.key, signal);
    expect(await backend.server(server.key, signal)).toBeUndefined();
  }, 60_000);

  test('a server leaves no anonymous volumes behind', async () => {
    const server = aServer('volumes', 12);
    await backend.ensureServer(server, signal);
    const names = (await containerOf(server.key).inspect()).Mounts.flatMap((mount) => mount.Name ?? []);
    expect(names.length).toBe(4);
    await backend.deleteServer(server.key, signal);
    for (const name of names) await expect(docker.getVolume(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  }, 60_000);

  test('a floating address is given once, reaches the server, and is taken away once', async () => {
    const server = aServer('floating', 13, {
      userData: speaks('floating'),
    });
    await backend.ensureServer(server, signal);
    const address = { serverKey: server.key, networkKey: external.id, address: `172.29.${third}.20` };
    await backend.ensureAddress(address, signal);
    await backend.ensureAddress(address, signal);
    expect((await inside(server.key, 'ip', '-4', 'addr')).output).toContain(address.address);
    await until(
      'the server answers at its floating address',
      async () => (await firstBytes(address.address, 7)).includes('floating'),
      { withinMs: 60_000, everyMs: 300 },
    );
    await backend.deleteAddress(address, signal);
    await backend.deleteAddress(address, signal);
    expect((await inside(server.key, 'ip', '-4', 'addr')).output).not.toContain(address.address);
    await backend.deleteServer(server.key, signal);
    await backend.deleteAddress(address, signal);
  }, 90_000);

  test('a load balancer passes connections to the members it has now', async () => {
    const one = aServer('one', 14, { userData: converses('first') });
    const two = aServer('two', 15, { userData: converses('second') });
    for (const server of [one, two]) await backend.ensureServer(server, signal);
    const balancer: LoadBalancerSpec = {
      key: 'stack-1/balancer',
      networkKey: network.key,
      address: `10.241.${third}.16`,
      owner,
      floating: { networkKey: external.id, address: `172.29.${third}.16` },
      listeners: [],
    };
    const with_ = (last: number): LoadBalancerSpec => ({
      ...balancer,
      listeners: [{ port: 77, allowedCidrs: [], members: [{ address: `10.241.${third}.${last}`, port: 7 }], readyPath: null }],
    });
    await backend.ensureLoadBalancer(balancer, signal);
    await backend.ensureLoadBalancer(with_(14), signal);
    await until('the first member answers', async () => (await firstBytes(`172.29.${third}.16`, 77)).includes('first'), {
      withinMs: 60_000,
      everyMs: 300,
    });
    const held = connect({ host: `172.29.${third}.16`, port: 77 });
    const heard: string[] = [];
    held.on('data', (data) => heard.push(data.toString().trim())).on('error', (error) => heard.push(error.message));
    await until('the connection is there', () => heard.includes('first'));
    const refused: unknown[] = [];
    let isChanging = true;
    const clients = (async () => {
      while (isChanging) await firstBytes(`172.29.${third}.16`, 77).catch((error: unknown) => refused.push(error));
    })();
    for (const member of [15, 14, 15]) {
      await backend.ensureLoadBalancer(with_(member), signal);
      await until(
        'the member answers',
        async () => (await firstBytes(`172.29.${third}.16`, 77)).includes(member === 14 ? 'first' : 'second'),
        { withinMs: 10_000, everyMs: 50 },
      );
    }
    isChanging = false;
    await clients;
    held.write('still here\n');
    await until('the connection outlived the changes', () => heard.includes('still here'), { withinMs: 5_000 });
    held.destroy();
    expect([heard, refused]).toEqual([['first', 'still here'], []]);
    await backend.ensureLoadBalancer(with_(15), signal);
    await until('the second member answers', async () => (await firstBytes(`172.29.${third}.16`, 77)).includes('second'), {
      withinMs: 60_000,
      everyMs: 300,
    });
    await backend.deleteLoadBalancer(balancer.key, signal);
    await backend.deleteLoadBalancer(balancer.key, signal);
  }, 120_000);

  test('a network is deleted though a server is still plugged into it, and twice', async () => {
    const other = { ...network, key: 'stack-1/other', name: 'other', cidr: `10.242.${third}.0/24`, gateway: `10.242.${third}.1` };
    await backend.ensureNetwork(other, signal);
    await backend.ensureServer(
      aServer('plugged', 0, {
        nics: [{ networkKey: other.key, address: `10.242.${third}.5`, securityGroups: [] }],
      }),
      signal,
    );
    await backend.deleteNetwork(other.key, signal);
    await backend.deleteNetwork(other.key, signal);
    expect((await backend.listOwned(signal)).map((owned) => owned.key)).not.toContain(other.key);
  }, 60_000);

  test('a network in which another stack has servers is not deleted under them', async () => {
    const shared = {
      ...network,
      key: 'stack-1/shared',
      name: 'shared',
      cidr: `10.243.${third}.0/24`,
      gateway: `10.243.${third}.1`,
    };
    await backend.ensureNetwork(shared, signal);
    const guest = aServer('guest', 0, {
      nics: [{ networkKey: shared.key, address: `10.243.${third}.5`, securityGroups: [] }],
      owner: { ...owner, stackId: 'stack-2', stackName: 'guest' },
    });
    await backend.ensureServer(guest, signal);
    await expect(backend.deleteNetwork(shared.key, signal)).rejects.toMatchObject({
      kind: 'cloud-refused',
      message: expect.stringContaining('guest') as string,
    });
    expect(Object.values((await containerOf(guest.key).inspect()).NetworkSettings.Networks)).toHaveLength(1);
    await backend.deleteServer(guest.key, signal);
    await backend.deleteNetwork(shared.key, signal);
  }, 60_000);

  test('a host without an engine is reported as unavailable, not as a refusal', async () => {
    const nowhere = localDockerClient({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    const lost = new DockerBackend({
      docker: nowhere,
      instance,
      image: async () => nodeImage,
      externalNetwork: external,
      logger,
    });
    await expect(lost.ensureNetwork(network, signal)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
  });

  test('destroyAll leaves nothing of the instance, and can be repeated', async () => {
    expect(await backend.listOwned(signal)).not.toEqual([]);
    await backend.destroyAll(signal);
    expect(await backend.listOwned(signal)).toEqual([]);
    await backend.destroyAll(signal);
  }, 60_000);
});

test('a load balancer refuses clients outside of its list', () => {
  const text = configurationOf({
    listeners: [{ port: 2375, allowedCidrs: ['192.0.2.0/24', '198.51.100.7/32'], members: [], readyPath: null }],
  });
  expect(text).toContain('tcp-request connection reject unless { src 192.0.2.0/24 198.51.100.7/32 }');
});
