import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../../domain/json.js';
import { resourceNameOf } from '../../../../domain/names.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import { exampleBayFor, type Example } from '../../../shared/testing/example-bays.js';
import { resolveUserData } from '../../../shared/testing/user-data.test-support.js';
import { mesosDriver } from './driver.js';
import { MESOS_BAYS as BAYS } from './example-bays.test-support.js';

const GOLDEN = new URL('./golden/', import.meta.url);
const MOST_USER_DATA = 48 * 1024;

const bay = (example: Example = {}): RenderInput => exampleBayFor(mesosDriver, example);
const labelled = (labels: Readonly<Record<string, string>>, example: Example = {}): RenderInput =>
  bay({ ...example, desired: { ...example.desired, labels } });

function renderedText(input: RenderInput): string {
  const { files, ...stack } = mesosDriver.render(input);
  const nested = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, name.endsWith('.yaml') ? (JSON.parse(text) as unknown) : '(script)']),
  );
  return `${JSON.stringify({ ...stack, files: nested }, null, 1)}\n`;
}

function resourcesOf(input: RenderInput): JsonObject {
  const { resources } = mesosDriver.render(input).template as { readonly resources: JsonObject }; // every template has some
  return resources;
}

function propertiesOf(input: RenderInput, name: string): JsonObject {
  const resource = resourcesOf(input)[name];
  if (!isJsonObject(resource) || !isJsonObject(resource['properties'])) throw new Error(`no properties of ${name}`);
  return resource['properties'];
}

/** The settings for the scripts of a node. */
function valuesOf(input: RenderInput, node: string): JsonObject {
  const data = resolveUserData(mesosDriver.render(input), node).replace('#cloud-config\n', '');
  const { write_files: files } = JSON.parse(data) as {
    readonly write_files: readonly { readonly path: string; readonly content: string }[];
  };
  return JSON.parse(files.find(({ path }) => path === '/etc/magnum/node.json')?.content ?? '') as JsonObject; // written as JSON
}

describe('rendering', () => {
  for (const [name, example] of Object.entries(BAYS)) {
    test(`the bay "${name}" renders as reviewed (UPDATE_GOLDEN=1 rewrites)`, () => {
      const file = new URL(`${name}.json`, GOLDEN);
      const text = renderedText(bay(example));
      if (process.env['UPDATE_GOLDEN']) {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(file, text);
      }
      expect(text).toBe(readFileSync(file, 'utf8'));
    });

    test(`the user data of "${name}" fits into what Nova takes, for every kind of node`, () => {
      const input = bay(example);
      const stack = mesosDriver.render(input);
      for (const node of input.nodes)
        expect(Buffer.byteLength(resolveUserData(stack, resourceNameOf(node)))).toBeLessThan(MOST_USER_DATA);
    });
  }

  test('each group of agents has its own flags, as texts', () => {
    const input = bay(BAYS['groups']);
    expect(valuesOf(input, 'worker-00c8')).toMatchObject({
      masters: 1,
      agent: { isolation: '', work_dir: '/srv/mesos', attributes: 'node_group:default-worker' },
    });
    expect(valuesOf(input, 'worker-012c')['agent']).toEqual({
      isolation: 'filesystem/linux,docker/runtime',
      image_providers: 'docker,appc',
      work_dir: '/srv/mesos',
      executor_environment_variables: '{"LANG":"C.UTF-8"}',
      attributes: 'node_group:Gr-n-gro',
    });
    expect(valuesOf(input, 'master-0064')).not.toHaveProperty('agent');
  });

  test('both ports of the masters are behind the load balancer, with every master', () => {
    const input = bay(BAYS['three-masters']);
    for (const [prefix, port] of [
      ['api', 8080],
      ['mesos', 5050],
    ] as const) {
      expect(propertiesOf(input, `${prefix}_listener`)).toMatchObject({ protocol_port: port, protocol: 'TCP' });
      expect(propertiesOf(input, `${prefix}_pool`)).toMatchObject({ listener: { get_resource: `${prefix}_listener` } });
      expect(propertiesOf(input, `${prefix}_monitor`)).toMatchObject({ type: 'TCP', pool: { get_resource: `${prefix}_pool` } });
    }
    const members = Object.entries(resourcesOf(input)).filter(([name]) => name.endsWith('-member'));
    expect(members.map(([name]) => name.replace(/-[0-9a-f]{4}-/, '-x-')).toSorted()).toEqual(
      [...Array<string>(3).fill('master-x-member'), ...Array<string>(3).fill('master-x-mesos-member')].toSorted(),
    );
  });

  test('the address of the bay is shown as an address alone', () => {
    const { name, tags } = mesosDriver.render(bay());
    const outputs = { api_address: '198.51.100.4' };
    const stack = { id: 's', name, tags, action: 'CREATE', state: 'COMPLETE', reason: '', outputs, resources: [] } as const;
    expect(mesosDriver.interpret(stack, bay()).apiAddress).toBe('198.51.100.4');
    expect(mesosDriver.endpointAt('198.51.100.4')).toBe('https://198.51.100.4:8080');
  });
});

describe('security groups', () => {
  const rulesOf = (input: RenderInput, name: string) => propertiesOf(input, name)['rules'] as readonly JsonObject[];
  const portsOf = (rules: readonly JsonObject[], isOpen: (rule: JsonObject) => boolean) =>
    rules.filter((rule) => rule['port_range_min'] !== undefined && isOpen(rule)).map((rule) => Number(rule['port_range_min']));
  const isForAll = (rule: JsonObject): boolean => rule['remote_mode'] === undefined && rule['remote_ip_prefix'] === undefined;

  test('open the gateways and SSH of masters to everyone, and everything else to nodes alone', () => {
    expect(portsOf(rulesOf(bay(), 'secgroup_manager'), isForAll)).toEqual([5050, 8080, 22]);
    expect(portsOf(rulesOf(bay(), 'secgroup_node'), isForAll)).toEqual([]);
    expect(rulesOf(bay(), 'secgroup_worker')).toEqual([]);
    expect(portsOf(rulesOf(bay(), 'secgroup_node'), (rule) => !isForAll(rule))).toEqual([2181, 5051, 15050, 15090, 18080, 31000]);
    expect(portsOf(rulesOf(bay(), 'secgroup_manager'), (rule) => !isForAll(rule))).toEqual([2888, 3888]);
  });

  test('open the gateways to the allowed ranges, and to the network of the load balancer', () => {
    const rules = rulesOf(bay(BAYS['guarded']), 'secgroup_manager').filter(({ port_range_min: port }) => port === 5050);
    expect(rules.map(({ remote_ip_prefix: range }) => range)).toEqual(['192.0.2.0/24', '10.0.0.0/24']);
    expect(portsOf(rulesOf(bay(BAYS['guarded']), 'secgroup_worker'), isForAll)).toEqual([80, 31080]);
  });
});

describe('what Mesos would refuse when it starts is refused before', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['isolators that exist', { mesos_slave_isolation: 'filesystem/posix,posix/cpu, posix/mem,posix/disk,namespaces/pid' }],
    ['images of docker with their isolator', { mesos_slave_isolation: 'docker/runtime', mesos_slave_image_providers: 'docker' }],
    ['images of appc', { mesos_slave_image_providers: 'appc' }],
    ['providers in capitals', { mesos_slave_isolation: 'docker/runtime', mesos_slave_image_providers: 'DOCKER,Appc' }],
    ['a folder of its own', { mesos_slave_work_dir: '/srv/mesos/work-1' }],
    ['an environment', { mesos_slave_executor_env_variables: '{"A":"1","LONG_NAME":"$x \\" y"}' }],
    ['an empty environment', { mesos_slave_executor_env_variables: '{}' }],
    ['nothing at all', { mesos_slave_isolation: '', mesos_slave_work_dir: '', mesos_slave_executor_env_variables: '' }],
  ])('%s are accepted', (_name, labels) => expect(mesosDriver.check?.(labelled(labels))).toEqual([]));

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['an isolator that does not exist', { mesos_slave_isolation: 'posix/cpu,posix/gpu' }, 'posix/gpu'],
    ['an isolator of another kind', { mesos_slave_isolation: '../../lib/evil.so' }, 'no isolator'],
    ['two file systems', { mesos_slave_isolation: 'filesystem/posix,filesystem/linux' }, 'exclude each other'],
    ['a provider that does not exist', { mesos_slave_image_providers: 'oci' }, 'no image provider'],
    ['images of docker without their isolator', { mesos_slave_image_providers: 'docker' }, 'docker/runtime'],
    ['a relative folder', { mesos_slave_work_dir: 'mesos' }, 'work_dir|folder'],
    ['the root', { mesos_slave_work_dir: '/' }, 'folder'],
    ['a folder of the system', { mesos_slave_work_dir: '/etc/magnum' }, 'folder'],
    ['a way out of a folder', { mesos_slave_work_dir: '/srv/../etc' }, 'folder'],
    ['a folder of another program', { mesos_slave_work_dir: '/var/lib/docker/mesos' }, 'folder'],
    ['the folder of the scripts', { mesos_slave_work_dir: '/opt/magnum' }, 'folder'],
    ['a folder with a command', { mesos_slave_work_dir: '/srv/$(touch x)' }, 'folder'],
    ['an environment that is no JSON', { mesos_slave_executor_env_variables: 'A=1' }, 'JSON object of texts'],
    ['an environment that is a list', { mesos_slave_executor_env_variables: '["A"]' }, 'JSON object of texts'],
    ['an environment of numbers', { mesos_slave_executor_env_variables: '{"A":1}' }, 'JSON object of texts'],
    ['a name that is none', { mesos_slave_executor_env_variables: '{"A B":"1"}' }, 'JSON object of texts'],
    ['a file of the node', { mesos_slave_executor_env_variables: 'file:///etc/shadow' }, 'JSON object of texts'],
  ])('%s: refused, in the bay and in a node group', (_name, labels, words) => {
    const expected = [{ field: expect.stringMatching(/^labels\.mesos_slave_/), message: expect.stringMatching(words) }];
    expect(mesosDriver.check?.(labelled(labels))).toEqual(expected);
    expect(mesosDriver.check?.(bay({ extraGroup: { labels } }))).toEqual(expected);
  });

  test('an even number of masters', () => {
    for (const managers of [2, 4])
      expect(mesosDriver.check?.(bay({ managers }))).toEqual([
        { field: 'master_count', message: expect.stringContaining('odd') as string },
      ]);
    for (const managers of [1, 3, 5]) expect(mesosDriver.check?.(bay({ managers }))).toEqual([]);
  });
});

test('settings of earlier drivers are warned of', () => {
  const idle = { networkDriver: 'docker', volumeDriver: 'rexray', registryEnabled: true, apiserverPort: 1, labels: {} };
  const given = { ...bay().model, ...idle };
  expect(mesosDriver.withoutEffect?.(given).map(({ field }) => field)).toEqual([
    'volume_driver',
    'registry_enabled',
    'apiserver_port',
  ]);
});
