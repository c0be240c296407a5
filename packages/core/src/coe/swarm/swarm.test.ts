import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../testing/until.js';
import { DockerBackend } from '../../embedded-cloud/docker-backend.js';
import { ensureHelloImage, ensureNodeImage } from '../../embedded-cloud/docker-image.js';
import { dockerName } from '../../embedded-cloud/docker-names.js';
import { engineGuard } from '../../adapters/system/engine-networks.js';
import { DockerClient } from '../../docker/client.js';
import type { ContainerHandle } from '../../docker/handles.js';
import { localDockerClient } from '../../docker/local.js';
import { Secret } from '../../domain/secret.js';
import { Allowance, MOST_ANSWERED } from '../../http/bounded-http.js';
import type { CoeSession } from '../../ports/bay-driver.js';
import { connectSwarm } from './session/session.js';
import { TestCloud, type Signal } from '../shared/testing/cloud.test-support.js';
import { swarmMode } from './drivers/swarm-mode/driver.js';
import { EXAMPLE_BAYS, exampleBay, type Example } from '../shared/testing/example-bays.js';
import { aContainer, plainStatus, tlsStatusWithoutCertificate } from './swarm.test-support.js';
import { resolveUserData } from '../shared/testing/user-data.test-support.js';

const docker = localDockerClient();
const engine = await docker.ping().then(
  () => true,
  () => false,
);
if (!engine && process.env['CI']) throw new Error('swarm.test.ts needs a Docker Engine, and none answers');
if (!engine) console.warn('swarm.test.ts: no Docker Engine answers here, so no swarm was started');

const instance = randomUUID();
const third = Number.parseInt(createHash('sha256').update(instance).digest('hex').slice(0, 2), 16);
const gateway = `10.243.${third}.1`;
const signal = AbortSignal.timeout(300_000);
const owner = { stackId: 's', stackName: 'swarm', resource: 'node', projectId: 'demo' };
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const ADDRESSES: Readonly<Record<string, string>> = {
  'master-0064': `10.243.${third}.10`,
  'master-0065': `10.243.${third}.13`,
  'worker-00c8': `10.243.${third}.11`,
  'worker-00c9': `10.243.${third}.12`,
};

/** As the embedded cloud has it. */
const NODES = engineGuard({
  allowed: () => Promise.resolve([`10.243.${third}.0/24`]),
  ownHosts: () => Promise.resolve([]),
  source: 'the nodes',
});

/** Outside the bay that most tests share: the only manager of a bay without TLS. */
const PLAIN = 'master-0066';

function addressOf(name: string): string {
  return name === PLAIN ? `10.243.${third}.20` : (ADDRESSES[name] ?? '');
}

function containerOf(name: string): ContainerHandle {
  return docker.getContainer(dockerName(instance, `s/${name}`));
}

async function inside(name: string, ...command: string[]): Promise<{ code: number; output: string }> {
  const execution = await containerOf(name).exec({ Cmd: command, AttachStdout: true, AttachStderr: true, Tty: true });
  let output = '';
  for await (const chunk of await execution.start({ Tty: true })) output += String(chunk);
  return { code: (await execution.inspect()).ExitCode ?? -1, output };
}

describe.skipIf(!engine)("a swarm of real nodes, made by the driver's own user data", () => {
  let cloud: TestCloud;
  const backend = new DockerBackend({
    docker,
    instance,
    logger,
    image: async () => (await ensureNodeImage(docker, { onProgress: () => undefined }, signal)).name,
    externalNetwork: { id: 'public', name: 'public', cidr: `10.244.${third}.0/24`, gateway: `10.244.${third}.1` },
  });
  let base = '';
  let session: CoeSession;

  async function boot(name: string, invitation = '', changes: Example = {}): Promise<void> {
    const hostile = EXAMPLE_BAYS['hostile'] ?? exampleBay();
    const input = exampleBay({
      managers: 3,
      facts: { authUrl: `${base}/v3`, magnumUrl: `${base}/v1` },
      desired: { floatingIpEnabled: false, labels: hostile.bay.desired.labels, dockerVolumeSize: name === 'worker-00c8' ? 1 : 0 },
      model: {
        httpProxy: hostile.model.httpProxy,
        noProxy: hostile.model.noProxy,
        insecureRegistry: hostile.model.insecureRegistry,
        ...changes.model,
      },
      leaving: changes.leaving ?? [],
    });
    const handle = (which: string): Record<string, string> => ({
      [`${which}_handle.endpoint`]: `${base}/signal/${name}.${which}`,
      [`${which}_handle.token`]: 'signal-token',
    });
    const userData = resolveUserData(
      swarmMode.render(input),
      name,
      { 'port.fixed_ips.0.ip_address': addressOf(name), ...handle('wait'), ...handle('manager_wait') },
      { invitation },
    );
    const volumes = name === 'worker-00c8' ? [{ key: 's/volume', device: '/dev/vdb' }] : [];
    for (const { key } of volumes) await backend.ensureVolume({ key, sizeGb: 1, owner }, signal);
    await backend.ensureServer(
      {
        key: `s/${name}`,
        name,
        id: randomUUID(),
        image: 'i',
        flavor: { vcpus: 1, ramMb: 512, diskGb: 1 },
        userData,
        metadata: {},
        volumes,
        owner,
        nics: [{ networkKey: 's/net', address: addressOf(name), securityGroups: [] }],
      },
      signal,
    );
  }

  async function reported(name: string, which: string): Promise<Signal> {
    await until(`${name} has signalled ${which}`, () => cloud.signals.has(`${name}.${which}`), {
      withinMs: 90_000,
      everyMs: 300,
    }).catch(async (error: unknown) => {
      const { output } = await inside(name, 'tail', '-n', '30', '/var/log/cloud-init-output.log');
      throw new Error(`${String(error)}\n${output}`);
    });
    const found = cloud.signals.get(`${name}.${which}`);
    if (found?.status !== 'SUCCESS')
      throw new Error(`${found?.reason} ${(await inside(name, 'tail', '-n', '30', '/var/log/cloud-init-output.log')).output}`);
    return found;
  }

  beforeAll(async () => {
    cloud = new TestCloud(ADDRESSES);
    await ensureHelloImage(docker, { onProgress: () => undefined }, signal);
    await backend.ensureNetwork({ key: 's/net', name: 'net', cidr: `10.243.${third}.0/24`, gateway, owner }, signal);
    base = await cloud.listen(gateway);
    await boot('master-0064');
    await Promise.all(
      ['worker-00c8', 'worker-00c9', 'master-0065'].map(async (name) => {
        const { id, data } = await reported('master-0064', name.startsWith('master') ? 'manager_wait' : 'wait');
        await boot(name, JSON.stringify({ [id]: data }));
        await reported(name, 'wait');
      }),
    );
    session = connectSwarm({
      endpoint: {
        url: `tcp://${ADDRESSES['master-0064']}:2375`,
        ca: cloud.authority.read('ca.crt'),
        clientCertificate: cloud.authority.read('client.crt'),
        clientKey: new Secret(cloud.authority.read('client.key')),
      },
      guard: NODES,
      nodes: Object.entries(ADDRESSES).map(([name, address]) => ({
        name,
        address,
        role: name.startsWith('master') ? ('master' as const) : ('worker' as const),
      })),
    });
  }, 300_000);

  afterAll(async () => {
    await backend.destroyAll(AbortSignal.timeout(60_000));
    cloud.close();
  }, 90_000);

  test("the managers' token reaches managers only", async () => {
    const toManagers = JSON.parse((await reported('master-0064', 'manager_wait')).data) as { token: string };
    const toWorkers = JSON.parse((await reported('master-0064', 'wait')).data) as { token: string };
    expect(toManagers.token).toMatch(/^SWMTKN-1-/);
    expect(toWorkers.token).not.toBe(toManagers.token);
    expect((await inside('worker-00c8', 'cat', '/etc/magnum/node.json')).output).not.toContain(toManagers.token);
  });

  test('all nodes are ready under their names, and the first one leads', async () => {
    const nodes = (await session.nodes?.(signal)) ?? [];
    expect(nodes.map(({ name, role, state, leader }) => [name, role, state, leader]).sort()).toEqual([
      ['master-0064', 'master', 'ready', true],
      ['master-0065', 'master', 'ready', false],
      ['worker-00c8', 'worker', 'ready', false],
      ['worker-00c9', 'worker', 'ready', false],
    ]);
    expect(await session.health(signal)).toEqual({
      health: 'HEALTHY',
      reason: {
        api: 'ok',
        'master-0064.Ready': 'True',
        'master-0065.Ready': 'True',
        'worker-00c8.Ready': 'True',
        'worker-00c9.Ready': 'True',
      },
    });
  });

  test('the engine refuses plain TCP and clients without a certificate', async () => {
    for (const address of Object.values(ADDRESSES)) {
      expect(await plainStatus(`http://${address}:2375/_ping`).catch(() => 0)).not.toBe(200);
      await expect(tlsStatusWithoutCertificate(`https://${address}:2375/_ping`)).rejects.toThrow();
    }
  });

  test('a hostile label or proxy was never executed, and the proxy reached the engine as it was written', async () => {
    for (const name of Object.keys(ADDRESSES)) expect((await inside(name, 'test', '-e', '/tmp/owned')).code).toBe(1);
    const info = await dockerAt('master-0064').info();
    expect(info.HttpProxy).toContain('proxy.example.org:3128/$(touch%20/tmp/owned)'.replace('%20', ' '));
    expect(info.Labels).toContain('org.magnum.node-group=default-master');
  });

  test('no secret is in the logs of a node, and the values file is for root alone', async () => {
    const log = (await inside('master-0064', 'cat', '/var/log/cloud-init-output.log', '/var/log/cloud-init.log')).output;
    expect(log).not.toMatch(/example-password|example-token|SWMTKN|signal-token|token-1/);
    expect(
      (await inside('master-0064', 'stat', '-c', '%a %U', '/etc/magnum/node.json', '/etc/docker/server.pem')).output
        .trim()
        .split(/\s+/),
    ).toEqual(['600', 'root', '600', 'root']);
  });

  test('the volume holds what the engine stores', async () => {
    const { output } = await inside('worker-00c8', 'ls', '/dev/vdb');
    expect(output).toContain('overlay2');
  });

  test('running the scripts a second time changes nothing', async () => {
    const certificate = (await inside('worker-00c8', 'sha256sum', '/etc/docker/server.pem')).output;
    const started = (await inside('worker-00c8', 'systemctl', 'show', '-p', 'MainPID', 'docker')).output;
    cloud.signals.delete('worker-00c8.wait');
    expect((await inside('worker-00c8', '/opt/magnum/node.sh')).code).toBe(0);
    expect((await reported('worker-00c8', 'wait')).status).toBe('SUCCESS');
    expect((await inside('worker-00c8', 'sha256sum', '/etc/docker/server.pem')).output).toBe(certificate);
    expect((await inside('worker-00c8', 'systemctl', 'show', '-p', 'MainPID', 'docker')).output).toBe(started);
  });

  test('a step that fails is signalled by name', async () => {
    await inside(
      'worker-00c9',
      'sh',
      '-c',
      'mv /opt/magnum/prepare-volume.sh /opt/magnum/kept; printf "#!/bin/sh\\necho the disk is gone >&2\\nexit 1\\n" >/opt/magnum/prepare-volume.sh; chmod +x /opt/magnum/prepare-volume.sh',
    );
    cloud.signals.delete('worker-00c9.wait');
    expect((await inside('worker-00c9', '/opt/magnum/node.sh')).code).toBe(1);
    expect(cloud.signals.get('worker-00c9.wait')).toMatchObject({
      status: 'FAILURE',
      reason: 'prepare-volume: the disk is gone',
    });
    await inside('worker-00c9', 'mv', '/opt/magnum/kept', '/opt/magnum/prepare-volume.sh');
  });

  function dockerAt(name: string): DockerClient {
    const connection = {
      secure: true,
      guard: NODES,
      host: ADDRESSES[name] ?? '',
      port: 2375,
      ca: cloud.authority.read('ca.crt'),
      cert: cloud.authority.read('client.crt'),
      key: cloud.authority.read('client.key'),
    };
    return new DockerClient(connection, () => ({ signal, allowance: new Allowance(MOST_ANSWERED) }));
  }

  test('a bay without TLS answers in the plain, and needs no certificate', async () => {
    await boot(PLAIN, '', { leaving: ['master-0064', 'master-0065'], model: { tlsDisabled: true } });
    await reported(PLAIN, 'wait');
    const url = `tcp://${addressOf(PLAIN)}:2375`;
    const plain = connectSwarm({
      endpoint: { url, ca: '', clientCertificate: '', clientKey: new Secret('') },
      guard: NODES,
      nodes: [{ name: PLAIN, address: addressOf(PLAIN), role: 'master' }],
    });
    expect((await plain.health(signal)).health).toBe('HEALTHY');
    expect((await inside(PLAIN, 'ls', '/etc/docker')).output).not.toContain('server.pem');
    await backend.deleteServer(`s/${PLAIN}`, signal);
    expect((await plain.health(signal)).health).toBe('UNHEALTHY');
  }, 90_000);

  test('an image that no registry has is named, with the remedy', async () => {
    const creating = session.containers?.create(aContainer({ image: 'registry.invalid/none:1' }), signal);
    await expect(creating).rejects.toMatchObject({
      kind: 'engine-failed',
      message: expect.stringMatching(/registry\.invalid\/none:1 .* load it into the bay's nodes/) as string,
    });
  }, 60_000);

  test('an image is given to every node', async () => {
    const names = await session.loadImage?.(await docker.saveImage('magnum-ts-hello:1'), signal);
    expect([...(names ?? [])].sort()).toEqual(Object.keys(ADDRESSES));
  }, 60_000);

  test('containers are spread over the workers, and start, pause and stop on request', async () => {
    const { containers } = session;
    if (!containers) throw new Error('no containers');
    const [one, two] = [aContainer({ environment: { WORD: 'a "b" $c' }, memory: 64 * 1024 * 1024 }), aContainer()];
    const places = [(await containers.create(one, signal)).node, (await containers.create(two, signal)).node];
    expect(places.sort()).toEqual(['worker-00c8', 'worker-00c9']);
    expect(await containers.create(one, signal)).toMatchObject({ status: 'Stopped' });
    const status = async (): Promise<string> => (await containers.inspect(one.hostname, signal)).status;
    expect(await status()).toBe('Stopped');
    await containers.start(one.hostname, signal);
    await containers.start(one.hostname, signal);
    expect(await status()).toBe('Running');
    await until(
      'the log has its line',
      async () => (await containers.logs(one.hostname, signal)).output.includes('Hello from a container of Magnum'),
      { withinMs: 90_000, everyMs: 300 },
    );
    const { output } = await containers.execute(one.hostname, 'hostname; echo "$WORD" | cat; echo bad >&2', signal);
    // Engines carry the two streams side by side: the order between them is not promised.
    expect(output.replace('bad\n', '')).toBe(`${one.hostname}\na "b" $c\n`);
    expect(output).toContain('bad\n');
    await containers.pause(one.hostname, signal);
    expect(await status()).toBe('Paused');
    await expect(containers.execute(one.hostname, 'true', signal)).rejects.toMatchObject({ kind: 'conflict' });
    await containers.unpause(one.hostname, signal);
    await containers.reboot(one.hostname, signal);
    expect(await status()).toBe('Running');
    await containers.stop(one.hostname, signal);
    expect(await status()).toBe('Stopped');
    const all = await containers.inspectAll([one.hostname, two.hostname, 'nobody'], signal);
    expect([...all.values()].map((report) => report.status)).toEqual(['Stopped', 'Stopped', 'Unknown']);
    for (const { hostname } of [one, two, one]) await containers.delete(hostname, signal);
    await expect(containers.inspect(one.hostname, signal)).rejects.toMatchObject({ kind: 'container-not-found' });
  }, 60_000);

  test('a container that does not want to end is ended, however long that takes', async () => {
    const { containers } = session;
    if (!containers) throw new Error('no containers');
    // The first process of a container ends at a signal only where it wants to.
    const stubborn = aContainer({ command: 'sleep 600' });
    await containers.create(stubborn, signal);
    await containers.start(stubborn.hostname, signal);
    await containers.stop(stubborn.hostname, signal);
    expect((await containers.inspect(stubborn.hostname, signal)).status).toBe('Stopped');
    await containers.delete(stubborn.hostname, signal);
  }, 60_000);

  test('a command is run as words, without a shell of our own', async () => {
    const { containers } = session;
    const spec = aContainer({ command: `/bin/echo 'one $(touch /tmp/owned)' "two three"` });
    await containers?.create(spec, signal);
    await containers?.start(spec.hostname, signal);
    await until(
      'it has spoken',
      async () => (await containers?.logs(spec.hostname, signal))?.output === 'one $(touch /tmp/owned) two three\n',
      { withinMs: 90_000, everyMs: 300 },
    );
    await containers?.delete(spec.hostname, signal);
  }, 60_000);

  test('a node that is gone makes its containers unknown, and delays no other request', async () => {
    const { containers } = session;
    const specs = [aContainer(), aContainer()];
    const places = new Map<string | null, string>();
    for (const spec of specs) places.set((await containers?.create(spec, signal))?.node ?? null, spec.hostname);
    await containerOf('worker-00c9').pause();
    try {
      const all = await containers?.inspectAll(
        specs.map(({ hostname }) => hostname),
        signal,
      );
      expect(all?.get(places.get('worker-00c8') ?? '')?.status).toBe('Stopped');
      expect(all?.get(places.get('worker-00c9') ?? '')?.status).toBe('Unknown');
      await expect(containers?.start(places.get('worker-00c9') ?? '', signal)).rejects.toMatchObject({
        kind: 'engine-unavailable',
      });
    } finally {
      await containerOf('worker-00c9').unpause();
    }
  }, 60_000);

  test('a manager and a worker are released, and the swarm goes on without them', async () => {
    const names = ['master-0065', 'worker-00c9', 'never-seen'];
    await session.releaseNodes?.(names, signal);
    await session.releaseNodes?.(names, signal);
    expect(((await session.nodes?.(signal)) ?? []).map(({ name }) => name).sort()).toEqual(['master-0064', 'worker-00c8']);
    for (const name of names) await backend.deleteServer(`s/${name}`, signal);
    expect((await session.health(signal)).reason).toMatchObject({
      api: 'ok',
      'master-0064.Ready': 'True',
      'worker-00c8.Ready': 'True',
    });
  }, 60_000);
});
