import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../domain/json.js';
import { labelProblems } from '../../../../domain/labels.js';
import { resourceNameOf } from '../../../../domain/names.js';
import { Secret } from '../../../../domain/secret.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import type { StackResource, StackSnapshot } from '../../../../ports/orchestrator.js';
import { findCoe, driverFor } from '../../../index.js';
import { swarmMode } from './driver.js';
import { EXAMPLE_BAYS, exampleBay } from '../../../shared/testing/example-bays.js';
import { SWARM_LABELS } from './labels.js';
import { SWARM_SCRIPTS } from './scripts.js';
import { nodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { resolveNode, resolveUserData } from '../../../shared/testing/user-data.test-support.js';

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
        expect(Buffer.byteLength(text)).toBeLessThan(45_000);
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

  test('rendering twice gives the same', () => {
    expect(renderedText(exampleBay({ managers: 3 }))).toBe(renderedText(exampleBay({ managers: 3 })));
  });

  test('enrolment tokens are a hidden parameter and nowhere in the templates; each node gets its own alone', () => {
    const stack = swarmMode.render(exampleBay());
    expect(stack.parameters['enrolment_tokens']).toBeInstanceOf(Secret);
    expect(JSON.stringify([stack.template, stack.files])).not.toContain('example-token');
    expect((stack.template as { parameters: JsonValue }).parameters).toEqual({
      enrolment_tokens: { type: 'json', hidden: true },
    });
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

  test('a removed worker is the only difference between two renderings', () => {
    const before = resourcesOf(exampleBay({ workers: 3 }));
    const { 'worker-00c9': gone, ...rest } = before;
    expect(gone).toBeDefined();
    expect(resourcesOf(exampleBay({ workers: 3, leaving: ['worker-00c9'] }))).toEqual(rest);
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

  test('the load balancer has no floating address when its label says so', () => {
    const input = exampleBay({ desired: { masterLbEnabled: true, labels: { master_lb_floating_ip_enabled: 'false' } } });
    expect(Object.keys(resourcesOf(input))).not.toContain('api_floating');
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

describe('user data', () => {
  test('hostile values arrive byte for byte, as data', () => {
    const input = EXAMPLE_BAYS['hostile'] ?? exampleBay();
    const config = JSON.parse(resolveUserData(swarmMode.render(input), 'worker-00c8').replace('#cloud-config\n', '')) as {
      write_files: { path: string; content: string; permissions: string }[];
      runcmd: string[][];
    };
    const file = config.write_files.find(({ path }) => path === '/etc/magnum/node.json');
    const values = JSON.parse(file?.content ?? '') as JsonObject;
    expect(file?.permissions).toBe('0600');
    expect(JSON.parse(String(values['labels']))).toEqual(input.bay.desired.labels);
    expect(values['http_proxy']).toBe(input.model.httpProxy);
    expect(config.runcmd).toEqual([['/opt/magnum/node.sh']]);
  });

  test('scripts are the same for every bay, in ASCII', () => {
    const scripts = (input: RenderInput): string[] =>
      Object.entries(swarmMode.render(input).files)
        .filter(([name]) => /\.(sh|py)$/.test(name))
        .map(([, text]) => text);
    expect(scripts(EXAMPLE_BAYS['hostile'] ?? exampleBay())).toEqual(scripts(exampleBay()));
    expect(scripts(exampleBay()).join('')).toMatch(/^[\x00-\x7f]*$/);
  });

  test('shellcheck finds nothing in the scripts', (context) => {
    // In a folder as it is on a node, where lib.sh has the driver's part.
    const { opt: folder, remove } = nodeFolder(SWARM_SCRIPTS);
    onTestFinished(remove);
    const files = readdirSync(folder).filter((name) => name.endsWith('.sh'));
    expect(files.length).toBeGreaterThan(10);
    const result = spawnSync('shellcheck', ['-x', '-P', folder, ...files], { cwd: folder, encoding: 'utf8' });
    if (result.error && !process.env['CI']) {
      console.warn('shellcheck is not installed, so the scripts were not checked');
      context.skip();
    }
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
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

describe('interpreting', () => {
  const input = exampleBay({ workers: 1 });
  const resource = (path: readonly string[], changes: Partial<StackResource> = {}): StackResource => ({
    path,
    type: 'OS::Nova::Server',
    physicalId: `id-of-${path.join('.')}`,
    action: 'CREATE',
    state: 'COMPLETE',
    reason: '',
    ...changes,
  });
  const stack = (changes: Partial<StackSnapshot> = {}): StackSnapshot => ({
    id: 'stack-1',
    name: swarmMode.render(input).name,
    action: 'CREATE',
    state: 'COMPLETE',
    reason: '',
    outputs: {},
    resources: [],
    tags: swarmMode.render(input).tags,
    ...changes,
  });

  test('no stack is absent', () => expect(swarmMode.interpret(undefined, input).stack).toEqual({ kind: 'absent' }));

  test('the generation is what the stack was told', () =>
    expect(swarmMode.interpret(stack(), input).stack).toMatchObject({ kind: 'present', appliedGeneration: 3 }));

  test('a complete bay has addresses, servers and an API', () => {
    const seen = swarmMode.interpret(
      stack({
        outputs: {
          api_address: '198.51.100.4',
          node_addresses: { 'master-0064': { private: '10.0.0.5', public: '198.51.100.4' }, 'worker-00c8': null },
        },
        resources: [
          resource(['master-0064']),
          resource(['master-0064', 'server']),
          resource(['worker-00c8'], { state: 'IN_PROGRESS' }),
        ],
      }),
      input,
    );
    expect(seen.apiAddress).toBe('tcp://198.51.100.4:2375');
    expect([...seen.nodes.values()]).toEqual([
      {
        status: 'CREATE_COMPLETE',
        reason: null,
        serverId: 'id-of-master-0064.server',
        privateAddress: '10.0.0.5',
        publicAddress: '198.51.100.4',
      },
      { status: 'CREATE_IN_PROGRESS', reason: null, serverId: null, privateAddress: null, publicAddress: null },
    ]);
  });

  test('a node that the stack does not hold is not observed', () =>
    expect(swarmMode.interpret(stack(), input).nodes.size).toBe(0));

  test('a failure names the innermost resource, its type, its id and the words', () => {
    const seen = swarmMode.interpret(
      stack({
        state: 'FAILED',
        reason: 'Resource CREATE failed',
        resources: [
          resource(['worker-00c8'], { state: 'FAILED', type: 'node.yaml', reason: 'nested failed' }),
          resource(['worker-00c8', 'wait_condition'], {
            state: 'FAILED',
            type: 'OS::Heat::WaitCondition',
            reason: 'make-cert: HTTP status 403',
          }),
        ],
      }),
      input,
    );
    expect(seen.failure).toBe(
      'worker-00c8.wait_condition (OS::Heat::WaitCondition id-of-worker-00c8.wait_condition): make-cert: HTTP status 403',
    );
    expect([...seen.nodes.values()][0]).toMatchObject({ status: 'CREATE_FAILED', reason: seen.failure });
  });

  test('resources that one failure aborted are reported after it', () => {
    const aborted = ['worker-1', 'worker-2', 'worker-3', 'worker-4'].map((name) =>
      resource([name], { state: 'FAILED', reason: 'StackAborted: aborted because of another failure' }),
    );
    const cause = resource(['worker-5'], { state: 'FAILED', reason: 'no address is left' });
    const seen = swarmMode.interpret(stack({ state: 'FAILED', resources: [...aborted, cause] }), input);
    expect(seen.failure).toMatch(/^worker-5 .*no address is left; .* \(and 2 more\)$/);
  });
});

test('the registry finds the driver by platform, by name, and the engine by either name', () => {
  expect(driverFor({ serverType: 'vm', distro: 'fedora-atomic', coe: 'swarm' })?.name).toBe('swarm-mode');
  expect(driverFor('swarm-mode')).toBe(swarmMode);
  expect(driverFor({ serverType: 'bm', distro: 'debian', coe: 'swarm' })).toBeUndefined();
  expect(findCoe('swarm')).toBe(findCoe('swarm-mode'));
});
