import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DevProcess, run, type Outcome } from '../e2e/dev-process.js';

// The Debian packages python3-openstackclient and python3-magnumclient, unmodified; `npm test` installs them.
const IS_THERE = ['/usr/bin/openstack', '/usr/bin/magnum'].every((program) => existsSync(program));
const MISSING =
  'python3-magnumclient and python3-openstackclient are missing (Debian packages; `npm test` installs them as root)';
if (!IS_THERE && process.env['CI'] === undefined) process.stdout.write(`skipped: coe-client.test.ts, ${MISSING}\n`);

const PATIENCE_MS = 600_000;
type Fields = Readonly<Record<string, unknown>>;

describe.skipIf(!IS_THERE && process.env['CI'] === undefined)('openstack coe', () => {
  const magnum = new DevProcess({}, ['--simulated']);
  const folder = mkdtempSync(join(tmpdir(), 'coe-client-'));
  let commands = 0;
  beforeAll(async () => {
    if (!IS_THERE) throw new Error(MISSING);
    await magnum.start();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await magnum.destroy(async () => undefined);
    process.stdout.write(`openstack coe: ${commands} commands\n`);
  });

  const environmentOf = (user: 'demo' | 'admin'): NodeJS.ProcessEnv => {
    const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OS_')));
    const own = magnum.environment();
    if (user === 'demo') return { ...plain, ...own };
    return { ...plain, ...own, OS_USERNAME: 'admin', OS_PROJECT_NAME: 'admin', OS_PASSWORD: magnum.instance().adminPassword };
  };

  async function ended(user: 'demo' | 'admin', line: string): Promise<Outcome> {
    commands += 1;
    // It asks which shell its output is for.
    return run('/usr/bin/openstack', ['coe', ...line.split(' ')], { ...environmentOf(user), SHELL: '/bin/sh' });
  }
  /** A command that succeeds; what it printed. */
  async function coe(line: string, user: 'demo' | 'admin' = 'demo'): Promise<string> {
    const { code, output, errors } = await ended(user, line);
    expect(code, `${line}: ${errors}`).toBe(0);
    return output;
  }
  const shown = async (line: string, user?: 'admin'): Promise<Fields> => JSON.parse(await coe(`${line} -f json`, user)) as Fields; // the client's own form
  const listed = async (line: string, user?: 'admin'): Promise<readonly Fields[]> =>
    JSON.parse(await coe(`${line} -f json`, user)) as readonly Fields[]; // likewise
  /** A command that is refused: exit code 1, and the service's own words. */
  async function refused(line: string, words: RegExp, user: 'demo' | 'admin' = 'demo'): Promise<void> {
    const { code, errors } = await ended(user, line);
    expect([code, errors], line).toEqual([1, expect.stringMatching(words)]);
  }
  /** Until nothing is under way: asked by the SDK, which is quicker than a Python that starts each time. */
  async function settled(name: string, status: string): Promise<void> {
    const cluster = await magnum.client().clusters.waitUntil(name, { intervalMs: 100, timeoutMs: 120_000 });
    expect(cluster.status).toBe(status);
  }

  test('makes, shows, changes and deletes templates', { timeout: PATIENCE_MS }, async () => {
    expect(await listed('cluster template list')).toEqual([]);
    const made = await coe(
      'cluster template create swarm --coe swarm --image debian-12 --external-network public --keypair default --flavor m1.small --master-flavor m1.tiny --docker-volume-size 4 --labels open_ports=80,octavia_lb_algorithm=SOURCE_IP --tags prod',
    );
    expect(made).toContain('Request to create cluster template swarm accepted');
    const template = await shown('cluster template show swarm');
    expect(template).toMatchObject({
      name: 'swarm',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      flavor_id: 'm1.small',
      master_flavor_id: 'm1.tiny',
      docker_volume_size: 4,
      external_network_id: 'public',
      cluster_distro: 'debian',
      network_driver: 'docker',
      dns_nameserver: '8.8.8.8',
      docker_storage_driver: 'overlay2',
      server_type: 'vm',
      tls_disabled: false,
      public: false,
      hidden: false,
      tags: 'prod',
      labels: { open_ports: '80', octavia_lb_algorithm: 'SOURCE_IP' },
    });
    expect(await shown(`cluster template show ${String(template['uuid'])}`)).toEqual(template);
    expect(await listed('cluster template list')).toEqual([{ uuid: template['uuid'], name: 'swarm', tags: 'prod' }]);

    expect(await coe('cluster template update swarm replace name=swarm-1')).toContain('swarm-1');
    await coe('cluster template update swarm-1 replace docker_volume_size=5');
    await coe('cluster template update swarm-1 add labels/tier=gold');
    await coe('cluster template update swarm-1 remove labels/open_ports');
    await coe('cluster template update swarm-1 replace floating_ip_enabled=False');
    expect(await shown('cluster template show swarm-1')).toMatchObject({
      docker_volume_size: 5,
      floating_ip_enabled: false,
      labels: { tier: 'gold', octavia_lb_algorithm: 'SOURCE_IP' },
    });
    await coe('cluster template update swarm-1 replace floating_ip_enabled=True');
    await refused('cluster template update swarm-1 replace public=True', /clustertemplate:publish.*HTTP 403/);
    await refused('cluster template update swarm-1 remove coe', /coe is mandatory.*HTTP 400/);
    await refused('cluster template show nobody', /ClusterTemplate nobody could not be found.*HTTP 404/);
    await refused(
      'cluster template create x --coe swarm --image windows --external-network public',
      /Image windows could not be found.*HTTP 400/,
    );

    await coe(
      'cluster template create spare --coe swarm --image debian-12 --external-network public --flavor m1.small --hidden',
      'admin',
    );
    expect((await listed('cluster template list')).map(({ name }) => name)).toEqual(['swarm-1']);
    expect((await listed('cluster template list', 'admin')).map(({ name }) => name)).toEqual(['swarm-1', 'spare']);
    expect(
      (await listed('cluster template list --sort-key name --sort-dir asc --limit 1', 'admin')).map(({ name }) => name),
    ).toContain('spare');
    expect(await coe('cluster template delete spare', 'admin')).toContain(
      'Request to delete cluster template spare has been accepted',
    );
    await coe(
      'cluster template create next --coe swarm --image debian-12 --external-network public --keypair default --flavor m1.small --master-flavor m1.tiny --docker-volume-size 5 --labels open_ports=443',
    );
  });

  test('makes, shows, resizes and upgrades a cluster', { timeout: PATIENCE_MS }, async () => {
    expect(await listed('cluster list')).toEqual([]);
    expect(
      await coe('cluster create hive --cluster-template swarm-1 --node-count 1 --timeout 30 --labels extra=1 --merge-labels'),
    ).toMatch(/^Request to create cluster [0-9a-f-]{36} accepted/);
    await settled('hive', 'CREATE_COMPLETE');
    const cluster = await shown('cluster show hive');
    expect(cluster).toMatchObject({
      name: 'hive',
      status: 'CREATE_COMPLETE',
      keypair: 'default',
      node_count: 1,
      master_count: 1,
      create_timeout: 30,
      docker_volume_size: 5,
      flavor_id: 'm1.small',
      master_flavor_id: 'm1.tiny',
      floating_ip_enabled: true,
      master_lb_enabled: false,
      labels: { tier: 'gold', octavia_lb_algorithm: 'SOURCE_IP', extra: '1' },
      labels_added: { extra: '1' },
      labels_overridden: {},
      labels_skipped: {},
      faults: '',
    });
    expect(cluster['api_address']).toMatch(/^tcp:\/\/[\d.]+:2375$/);
    expect(await listed('cluster list')).toEqual([
      expect.objectContaining({
        uuid: cluster['uuid'],
        name: 'hive',
        keypair: 'default',
        node_count: 1,
        master_count: 1,
        status: 'CREATE_COMPLETE',
      }),
    ]);
    await refused('cluster create x --cluster-template nobody', /ClusterTemplate nobody could not be found.*HTTP 404/);
    await refused('cluster create x --cluster-template swarm-1 --master-count 3', /master_count must be 1.*HTTP 400/);
    await refused('cluster create x --cluster-template swarm-1 --flavor huge', /Unable to find flavor huge.*HTTP 400/);
    await refused('cluster show nobody', /Cluster nobody could not be found.*HTTP 404/);
    await refused('cluster update hive replace name=other', /Cannot change cluster property name.*HTTP 400/);

    expect(await coe('cluster update hive replace node_count=2')).toContain('Request to update cluster hive has been accepted');
    await settled('hive', 'UPDATE_COMPLETE');
    expect((await shown('cluster show hive'))['node_count']).toBe(2);
    expect(await coe('cluster update hive replace node_count=1 --rollback')).toContain('accepted');
    await settled('hive', 'UPDATE_COMPLETE');
    expect(await coe('cluster resize hive 3')).toContain('Request to resize cluster hive has been accepted');
    await settled('hive', 'UPDATE_COMPLETE');
    expect((await shown('cluster show hive'))['node_count']).toBe(3);
    await coe('cluster resize hive 2 --nodegroup default-worker --nodes-to-remove 0');
    await settled('hive', 'UPDATE_COMPLETE');
    await refused('cluster resize hive 2 --nodegroup nobody', /nobody could not be found.*HTTP 404/);
    await coe('cluster upgrade hive next --max-batch-size 2');
    await settled('hive', 'UPDATE_COMPLETE');
    const next = await shown('cluster template show next');
    expect((await shown('cluster show hive'))['cluster_template_id']).toBe(next['uuid']);
    await refused('cluster upgrade hive nobody', /nobody could not be found.*HTTP 404/);
    // Some of its commands print a refusal and end with 0.
    expect(await coe('cluster template delete next')).toMatch(/failed: .*is referenced by one or multiple clusters.*HTTP 400/s);
  });

  test('makes, shows, changes and deletes node groups', { timeout: PATIENCE_MS }, async () => {
    const groups = await listed('nodegroup list hive');
    expect(groups.map(({ name, role, node_count: count }) => [name, role, count])).toEqual([
      ['default-master', 'master', 1],
      ['default-worker', 'worker', 2],
    ]);
    expect(
      await coe(
        'nodegroup create hive big --node-count 1 --flavor m1.medium --min-nodes 1 --max-nodes 3 --role gpu --labels x=y --merge-labels',
      ),
    ).toMatch(/^Request to create nodegroup [0-9a-f-]{36} accepted/);
    await settled('hive', 'UPDATE_COMPLETE');
    expect(await shown('nodegroup show hive big')).toMatchObject({
      name: 'big',
      role: 'gpu',
      flavor_id: 'm1.medium',
      node_count: 1,
      min_node_count: 1,
      max_node_count: 3,
      is_default: false,
      labels_added: { x: 'y' },
    });
    expect((await listed('nodegroup list hive --role gpu')).map(({ name }) => name)).toEqual(['big']);
    expect(await coe('nodegroup update hive big replace max_node_count=5')).toContain(
      'Request to update nodegroup big has been accepted',
    );
    await settled('hive', 'UPDATE_COMPLETE');
    expect((await shown('nodegroup show hive big'))['max_node_count']).toBe(5);
    await coe('cluster resize hive 2 --nodegroup big');
    await settled('hive', 'UPDATE_COMPLETE');
    expect((await shown('cluster show hive'))['node_count']).toBe(4);
    await refused('cluster resize hive 9 --nodegroup big', /HTTP 400/);
    await refused('nodegroup create hive big --node-count 1', /HTTP 409/);
    await refused('nodegroup delete hive default-worker', /HTTP 400/);
    await refused('nodegroup show hive nobody', /nobody could not be found.*HTTP 404/);
    expect(await coe('nodegroup delete hive big')).toContain('Request to delete nodegroup big has been accepted');
    await settled('hive', 'UPDATE_COMPLETE');
    expect((await listed('nodegroup list hive')).map(({ name }) => name)).toEqual(['default-master', 'default-worker']);
  });

  test('shows and signs certificates, and writes what a Docker client needs', { timeout: PATIENCE_MS }, async () => {
    const authority = await coe('ca show hive');
    expect(authority).toMatch(/^-----BEGIN CERTIFICATE-----/);
    const [key, csr] = [join(folder, 'own.key'), join(folder, 'own.csr')];
    const openssl = ['req', '-new', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=me', '-keyout', key, '-out', csr];
    expect(spawnSync('openssl', openssl).status).toBe(0);
    const [ca, cert] = [join(folder, 'own-ca.pem'), join(folder, 'own.pem')];
    writeFileSync(ca, authority);
    writeFileSync(cert, await coe(`ca sign hive ${csr}`));
    expect(spawnSync('openssl', ['verify', '-CAfile', ca, cert]).status).toBe(0);
    const variables = await coe(`cluster config hive --dir ${folder} --output-certs --force`);
    expect(variables).toMatch(/export DOCKER_HOST=tcp:\/\/[\d.]+:2375\n/);
    expect(variables).toContain(`export DOCKER_CERT_PATH=${folder}`);
    expect(['ca.pem', 'cert.pem', 'key.pem'].filter((name) => !existsSync(join(folder, name)))).toEqual([]);
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8').trim()).toBe(authority.trim());
    expect(spawnSync('openssl', ['verify', '-CAfile', join(folder, 'ca.pem'), join(folder, 'cert.pem')]).status).toBe(0);
    expect(await coe('ca rotate hive')).toContain('accepted');
    await settled('hive', 'UPDATE_COMPLETE');
    expect(await coe('ca show hive')).not.toBe(authority);
    await refused('ca show nobody', /Cluster nobody could not be found.*HTTP 404/);
  });

  test('reads services, quotas and statistics, as far as the user may', { timeout: PATIENCE_MS }, async () => {
    const project = String((await magnum.client().clusters.get('hive')).project_id);
    await refused('service list', /magnum-service:get_all.*HTTP 403/);
    expect(await listed('service list', 'admin')).toEqual([
      expect.objectContaining({ binary: 'magnum-conductor', state: 'up', disabled: false }),
    ]);
    expect(await coe(`stats list ${project}`)).toMatch(/clusters +\| 1 [\s\S]*nodes +\| 3 /);
    const quota = `--project-id ${project} --resource Cluster`;
    expect(await coe(`quotas show ${quota}`)).toMatch(/hard_limit +\| 20 /);
    expect(await coe(`quotas create ${quota} --hard-limit 1`, 'admin')).toMatch(/hard_limit +\| 1 /);
    expect(await coe(`quotas create ${quota} --hard-limit 1`, 'admin')).toMatch(/failed:.*HTTP 409/s);
    await refused('cluster create more --cluster-template swarm-1', /maximum clusters per project, 1.*HTTP 403/);
    expect(await coe('quotas list --all-tenants', 'admin')).toContain(project);
    expect(await coe(`quotas update ${quota} --hard-limit 2`, 'admin')).toMatch(/hard_limit +\| 2 /);
    expect(await coe(`quotas delete ${quota}`, 'admin')).toContain('Request to delete quota');
    await refused('quotas list', /quota:get_all.*HTTP 403/);
  });

  test('makes a cluster of Mesos, and writes what its clients need', { timeout: PATIENCE_MS }, async () => {
    const template = '--coe mesos --image ubuntu-24.04-mesos --external-network public --keypair default --flavor m1.small';
    const labels = '--labels mesos_slave_isolation=docker/runtime,mesos_slave_image_providers=docker';
    expect(await coe(`cluster template create mesos ${template} ${labels}`)).toContain(
      'Request to create cluster template mesos accepted',
    );
    expect(await shown('cluster template show mesos')).toMatchObject({
      coe: 'mesos',
      cluster_distro: 'ubuntu',
      network_driver: 'docker',
      labels: { mesos_slave_isolation: 'docker/runtime', mesos_slave_image_providers: 'docker' },
    });
    expect(await coe('cluster create ore --cluster-template mesos --node-count 2')).toMatch(
      /^Request to create cluster [0-9a-f-]{36}/,
    );
    await settled('ore', 'CREATE_COMPLETE');
    const cluster = await shown('cluster show ore');
    expect(cluster).toMatchObject({ status: 'CREATE_COMPLETE', node_count: 2, master_count: 1 });
    expect(cluster['api_address']).toMatch(/^[\d.]+$/);
    await refused(
      'cluster create x --cluster-template mesos --labels mesos_slave_isolation=posix/gpu',
      /mesos_slave_isolation.*posix\/gpu.*HTTP 400/,
    );
    await refused('cluster create x --cluster-template mesos --master-count 2', /HTTP 400/);
    await coe('cluster resize ore 3');
    await settled('ore', 'UPDATE_COMPLETE');
    await coe('cluster delete ore');
    await magnum.client().clusters.waitUntilDeleted('ore', { intervalMs: 100, timeoutMs: 120_000 });
    await coe('cluster template delete mesos');
  });

  test('deletes clusters, and then their templates', { timeout: PATIENCE_MS }, async () => {
    expect(await coe('cluster delete hive')).toContain('Request to delete cluster hive has been accepted');
    await magnum.client().clusters.waitUntilDeleted('hive', { intervalMs: 100, timeoutMs: 120_000 });
    expect(await listed('cluster list')).toEqual([]);
    await refused('cluster show hive', /HTTP 404/);
    await coe('cluster template delete next');
    await coe('cluster template delete swarm-1');
    expect(await listed('cluster template list')).toEqual([]);
    expect(commands).toBeGreaterThanOrEqual(60);
  });
});
