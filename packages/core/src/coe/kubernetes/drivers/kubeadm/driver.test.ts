import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../domain/json.js';
import { resourceNameOf } from '../../../../domain/names.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import { exampleBayFor, type Example } from '../../../shared/testing/example-bays.js';
import { resolveNode, resolveResources, resolveUserData } from '../../../shared/testing/user-data.test-support.js';
import { kubeadm } from './driver.js';
import { KUBEADM_BAYS as BAYS } from './example-bays.test-support.js';

const GOLDEN = new URL('./golden/', import.meta.url);
const MOST_USER_DATA = 48 * 1024;

const bay = (example: Example = {}): RenderInput => exampleBayFor(kubeadm, example);
const labelled = (labels: Readonly<Record<string, string>>, example: Example = {}): RenderInput =>
  bay({ ...example, desired: { ...example.desired, labels } });

function renderedText(input: RenderInput): string {
  const { files, ...stack } = kubeadm.render(input);
  const nested = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, name.endsWith('.yaml') ? (JSON.parse(text) as unknown) : '(script)']),
  );
  return `${JSON.stringify({ ...stack, files: nested }, null, 1)}\n`;
}

function resourcesOf(input: RenderInput): JsonObject {
  const { resources } = kubeadm.render(input).template as { readonly resources: JsonObject }; // every template has some
  return resources;
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

    // Scripts look at the node that they run on, so that a golden file stands for all distributions that boot alike.
    test(`the bay "${name}" renders alike for every distribution that boots as its nodes do`, () => {
      const boots = kubeadm.bootsBy?.(bay(example).model.clusterDistro);
      for (const { distro } of kubeadm.provides.filter((platform) => kubeadm.bootsBy?.(platform.distro) === boots))
        expect(renderedText(bay({ ...example, model: { ...example.model, clusterDistro: distro } }))).toBe(
          renderedText(bay(example)),
        );
    });

    test(`the user data of "${name}" fits into what Nova takes, for every kind of node and every distribution`, () => {
      for (const clusterDistro of new Set(kubeadm.provides.map(({ distro }) => distro))) {
        const input = bay({ ...example, model: { ...example.model, clusterDistro } });
        const stack = kubeadm.render(input);
        for (const node of input.nodes)
          expect(Buffer.byteLength(resolveUserData(stack, resourceNameOf(node))), clusterDistro).toBeLessThan(MOST_USER_DATA);
      }
    });
  }

  test('a node learns the cluster as values: options as lists, labels and taints of its group as pairs', () => {
    const stack = kubeadm.render(bay(BAYS['groups']));
    const values = valuesOf(stack, 'worker-012c');
    expect(values['node_labels']).toEqual([
      { name: 'example.org/gpu', value: 'true' },
      { name: 'get_param', value: 'x' },
      { name: 'magnum.openstack.org/nodegroup', value: 'Gr-n-gro' },
      { name: 'magnum.openstack.org/role', value: 'gpu' },
    ]);
    expect(values['node_taints']).toEqual([{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]);
    expect(valuesOf(kubeadm.render(bay(BAYS['hostile'])), 'worker-00c8')['kubernetes']).toMatchObject({
      options: {
        apiserver: [
          { name: 'audit-log-path', value: '/var/log/a b.log' },
          { name: 'v', value: '4' },
        ],
        kubelet: [
          { name: 'max-pods', value: '50' },
          { name: 'v', value: '2' },
        ],
      },
    });
  });

  test('every image begins with the registry of the bay', () => {
    const { kubernetes } = valuesOf(kubeadm.render(bay(BAYS['existing-network'])), 'worker-00c8');
    const text = JSON.stringify(kubernetes);
    expect(kubernetes).toMatchObject({ image_repository: 'registry.example.org/k8s' });
    expect(kubernetes).toMatchObject({ pause: 'registry.example.org/k8s/pause:3.10.2' });
    expect(text).not.toMatch(/ghcr\.io|registry\.k8s\.io/);
  });
});

/** The values for the scripts in a node's user data. */
function valuesOf(stack: ReturnType<typeof kubeadm.render>, node: string): JsonObject {
  const { write_files: files } = JSON.parse(resolveUserData(stack, node).replace('#cloud-config\n', '')) as {
    readonly write_files: readonly { readonly path: string; readonly content: string }[];
  };
  return JSON.parse(files.find(({ path }) => path === '/etc/magnum/node.json')?.content ?? '') as JsonObject;
}

describe('the stack as programs outside know it', () => {
  const GROUP = 'group-default-worker-00000002';
  const template = (file: string, input: RenderInput = bay()): JsonObject =>
    JSON.parse(kubeadm.render(input).files[file] ?? '') as JsonObject;
  const namesIn = (found: JsonObject): readonly string[] => Object.keys(found['resources'] as JsonObject); // a template

  test('each group of workers is a stack that holds its nodes under one name, also without nodes', () => {
    expect(Object.keys(resourcesOf(bay(BAYS['groups']))).filter((name) => name.startsWith('group-'))).toEqual([
      GROUP,
      'group-Gr-n-gro-00000003',
    ]);
    for (const workers of [0, 2]) expect(namesIn(template(`${GROUP}.yaml`, bay({ workers })))).toEqual(['kube_minions']);
  });

  test('the nodes of a group are resources of one stack, whose output tells the server of each by reference', () => {
    const nodes = template('nodes-default-worker-00000002.yaml');
    expect(namesIn(nodes)).toEqual(['worker-00c8', 'worker-00c9']);
    expect((nodes['outputs'] as JsonObject)['refs_map']).toEqual({
      value: { 'worker-00c8': { get_resource: 'worker-00c8' }, 'worker-00c9': { get_resource: 'worker-00c9' } },
    });
  });

  test('a node has its server and its condition under the names that are looked for, and is referred to by its server', () => {
    const node = template('node.yaml');
    expect(namesIn(node)).toEqual(expect.arrayContaining(['kube-minion', 'node_config_deployment']));
    expect((node['outputs'] as JsonObject)['OS::stack_id']).toEqual({ value: { get_resource: 'kube-minion' } });
  });

  test('addresses of workers come up through their group', () => {
    const { outputs } = kubeadm.render(bay()).template as { readonly outputs: JsonObject };
    expect(outputs['shard_addresses']).toEqual({ value: [{ get_attr: [GROUP, 'members'] }] });
  });

  test('nodes and their volumes are in the zones that were chosen for them', () => {
    const input = labelled({ availability_zone: 'nova-a,nova-b' }, { desired: { dockerVolumeSize: 5 } });
    const zones = ['nova-a', 'nova-a', 'nova-b'];
    const stack = kubeadm.render({
      ...input,
      nodes: input.nodes.map((node, index) => ({ ...node, zone: zones[index] ?? null })),
    });
    for (const [index, node] of input.nodes.entries()) {
      const { properties } = resolveNode(stack, resourceNameOf(node));
      expect([properties['availability_zone'], properties['volume_zone']]).toEqual([zones[index], zones[index]]);
    }
    const fixed = labelled(
      { availability_zone: 'nova-a', docker_volume_availability_zone: 'ceph' },
      { desired: { dockerVolumeSize: 5 } },
    );
    expect(resolveNode(kubeadm.render(fixed), 'worker-00c8').properties).toMatchObject({
      availability_zone: 'nova-a',
      volume_zone: 'ceph',
    });
  });

  test("each volume of a node is in the zone of its server, and the data's where docker_volume_availability_zone says", () => {
    const zonesOf = (labels: Readonly<Record<string, string>>, node: string) => {
      const input = labelled(
        { availability_zone: 'nova-a', boot_volume_size: '20', etcd_volume_size: '3', ...labels },
        { desired: { dockerVolumeSize: 5 } },
      );
      return Object.fromEntries(
        Object.entries(resolveResources(kubeadm.render(input), node))
          .filter(([, { type }]) => type === 'OS::Cinder::Volume' || type === 'OS::Nova::Server')
          .map(([name, { properties }]) => [name, properties['availability_zone']]),
      );
    };
    const everywhere = { volume: 'nova-a', boot_volume: 'nova-a' };
    expect(zonesOf({}, 'worker-00c8')).toEqual({ 'kube-minion': 'nova-a', ...everywhere });
    expect(zonesOf({}, 'master-0064')).toEqual({ 'kube-master': 'nova-a', store_volume: 'nova-a', ...everywhere });
    expect(zonesOf({ docker_volume_availability_zone: 'ceph' }, 'master-0064')).toEqual({
      'kube-master': 'nova-a',
      store_volume: 'nova-a',
      ...everywhere,
      volume: 'ceph',
    });
  });

  test('no node learns a secret from the template or from another node', () => {
    const input = bay(BAYS['three-masters']);
    const stack = kubeadm.render(input);
    for (const node of input.nodes) {
      const data = resolveUserData(stack, resourceNameOf(node));
      expect(data.match(/example-token-of-[a-z]+-[0-9a-f]+/g)).toEqual([`example-token-of-${resourceNameOf(node)}`]);
      expect(data).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|password["']: ?["'][^"']/);
    }
    expect(resolveNode(stack, 'worker-00c8').type).toBe('node-volume.yaml');
  });
});

describe('who may reach a bay', () => {
  type Rule = Readonly<Record<string, JsonValue>>;
  const rulesOf = (input: RenderInput, group: string): readonly Rule[] => {
    const found = resourcesOf(input)[group];
    const properties = isJsonObject(found) ? found['properties'] : undefined;
    return (isJsonObject(properties) ? properties['rules'] : []) as readonly Rule[]; // rendered above
  };
  const outside = (input: RenderInput, group: string): readonly Rule[] =>
    rulesOf(input, group).filter((rule) => rule['remote_mode'] === undefined && rule['remote_ip_prefix'] === undefined);

  test('everyone may reach the API and SSH of control planes, and nothing else', () => {
    expect(outside(bay(), 'secgroup_manager').map((rule) => rule['port_range_min'])).toEqual([6443, 22]);
    expect(outside(bay(), 'secgroup_node')).toEqual([]);
    expect(outside(bay(), 'secgroup_worker')).toEqual([]);
  });

  test('with api_allowed_cidrs the API is for those ranges and for the network of the nodes', () => {
    const api = rulesOf(bay(BAYS['guarded']), 'secgroup_manager').filter((rule) => rule['port_range_min'] === 6443);
    expect(api.map((rule) => rule['remote_ip_prefix'])).toEqual(['192.0.2.0/24', '10.0.0.0/24']);
  });

  test('etcd is for control planes alone', () => {
    const etcd = ['secgroup_node', 'secgroup_manager', 'secgroup_worker'].flatMap((group) =>
      rulesOf(bay(), group)
        .filter((rule) => Number(rule['port_range_min']) <= 2379 && Number(rule['port_range_max']) >= 2379)
        .map((rule) => [group, rule['remote_mode']]),
    );
    expect(etcd).toEqual([['secgroup_manager', 'remote_group_id']]);
  });

  test('the load balancer asks the API whether it is ready, but for a provider that cannot', () => {
    const monitor = (labels: Readonly<Record<string, string>>): JsonValue =>
      (resourcesOf(labelled(labels, { desired: { masterLbEnabled: true } }))['api_monitor'] as JsonObject)['properties'] ?? null;
    expect(monitor({})).toMatchObject({ type: 'HTTPS', url_path: '/readyz', expected_codes: '200' });
    expect(monitor({ octavia_provider: 'ovn' })).toMatchObject({ type: 'TCP' });
  });
});

describe('checking', () => {
  const fields = (input: RenderInput): readonly string[] => (kubeadm.check?.(input) ?? []).map(({ field }) => field);

  test.each([
    [2, 'master_count'],
    [7, 'master_count'],
    [3, 'master_lb_enabled'],
  ])('%i control planes without a load balancer are refused at %s', (managers, field) =>
    expect(fields(bay({ managers }))).toEqual([field]),
  );

  test('three control planes with a load balancer are accepted', () =>
    expect(fields(bay({ managers: 3, desired: { masterLbEnabled: true } }))).toEqual([]));

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a release that is not in the table', { kube_tag: 'v1.23.3-rancher1' }, 'labels.kube_tag'],
    ['pods where services are', { flannel_network_cidr: '10.254.128.0/17' }, 'labels.flannel_network_cidr'],
    ['pods where nodes are', { fixed_subnet_cidr: '10.100.7.0/24' }, 'labels.flannel_network_cidr'],
    ['services where nodes are', { fixed_subnet_cidr: '10.254.7.0/24' }, 'labels.service_cluster_ip_range'],
    ['a range that is none', { service_cluster_ip_range: '10.254.0.0' }, 'labels.service_cluster_ip_range'],
    ['a services range that is too large', { service_cluster_ip_range: '11.0.0.0/8' }, 'labels.service_cluster_ip_range'],
    ["parts of nodes larger than the pods' range", { flannel_network_subnetlen: '16' }, 'labels.flannel_network_subnetlen'],
    ['nginx', { ingress_controller: 'nginx' }, 'labels.ingress_controller'],
    ['an option of the service', { kubeapi_options: '--etcd-servers=http://x' }, 'labels.kubeapi_options'],
    ['what is no option', { kubescheduler_options: '; touch /tmp/owned' }, 'labels.kubescheduler_options'],
    ['an open quotation mark', { kubeapi_options: '--a="b' }, 'labels.kubeapi_options'],
    ['a value that kubelets cannot be given', { kubelet_options: '--a="b c"' }, 'labels.kubelet_options'],
    ['an option of kube-proxy', { kubeproxy_options: '--cleanup' }, 'labels.kubeproxy_options'],
    ['a name that is none', { api_server_cert_sans: 'api.example.org, -' }, 'labels.api_server_cert_sans'],
    ['a registry that is none', { container_infra_prefix: 'https://registry' }, 'labels.container_infra_prefix'],
    ['a tag that is none', { flannel_tag: 'a b' }, 'labels.flannel_tag'],
    ['a range for SSH that is none', { ssh_allowed_cidrs: 'everybody' }, 'labels.ssh_allowed_cidrs'],
  ])('%s is refused', (_what, labels, field) => expect(fields(labelled(labels))).toContain(field));

  test('a bay without TLS, and another network driver, are refused', () => {
    expect(fields(bay({ model: { tlsDisabled: true } }))).toEqual(['tls_disabled']);
    for (const name of ['..', '.hidden', 'a/b'])
      expect(fields(bay({ model: { insecureRegistry: `registry.example:5000,${name}` } }))).toEqual(['insecure_registry']);
  });

  test('ranges of pods are those of the network driver', () => {
    const labels = { calico_ipv4pool: '10.254.0.0/16' };
    expect(fields(labelled(labels))).toEqual([]);
    expect(fields(labelled(labels, { model: { networkDriver: 'calico' } }))).toEqual(['labels.calico_ipv4pool']);
    expect(fields(labelled({ cilium_ipv4pool: '10.1' }, { model: { networkDriver: 'cilium' } }))).toEqual([
      'labels.cilium_ipv4pool',
    ]);
    expect(
      valuesOf(
        kubeadm.render(labelled({ calico_ipv4pool: '10.7.0.0/16' }, { model: { networkDriver: 'calico' } })),
        'worker-00c8',
      )['kubernetes'],
    ).toMatchObject({
      pod_range: '10.7.0.0/16',
    });
  });

  test("more nodes than the pods' range has parts for are refused with the number", () => {
    const input = labelled({ flannel_network_cidr: '10.100.0.0/23' }, { workers: 2 });
    expect(kubeadm.outgrown?.(input)).toMatchObject([{ field: 'node_count', message: /3 nodes.*parts for 2/ }]);
  });

  test('labels of earlier drivers that ask for something are warned of', () => {
    const model = { ...bay().model, labels: { kube_dashboard_enabled: 'true', heapster_enabled: 'false', etcd_tag: 'v3.4.6' } };
    expect(kubeadm.withoutEffect?.(model).map(({ field }) => field)).toEqual([
      'labels.kube_dashboard_enabled',
      'labels.etcd_tag',
    ]);
  });

  test('admission plugins that no longer exist are left out, and warned of', () => {
    const labels = { admission_control_list: 'PodSecurityPolicy,AlwaysPullImages' };
    expect(kubeadm.withoutEffect?.({ ...bay().model, labels })).toMatchObject([{ field: 'labels.admission_control_list' }]);
    expect(valuesOf(kubeadm.render(labelled(labels)), 'worker-00c8')['kubernetes']).toMatchObject({
      admission_plugins: ['AlwaysPullImages'],
    });
  });
});

describe('an upgrade', () => {
  const problems = (current: string | undefined, wanted: string | undefined) =>
    kubeadm.checkUpgrade?.(current === undefined ? {} : { kube_tag: current }, wanted === undefined ? {} : { kube_tag: wanted });

  test.each([
    [undefined, 'v1.36.3'],
    ['1.36', 'v1.36.3'],
    ['v1.35.4', 'v1.35.4'],
    ['v1.35.4', 'v1.36.3'],
    [undefined, 'v1.37.2'],
  ])('from %s to %s replaces nodes by nodes of the same release or of the next one', (current, wanted) => {
    expect(problems(current, wanted)).toEqual([]);
  });

  test.each([
    ['v1.35.4', 'v1.37.2', 'v1.37.2 does not follow on v1.35.4: upgrade to v1.36.3 first'],
    ['1.34', '1.36', '1.36 does not follow on 1.34: upgrade to v1.35.4 first'],
    ['v1.37.2', undefined, 'v1.36.3 does not follow on v1.37.2: a cluster does not go back; keep the release'],
  ])('from %s to %s is refused, with the remedy', (current, wanted, message) => {
    expect(problems(current, wanted)).toEqual([{ field: 'labels.kube_tag', message }]);
  });
});

describe('an image', () => {
  const problems = (kubeVersion: string | undefined, tag?: string) =>
    kubeadm.checkImage?.({ name: 'debian-12', kubeVersion }, tag === undefined ? {} : { kube_tag: tag });

  test.each([
    [undefined, 'v1.35.4'],
    ['v1.36.3', undefined],
    ['v1.36.3', '1.36'],
    ['1.36.3', 'v1.36.3'],
    ['v1.35.2', 'v1.35.2'],
  ])('with Kubernetes %s serves a bay of %s', (inPlace, tag) => {
    expect(problems(inPlace, tag)).toEqual([]);
  });

  test.each([
    ['v1.35.4', undefined],
    ['v1.36.2', '1.36.3'],
    ['ancient', 'v1.36.3'],
  ])('with Kubernetes %s is refused for a bay of %s', (inPlace, tag) => {
    expect(problems(inPlace, tag)).toEqual([
      { field: 'labels.kube_tag', message: expect.stringContaining(`has Kubernetes ${inPlace} in place`) },
    ]);
  });
});

describe('the drain of nodes', () => {
  test.each([
    [{}, { timeoutMs: 300_000, policy: 'force' }],
    [{ drain_timeout: '0' }, { timeoutMs: 0, policy: 'force' }],
    [
      { drain_timeout: '60', drain_policy: 'stop' },
      { timeoutMs: 60_000, policy: 'stop' },
    ],
    [{ drain_timeout: 'soon' }, { timeoutMs: 300_000, policy: 'force' }],
    [
      { drain_timeout: '-1', drain_policy: 'never' },
      { timeoutMs: 300_000, policy: 'force' },
    ],
  ])('with the labels %j', (labels, rules) => {
    expect(kubeadm.drainRules?.({ labels })).toEqual(rules);
  });
});
