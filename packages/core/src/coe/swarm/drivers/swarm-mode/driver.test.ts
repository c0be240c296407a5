import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../domain/json.js';
import { labelProblems } from '../../../../domain/labels.js';
import { resourceNameOf } from '../../../../domain/names.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import { findCoe, driverFor } from '../../../index.js';
import { swarmMode } from './driver.js';
import { EXAMPLE_BAYS, exampleBay } from '../../../shared/testing/example-bays.js';
import { SWARM_LABELS } from './labels.js';
import { resolveNode, resolveResources, resolveUserData } from '../../../shared/testing/user-data.test-support.js';

const GOLDEN = new URL('./golden/', import.meta.url);

function renderedText(input: RenderInput): string {
  const { files, parameters, ...stack } = swarmMode.render(input);
  const nested = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, name.endsWith('.yaml') ? (JSON.parse(text) as unknown) : '(script)']),
  );
  return `${JSON.stringify({ ...stack, parameters, files: nested }, null, 1)}\n`;
}

function resourcesOf(input: RenderInput): JsonObject {
  const { resources } = swarmMode.render(input).template as { resources: JsonObject };
  return resources;
}

function propertiesOf(input: RenderInput, name: string): JsonObject {
  const resource = resourcesOf(input)[name];
  if (!isJsonObject(resource) || !isJsonObject(resource['properties'])) throw new Error(`no properties of ${name}`);
  return resource['properties'];
}

/** The values for the scripts in user data. */
function valuesIn(data: string): string {
  const config = JSON.parse(data.replace('#cloud-config\n', '')) as {
    readonly write_files: readonly { readonly path: string; readonly content: string }[];
  };
  return config.write_files.find(({ path }) => path === '/etc/magnum/node.json')?.content ?? '';
}

interface Golden {
  readonly template: JsonObject;
  readonly files: Readonly<Record<string, JsonValue>>;
}

/** Scripts are not kept. */
function textsOf({ files }: Golden): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, JSON.stringify(file)]));
}

describe('rendering', () => {
  for (const [name, input] of Object.entries(EXAMPLE_BAYS)) {
    test(`the bay "${name}" renders as reviewed (UPDATE_GOLDEN=1 rewrites)`, () => {
      const file = new URL(`${name}.json`, GOLDEN);
      if (process.env['UPDATE_GOLDEN']) {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(file, renderedText(input));
      }
      expect(renderedText(input)).toBe(readFileSync(file, 'utf8'));
    });

    test(`the user data of "${name}" fits into what Nova takes, for every kind of node`, () => {
      for (const node of input.nodes.filter(({ desired }) => desired === 'present')) {
        const text = resolveUserData(swarmMode.render(input), resourceNameOf(node));
        // Of the 48 KiB, the rest is for labels of callers.
        expect(Buffer.byteLength(text)).toBeLessThan(46_000);
      }
    });
  }

  test('nodes that an earlier release named keep their servers: names and user data are what they were, and nothing else is replaced', () => {
    const earlier = JSON.parse(readFileSync(new URL('earlier-release.json', GOLDEN), 'utf8')) as Golden;
    const input = exampleBay();
    const now = JSON.parse(renderedText(input)) as Golden;
    const tokens = { enrolment_tokens: input.delegation.enrolmentTokens };
    for (const name of ['master-0064', 'worker-00c8', 'worker-00c9']) {
      const [before, after] = [earlier, now].map((golden) => {
        const stack = { ...swarmMode.render(input), template: golden.template, files: textsOf(golden), parameters: tokens };
        const { server, ...others } = (golden.files['node.yaml'] as { readonly resources: JsonObject }).resources;
        const { user_data: _, ...kept } = (server as { readonly properties: JsonObject }).properties;
        return { data: resolveUserData(stack, name), node: (golden.template['resources'] as JsonObject)[name], kept, others };
      });
      expect(after).toEqual(before);
    }
  });

  test('a node gets its whole name; the stack holds only the digits of it', () => {
    const stack = swarmMode.render(exampleBay({ clusterInNames: true }));
    const { type, properties } = resolveNode(stack, 'worker-00c8');
    expect([type, properties['name']]).toEqual(['node.yaml', 'example-worker-00c8']);
    expect(JSON.parse(valuesIn(resolveUserData(stack, 'worker-00c8')))).toMatchObject({ node_name: 'example-worker-00c8' });
  });

  test('each node gets its own enrolment token alone', () => {
    const stack = swarmMode.render(exampleBay());
    const data = resolveUserData(stack, 'worker-00c8');
    expect(data.match(/example-token-of-[a-z]+-[0-9a-f]+/g)).toEqual(['example-token-of-worker-00c8']);
    expect(valuesIn(data)).not.toMatch(/password|trustee/);
    expect(stack.files['manager.yaml']).toContain('"hidden": true');
  });

  test("workers are invited by the first manager, and only learn the workers' token", () => {
    const input = exampleBay({ managers: 3 });
    expect(propertiesOf(input, 'master-0064')['invitation']).toBeUndefined();
    expect(propertiesOf(input, 'master-0065')['invitation']).toEqual({ get_attr: ['master-0064', 'manager_invitation'] });
    expect(propertiesOf(input, 'worker-00c8')['invitation']).toEqual({ get_attr: ['master-0064', 'worker_invitation'] });
  });

  test('when the first manager leaves, the next one invites', () => {
    const input = exampleBay({ managers: 3, leaving: ['master-0064'] });
    expect(propertiesOf(input, 'worker-00c8')['invitation']).toEqual({ get_attr: ['master-0065', 'worker_invitation'] });
  });

  test('each manager is behind the load balancer, workers are not', () => {
    const members = Object.keys(resourcesOf(exampleBay({ managers: 3, desired: { masterLbEnabled: true } }))).filter((name) =>
      name.endsWith('-member'),
    );
    expect(members).toEqual(['master-0064-member', 'master-0065-member', 'master-0066-member']);
  });

  test('name servers are a list, whatever blanks are between them', () => {
    const servers = (dnsNameserver: string | null) =>
      propertiesOf(exampleBay({ model: { dnsNameserver, fixedNetwork: null } }), 'subnet')['dns_nameservers'];
    expect(servers(' 8.8.4.4 , 1.1.1.1')).toEqual(['8.8.4.4', '1.1.1.1']);
    expect(servers(null)).toEqual(['8.8.8.8']);
  });

  test('the load balancer has no floating address when its label says so', () => {
    const input = exampleBay({ desired: { masterLbEnabled: true, labels: { master_lb_floating_ip_enabled: 'false' } } });
    expect(Object.keys(resourcesOf(input))).not.toContain('api_floating');
  });
});

describe('the volumes of a node', () => {
  const zonesOf = (labels: Readonly<Record<string, string>>, node: string, dockerVolumeSize: number | null = 10) => {
    const made = resolveResources(swarmMode.render(exampleBay({ desired: { labels, dockerVolumeSize } })), node);
    return Object.fromEntries(
      Object.entries(made)
        .filter(([, { type }]) => type === 'OS::Cinder::Volume' || type === 'OS::Nova::Server')
        .map(([name, { properties }]) => [name, properties['availability_zone']]),
    );
  };

  test.each(['master-0064', 'worker-00c8'])('of %s are in the zone of its server', (node) => {
    expect(zonesOf({ availability_zone: 'az2' }, node)).toEqual({ server: 'az2', volume: 'az2' });
    expect(zonesOf({ availability_zone: 'az2', boot_volume_size: '20' }, node)).toEqual({
      server: 'az2',
      volume: 'az2',
      boot_volume: 'az2',
    });
  });

  test('that hold data are where docker_volume_availability_zone says; the server and what it boots from are not', () => {
    const labels = { availability_zone: 'az2', docker_volume_availability_zone: 'ceph', boot_volume_size: '20' };
    expect(zonesOf(labels, 'worker-00c8')).toEqual({ server: 'az2', volume: 'ceph', boot_volume: 'az2' });
    expect(zonesOf({ docker_volume_availability_zone: 'ceph' }, 'worker-00c8')).toEqual({ server: undefined, volume: 'ceph' });
  });

  test('without a zone are in none that is named', () => {
    expect(zonesOf({ boot_volume_size: '20' }, 'worker-00c8')).toEqual({
      server: undefined,
      volume: undefined,
      boot_volume: undefined,
    });
  });
});

describe('who may reach a bay', () => {
  type Rule = Readonly<Record<string, JsonValue>>;
  const rulesOf = (input: RenderInput, group: string): readonly Rule[] => propertiesOf(input, group)['rules'] as readonly Rule[]; // rendered above
  const toApi = (input: RenderInput, group: string): readonly JsonValue[] =>
    rulesOf(input, group)
      .filter((rule) => rule['port_range_min'] === 2375)
      .map((rule) => rule['remote_ip_prefix'] ?? null);
  const guarded = { labels: { api_allowed_cidrs: '192.0.2.0/24,198.51.100.7/32' } };

  test('every address may reach the API, and nothing else of a worker, unless labels say otherwise', () => {
    const outside = rulesOf(exampleBay(), 'secgroup_node').filter((rule) => rule['remote_mode'] === undefined);
    expect(outside).toEqual([{ protocol: 'icmp' }, { protocol: 'tcp', port_range_min: 2375, port_range_max: 2375 }]);
    expect(rulesOf(exampleBay(), 'secgroup_manager')).toEqual([{ protocol: 'tcp', port_range_min: 22, port_range_max: 22 }]);
  });

  test('with api_allowed_cidrs the API is for those ranges, on every node', () => {
    expect(toApi(exampleBay({ desired: guarded }), 'secgroup_node')).toEqual(['192.0.2.0/24', '198.51.100.7/32']);
    expect(toApi(exampleBay({ desired: guarded }), 'secgroup_manager')).toEqual([]);
  });

  test('the load balancer is for the same ranges, and may reach the managers itself', () => {
    const input = exampleBay({ desired: { ...guarded, masterLbEnabled: true } });
    expect(propertiesOf(input, 'api_listener')['allowed_cidrs']).toEqual(['192.0.2.0/24', '198.51.100.7/32']);
    expect(toApi(input, 'secgroup_manager')).toEqual(['10.0.0.0/24']);
    expect(toApi(input, 'secgroup_node')).not.toContain('10.0.0.0/24');
  });

  test('the load balancer can have ranges of its own', () => {
    const labels = { ...guarded.labels, master_lb_allowed_cidrs: '203.0.113.0/24' };
    const input = exampleBay({ desired: { labels, masterLbEnabled: true } });
    expect(propertiesOf(input, 'api_listener')['allowed_cidrs']).toEqual(['203.0.113.0/24']);
  });

  test('what is no range is refused, and the label is named', () => {
    const input = exampleBay({ desired: { labels: { api_allowed_cidrs: '192.0.2.0/24,everybody' } } });
    expect(swarmMode.check?.(input)).toEqual([
      { field: 'labels.api_allowed_cidrs', message: '"everybody" is not an IPv4 range' },
    ]);
  });
});

describe('checking', () => {
  const messages = (input: RenderInput): readonly string[] => (swarmMode.check?.(input) ?? []).map(({ field }) => field);

  test('a plain bay has no problem', () => expect(messages(exampleBay())).toEqual([]));
  test('an even number of managers cannot agree', () => expect(messages(exampleBay({ managers: 2 }))).toEqual(['master_count']));
  test('floating addresses need an external network', () =>
    expect(messages(exampleBay({ model: { externalNetworkId: null } }))).toEqual(['external_network_id']));
  test('devicemapper needs 3 GB', () =>
    expect(messages(exampleBay({ desired: { dockerVolumeSize: 2 }, model: { dockerStorageDriver: 'devicemapper' } }))).toEqual([
      'docker_volume_size',
    ]));
  test('the address pool must not overlap the subnet', () =>
    expect(messages(exampleBay({ desired: { labels: { fixed_subnet_cidr: '10.128.7.0/24' } } }))).toEqual([
      'labels.swarm_address_pool',
    ]));
  test.each(['0', '80-', '90-80', '70000', 'http', '-5'])('open_ports refuses %j', (ports) =>
    expect(messages(exampleBay({ desired: { labels: { open_ports: ports } } }))).toEqual(['labels.open_ports']),
  );
  test('labels of known type are checked by the table', () => {
    expect(labelProblems(SWARM_LABELS, { swarm_strategy: 'chaos', fixed_subnet_cidr: '10.0.0.0' })).toHaveLength(2);
  });
});

test("the engine's API is at Docker's port over TCP", () => {
  expect(swarmMode.endpointAt('198.51.100.4')).toBe('tcp://198.51.100.4:2375');
});

test('the registry finds the driver by platform, by name, and the engine by either name', () => {
  expect(driverFor({ serverType: 'vm', distro: 'fedora-atomic', coe: 'swarm' })?.name).toBe('swarm-mode');
  expect(driverFor('swarm-mode')).toBe(swarmMode);
  expect(driverFor({ serverType: 'bm', distro: 'debian', coe: 'swarm' })).toBe(swarmMode);
  expect(driverFor({ serverType: 'bm', distro: 'coreos', coe: 'swarm' })).toBeUndefined();
  expect(findCoe('swarm')).toBe(findCoe('swarm-mode'));
});
