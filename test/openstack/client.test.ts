import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { run, type Outcome } from '../e2e/dev-process.js';
import { Fleet } from '../fleet/fleet.js';
import { ownDatabase } from './database.js';
import { withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

// The Debian packages python3-openstackclient and python3-magnumclient, unmodified; `npm test` installs them.
const OPENSTACK = '/usr/bin/openstack';
const MAGNUM = '/usr/bin/magnum';
type Fields = Readonly<Record<string, unknown>>;

await withOpenstack('openstack coe, by the catalog of a Keystone', (cloud) => {
  const { openstack } = cloud;
  let fleet: Fleet | undefined;
  let projectId: string;

  beforeAll(async () => {
    for (const program of [OPENSTACK, MAGNUM]) expect(existsSync(program), `${program} is missing`).toBe(true);
    const database = await ownDatabase(openstack, 'magnum_client');
    const size = { apis: 1, conductors: 1, port: openstack.ports['magnum'] ?? 0 };
    fleet = await Fleet.prepare(database, openstack.broker, size, cloud.config());
    const { secret, document } = await cloud.tokenOf('demo', 'demo');
    projectId = document.project?.id ?? '';
    await fleet.startAll(secret.reveal());
  });
  afterAll(async () => {
    await fleet?.stopAll();
  });

  const ended = (line: string, user: string): Promise<Outcome> => run(OPENSTACK, line.split(' '), cloud.environmentOf(user));
  async function output(line: string, user = 'demo'): Promise<string> {
    const { code, output, errors } = await ended(line, user);
    expect(code, `${line}: ${errors}`).toBe(0);
    return output;
  }
  async function refused(line: string, words: RegExp, user = 'demo'): Promise<void> {
    const { code, errors } = await ended(line, user);
    expect([code, errors], line).toEqual([1, expect.stringMatching(words)]);
  }
  // The client's own forms.
  const shown = async (line: string, user?: string): Promise<Fields> =>
    JSON.parse(await output(`${line} -f json`, user)) as Fields;
  const listed = async (line: string, user?: string) => JSON.parse(await output(`${line} -f json`, user)) as readonly Fields[];

  test('finds the API under both of its service types', async () => {
    const at = `http://127.0.0.1:${openstack.ports['magnum'] ?? 0}/v1`;
    for (const type of ['container-infra', 'container']) {
      const endpoints = await listed(`endpoint list --service ${type} --interface public`, 'admin');
      expect(endpoints).toEqual([expect.objectContaining({ 'Service Type': type, URL: at, Enabled: true })]);
    }
  });

  test('makes, lists, shows and deletes templates', async () => {
    expect(await listed('coe cluster template list')).toEqual([]);
    const create =
      'coe cluster template create swarm --coe swarm-mode --image debian-12 --keypair demokey --external-network public --flavor m1.small --master-flavor m1.small';
    expect(await output(create)).toContain('Request to create cluster template swarm accepted');
    const template = await shown('coe cluster template show swarm');
    expect(template).toMatchObject({
      name: 'swarm',
      coe: 'swarm-mode',
      image_id: 'debian-12',
      cluster_distro: 'debian',
      keypair_id: 'demokey',
      flavor_id: 'm1.small',
      external_network_id: 'public',
      server_type: 'vm',
      public: false,
    });
    expect(await listed('coe cluster template list')).toEqual([{ uuid: template['uuid'], name: 'swarm', tags: null }]);
    await refused(`${create.replace('debian-12', 'windows')}`, /Image windows could not be found.*HTTP 400/);
    await refused(`${create} --public`, /clustertemplate:publish.*HTTP 403/);
    await refused('coe cluster template show nobody', /ClusterTemplate nobody could not be found.*HTTP 404/);
  });

  test('uses both service types, and no address that the catalog does not name', async () => {
    const templates = (region: string, type: string): Promise<Outcome> =>
      run(MAGNUM, ['--os-region-name', region, '--service-type', type, 'cluster-template-list'], cloud.environmentOf('demo'));
    // What the catalog has not under the type, the client looks for under `container`, the type of Magnum's first years.
    for (const type of ['container-infra', 'container', 'container-infrastructure-management']) {
      const { code, output, errors } = await templates('RegionOne', type);
      expect(code, errors).toBe(0);
      expect(output).toMatch(/\| [0-9a-f-]{36} \| swarm +\|/);
    }
    const { code, errors } = await templates('Nowhere', 'container-infra');
    expect([code, errors]).toEqual([1, expect.stringMatching(/endpoint for container.*Nowhere.* not found/)]);
  });

  test('lists clusters, services, quotas and statistics, as far as the user may', async () => {
    expect(await listed('coe cluster list')).toEqual([]);
    await refused('coe cluster show nobody', /Cluster nobody could not be found.*HTTP 404/);
    await refused('coe service list', /magnum-service:get_all.*HTTP 403/);
    await until('the conductor is listed', async () => (await listed('coe service list', 'admin')).length > 0, {
      withinMs: 60_000,
    });
    expect(await listed('coe service list', 'admin')).toEqual([
      expect.objectContaining({ host: 'conductor-1', binary: 'magnum-conductor', state: 'up', disabled: false }),
    ]);
    expect(await output(`coe stats list ${projectId}`)).toMatch(/clusters +\| 0 [\s\S]*nodes +\| 0 /);
    const quota = `--project-id ${projectId} --resource Cluster`;
    expect(await output(`coe quotas show ${quota}`)).toMatch(/hard_limit +\| 20 /);
    expect(await output(`coe quotas create ${quota} --hard-limit 3`, 'admin')).toMatch(/hard_limit +\| 3 /);
    expect(await output(`coe quotas update ${quota} --hard-limit 4`, 'admin')).toMatch(/hard_limit +\| 4 /);
    expect(await output('coe quotas list --all-tenants', 'admin')).toContain(projectId);
    expect(await output(`coe quotas delete ${quota}`, 'admin')).toContain('Request to delete quota');
    await refused('coe quotas list', /quota:get_all.*HTTP 403/);
  });

  test('deletes templates', async () => {
    expect(await output('coe cluster template delete swarm')).toContain(
      'Request to delete cluster template swarm has been accepted',
    );
    expect(await listed('coe cluster template list')).toEqual([]);
  });
});
