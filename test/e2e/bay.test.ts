import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHelloImage, HELLO_IMAGE } from '@magnum-ts/core';
import { ApiError, type Container, type Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { bytesOf, countsOf, rowsOf, templateOf } from './database.js';
import { DevProcess, run } from './dev-process.js';
import { danglingVolumes, docker, dockerForTests, inside, nodeContainer, ownedBy, removeOwned } from './docker.js';
import { askInPlain, askOverTls, certificateOf, clientRequest, strangersClient, strictVerdict, type KeyPair } from './tls.js';

const available = await dockerForTests('test/e2e/bay.test.ts');

// What a shell, YAML, systemd or a template language would trip over.
const HOSTILE = {
  evil: '$(touch /pwned)`touch /pwned`',
  quotes: `'"; touch /pwned; #`,
  lines: 'a\n- touch /pwned\nruncmd: [touch /pwned]',
  get_param: 'enrolment_tokens',
  percent: '%n %% ${HOME} {{ ds }}',
};
const PROXY = 'http://127.0.0.1:9/$(touch${IFS}/pwned)%41"\'';

/** One bay through its whole life: the tests run in this order and build on each other. */
describe.skipIf(!available)('a Swarm bay of real nodes', () => {
  const server = new DevProcess({ MAGNUM_LOG_LEVEL: 'debug', MAGNUM_HEALTH_INTERVAL_MS: '2000' });
  let volumesBefore: ReadonlySet<string> = new Set();
  let magnum: Magnum;
  let bayId = '';
  let instance = '';
  const nodes = (): ReturnType<Magnum['nodes']['listDetail']> => magnum.nodes.listDetail({ bay_ident: bayId });
  const manager = async (): Promise<string> => (await nodes().toArray()).find(({ role }) => role === 'master')?.name ?? '';

  beforeAll(async () => {
    await ensureHelloImage(docker, { onProgress: (line) => console.info(line) }, AbortSignal.timeout(900_000));
    volumesBefore = await danglingVolumes();
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
  }, 960_000);
  afterAll(() => server.destroy(removeOwned), 60_000);

  test('comes up with one manager and two workers', async () => {
    const model = await magnum.bayModels.create({
      name: 'swarm',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      external_network_id: 'public',
      flavor_id: 'm1.small',
      labels: HOSTILE,
      http_proxy: PROXY,
      https_proxy: PROXY,
      no_proxy: 'localhost,"$(touch /pwned)"',
    });
    bayId = (await magnum.bays.create({ name: 'hive', baymodel_id: model.uuid, node_count: 2 })).uuid;
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 150_000 });
    expect(bay).toMatchObject({ status: 'CREATE_COMPLETE', master_count: 1, node_count: 2, labels: HOSTILE });
    expect(bay.master_addresses).toHaveLength(1);
    expect(bay.node_addresses).toHaveLength(2);
    expect(bay.api_address).toBe(`tcp://${bay.master_addresses[0]}:2375`);
  }, 180_000);

  test('has the nodes that the swarm itself knows', async () => {
    const listed = await nodes().toArray();
    expect(listed.map(({ status, state, availability }) => `${status} ${state} ${availability}`)).toEqual(
      Array(3).fill('CREATE_COMPLETE ready active'),
    );
    expect(listed.map(({ role }) => role).sort()).toEqual(['master', 'worker', 'worker']);
    expect(await swarmNodes()).toEqual(
      listed.map(({ name, role }) => `${name} ${role === 'master' ? 'Leader' : ''} Ready`).sort(),
    );
  });

  test('refuses clients of an engine without a certificate of the bay', async () => {
    const ca = (await magnum.certificates.get(bayId)).pem;
    const [stranger, client] = await Promise.all([strangersClient(), signedClient()]);
    for (const { public_address: address } of await nodes().toArray()) {
      const host = address ?? '';
      expect(await askInPlain(host, 2375)).toHaveProperty('refused');
      expect(await askOverTls(host, 2375, ca)).toEqual({ refused: expect.stringMatching(/certificate|alert|reset/i) as string });
      expect(await askOverTls(host, 2375, ca, stranger)).toEqual({
        refused: expect.stringMatching(/unknown ca|bad certificate|alert|reset/i) as string,
      });
      expect(await askOverTls(host, 2375, ca, client)).toEqual({ version: expect.stringMatching(/^\d+\./) as string });
    }
  }, 60_000);

  test('has server certificates that stand before a strict verifier', async () => {
    const ca = (await magnum.certificates.get(bayId)).pem;
    for (const { public_address, private_address } of await nodes().toArray()) {
      const certificate = await certificateOf(public_address ?? '', 2375);
      for (const address of [public_address, private_address, '127.0.0.1'])
        expect(await strictVerdict(ca, certificate, address ?? '')).toContain('OK');
      await expect(strictVerdict(ca, certificate, '192.0.2.1')).rejects.toThrow(/IP address mismatch/);
    }
  }, 60_000);

  test('is reached by Docker’s own client with what the service makes for it, until that ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'magnum-config-'));
    try {
      const line = ['cluster', 'config', bayId, '--dir', folder, '--key-from-service', '--valid-for'];
      // The shell sets what the command line says, and the real client reads it.
      const info = async (): Promise<string> => {
        const script = `. ${folder}/env && exec docker info --format '{{.Swarm.Nodes}} {{.Swarm.ControlAvailable}}'`;
        const { code, output, errors } = await run('sh', ['-c', script]);
        return code === 0 ? output.trim() : errors;
      };
      // Docker's client writes its request at once, and the alert of a refusal may be lost to it in a reset. This one only listens.
      const handshake = async (): Promise<string> => {
        const files = '-CAfile $DOCKER_CERT_PATH/ca.pem -cert $DOCKER_CERT_PATH/cert.pem -key $DOCKER_CERT_PATH/key.pem';
        const script = `. ${folder}/env && sleep 3 | openssl s_client -connect "\${DOCKER_HOST#tcp://}" ${files} 2>&1`;
        return (await run('sh', ['-c', script])).output;
      };
      writeFileSync(join(folder, 'env'), await server.cli(...line, '3600'));
      expect(await info()).toBe('3 true');
      expect(await handshake()).not.toMatch(/alert/i);
      writeFileSync(join(folder, 'env'), await server.cli(...line, '10', '--force'));
      const { validTo } = new X509Certificate(readFileSync(join(folder, 'cert.pem')));
      await new Promise((done) => setTimeout(done, Math.max(0, Date.parse(validTo) - Date.now()) + 1_500));
      expect(await info()).not.toContain('true');
      expect(await handshake()).toMatch(/alert (certificate expired|bad certificate)/i);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('shows its secrets nowhere', async () => {
    const bay = await magnum.bays.get(bayId);
    const secrets = await secretsOfTheBay();
    const events = JSON.stringify(await magnum.bays.events(bayId).toArray());
    const template = await templateOf(server, bay.stack_id ?? '');
    const disk = bytesOf(server);
    expect(disk.includes(Buffer.from(bay.name))).toBe(true);
    expect(template).toContain('OS::Nova::Server');
    expect(server.said).toMatch(/"level":20.*server is running/);
    for (const [name, secret] of Object.entries(secrets)) {
      const shownBy = Object.entries({ events, template, log: server.said, bay: JSON.stringify(bay) }).filter(([, text]) =>
        text.includes(secret),
      );
      expect({ name, shownBy: shownBy.map(([place]) => place), onDisk: disk.includes(Buffer.from(secret)) }).toEqual({
        name,
        shownBy: [],
        onDisk: false,
      });
    }
    expect(disk.includes(Buffer.from('PRIVATE KEY-----'))).toBe(false);
    expect(server.said).not.toContain('PRIVATE KEY-----');
  }, 60_000);

  test('never executes what labels and proxies say, and hands it on unchanged', async () => {
    for (const { name } of await nodes().toArray()) {
      expect(await inside(instance, name ?? '', 'sh', '-c', 'find / -xdev -name "pwned*" 2>/dev/null; echo done')).toBe('done');
      const values = JSON.parse(await inside(instance, name ?? '', 'cat', '/etc/magnum/node.json'));
      expect(JSON.parse(values.labels)).toEqual(HOSTILE);
      const pid = await inside(instance, name ?? '', 'systemctl', 'show', '-p', 'MainPID', '--value', 'docker.service');
      const environment = (await inside(instance, name ?? '', 'cat', `/proc/${pid}/environ`)).split('\0');
      expect(environment).toEqual(
        expect.arrayContaining([`HTTP_PROXY=${PROXY}`, `http_proxy=${PROXY}`, 'NO_PROXY=localhost,"$(touch /pwned)"']),
      );
    }
  }, 60_000);

  test('refuses an image that no node has with a way out, and leaves no container behind', async () => {
    const refused = await magnum.containers
      .create({ bay_uuid: bayId, name: 'nothing', image: 'no-such-image:1' })
      .catch((error: unknown) => error);
    if (!(refused instanceof ApiError)) throw new Error('an unknown image was taken', { cause: refused });
    expect(refused.status).toBe(500);
    expect(refused.detail).toMatch(/no-such-image:1.*worker-.*load it into the bay's nodes/s);
    expect(await magnum.containers.list({ bay_ident: bayId }).toArray()).toEqual([]);
  }, 60_000);

  test('takes an image of the local engine', async () => {
    const output = await server.cli('dev', 'load-image', HELLO_IMAGE, '--bay', 'hive');
    for (const { name } of await nodes().toArray()) {
      expect(output).toContain(name);
      expect(await inside(instance, name ?? '', 'docker', 'image', 'inspect', '-f', '{{index .RepoTags 0}}', HELLO_IMAGE)).toBe(
        HELLO_IMAGE,
      );
    }
    await expect(server.cli('dev', 'load-image', 'no-such-image:1', '--bay', 'hive')).rejects.toThrow(/no image no-such-image:1/);
  }, 90_000);

  test('runs a container through every call of the API', async () => {
    const { uuid } = await magnum.containers.create({
      bay_uuid: 'hive',
      name: 'hello',
      image: HELLO_IMAGE,
      memory: '64m',
      environment: { GREETING: 'it\'s "quoted" $HOME', EMPTY: '' },
    });
    const shown = (): Promise<string> => magnum.containers.get(uuid).then(({ status }) => status);
    expect(await shown()).toBe('Stopped');
    await server.cli('container', 'start', 'hello');
    expect(await shown()).toBe('Running');
    await until(
      'the container has spoken',
      async () => (await magnum.containers.logs('hello')).includes('Hello from a container of Magnum'),
      { withinMs: 20_000, everyMs: 300 },
    );
    const said = await magnum.containers.execute('hello', 'hostname; echo "$GREETING"; echo error >&2');
    // The order between the two streams is not promised.
    expect(said.replace('error\n', '')).toBe(`${uuid}\nit's "quoted" $HOME\n`);
    expect(said).toContain('error\n');
    const { node } = await magnum.containers.get('hello');
    const settings = await inside(
      instance,
      node ?? '',
      'docker',
      'inspect',
      '-f',
      '{{.HostConfig.Memory}} {{json .Config.Env}} {{.State.Pid}}',
      `magnum-${uuid}`,
    );
    expect(settings).toMatch(new RegExp(`^${64 * 1024 ** 2} `));
    expect(settings).toContain('EMPTY=');
    await magnum.containers.pause('hello');
    expect(await shown()).toBe('Paused');
    await magnum.containers.unpause('hello');
    await magnum.containers.reboot('hello');
    expect(await shown()).toBe('Running');
    expect(await inside(instance, node ?? '', 'docker', 'inspect', '-f', '{{.State.Pid}}', `magnum-${uuid}`)).not.toBe(
      settings.split(' ').at(-1),
    );
    await magnum.containers.stop('hello');
    expect(await shown()).toBe('Stopped');
    await server.cli('container', 'delete', 'hello', '--yes');
    expect(await inside(instance, node ?? '', 'docker', 'ps', '-aq')).toBe('');
    await expect(magnum.containers.get(uuid)).rejects.toMatchObject({ status: 404 });
  }, 90_000);

  test('grows and shrinks; what runs on the nodes that stay goes on', async () => {
    // One on each worker: a container goes where the fewest are.
    const [first, second] = [await aRunningContainer('one'), await aRunningContainer('two')];
    expect(first.node).not.toBe(second.node);
    const workers = (await nodes().toArray()).filter(({ role }) => role === 'worker').map(({ name }) => name);
    await resize(3);
    expect(await swarmNodes()).toHaveLength(4);
    expect((await nodes().toArray()).map(({ name }) => name)).toEqual(expect.arrayContaining(workers));
    await resize(1);
    const left = (await nodes().toArray()).map(({ name }) => name);
    expect(await swarmNodes()).toEqual([
      expect.stringMatching(/^hive-master-[0-9a-f]{4} .*Leader Ready$/),
      expect.stringMatching(/^hive-worker-[0-9a-f]{4} .*Ready$/),
    ]);
    expect((await swarmNodes()).map((line) => line.split(' ')[0]).sort()).toEqual(left.sort());
    const survives = left.includes(first.node ?? '') ? first : second;
    expect(await magnum.containers.get(survives.uuid)).toMatchObject({ status: 'Running', node: survives.node });
    expect(await magnum.containers.get(survives === first ? second.uuid : first.uuid)).toMatchObject({
      status: 'Unknown',
      status_reason: 'no node of the bay has it',
    });
    expect((await ownedBy(instance)).filter((part) => part.startsWith('server'))).toHaveLength(2);
  }, 150_000);

  test('reports a node that died, and the bay as unhealthy', async () => {
    const health = async (): Promise<string> => String((await rowsOf(server, 'bay', { uuid: bayId }))[0]?.['health_status']);
    await until('the bay is healthy', async () => (await health()) === 'HEALTHY', { withinMs: 15_000, everyMs: 300 });
    const worker = (await nodes().toArray()).find(({ role }) => role === 'worker')?.name ?? '';
    await (await nodeContainer(instance, worker)).kill();
    await until(
      'the node is down',
      async () => (await nodes().toArray()).some(({ name, state }) => name === worker && state === 'down'),
      { withinMs: 60_000, everyMs: 300 },
    );
    await until('the bay is unhealthy', async () => (await health()) === 'UNHEALTHY', { withinMs: 10_000, everyMs: 300 });
    expect((await magnum.bays.get(bayId)).status).toBe('UPDATE_COMPLETE');
    await expect(magnum.containers.create({ bay_uuid: bayId, image: HELLO_IMAGE })).resolves.toMatchObject({
      node: await manager(),
    });
  }, 120_000);

  test('has a node back that was started again, with its containers', async () => {
    const worker = (await nodes().toArray()).find(({ role }) => role === 'worker')?.name ?? '';
    await (await nodeContainer(instance, worker)).start();
    await until(
      'the node is ready',
      async () => (await nodes().toArray()).some(({ name, state }) => name === worker && state === 'ready'),
      { withinMs: 60_000, everyMs: 300 },
    );
    await until(
      'its containers are known again',
      async () => (await magnum.containers.listDetail({ bay_ident: bayId }).toArray()).some(({ node }) => node === worker),
      { withinMs: 20_000, everyMs: 300 },
    );
    await (await nodeContainer(instance, worker)).kill();
  }, 90_000);

  test('goes away with all that it had, though a node of it is dead', async () => {
    await server.cli('bay', 'delete', 'hive', '--yes', '--wait=60');
    expect(await ownedBy(instance)).toEqual(['network public']);
    const tables = [
      'bay',
      'node',
      'node_group',
      'container',
      'intent',
      'work_item',
      'vault_secret',
      'hot_stack',
      'hot_resource',
      'hot_signal',
      'hot_allocation',
      'embedded_range',
      'embedded_user',
    ];
    expect(await countsOf(server, tables)).toEqual(Object.fromEntries(tables.map((table) => [table, 0])));
  }, 90_000);

  test('leaves nothing in the engine when the service stops', async () => {
    await server.stop();
    expect(await ownedBy(instance)).toEqual([]);
    // Volumes of others come and go meanwhile; what a node left behind would stay.
    await until('no volume is left', async () => [...(await danglingVolumes())].every((name) => volumesBefore.has(name)), {
      withinMs: 20_000,
      everyMs: 300,
    });
  }, 30_000);

  async function swarmNodes(): Promise<readonly string[]> {
    const output = await inside(
      instance,
      await manager(),
      'docker',
      'node',
      'ls',
      '--format',
      '{{.Hostname}} {{.ManagerStatus}} {{.Status}}',
    );
    return output.split('\n').sort();
  }

  async function signedClient(): Promise<KeyPair> {
    const { key, csr } = await clientRequest();
    return { key, certificate: (await magnum.certificates.sign({ bay_uuid: bayId, csr })).pem };
  }

  async function aRunningContainer(name: string): Promise<Container> {
    await magnum.containers.create({ bay_uuid: bayId, name, image: HELLO_IMAGE });
    await magnum.containers.start(name);
    return magnum.containers.get(name);
  }

  async function resize(count: number): Promise<void> {
    await magnum.bays.update(bayId, { node_count: count });
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 90_000 });
    expect(bay).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: count });
  }

  /** As the nodes themselves have them. */
  async function secretsOfTheBay(): Promise<Record<string, string>> {
    const name = await manager();
    const values = JSON.parse(await inside(instance, name ?? '', 'cat', '/etc/magnum/node.json'));
    const credential = JSON.parse(await inside(instance, name ?? '', 'cat', '/etc/magnum/credential.json'));
    const { adminPassword, demoPassword, sealingKey } = server.instance();
    const secrets: Record<string, string> = {
      workerToken: await inside(instance, name ?? '', 'docker', 'swarm', 'join-token', '-q', 'worker'),
      managerToken: await inside(instance, name ?? '', 'docker', 'swarm', 'join-token', '-q', 'manager'),
      trusteePassword: credential.password,
      nodeSecret: await inside(instance, name ?? '', 'cat', '/etc/magnum/secret'),
      enrolmentToken: values.enrolment_token,
      signalToken: values.wait.token,
      adminPassword,
      demoPassword,
      sealingKey,
    };
    expect(Object.values(secrets).filter((secret) => typeof secret !== 'string' || secret.length < 12)).toEqual([]);
    return secrets;
  }
});
