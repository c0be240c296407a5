import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../../domain/json.js';
import type { Labels } from '../../../../../domain/labels.js';
import type { AddonsOf } from '../../../../../ports/bay-driver.js';
import { imagesOf, KUBERNETES_RELEASES } from '../../../releases.js';
import { KUBEADM_BAYS } from '../example-bays.test-support.js';
import { releaseFor } from '../settings.js';
import { kubernetesAddons, kubernetesImages } from './addons.js';

const FACTS = {
  authUrl: 'https://keystone.example/v3',
  regionName: 'RegionOne',
  externalNetworkId: 'external-1',
  cloudCa: '',
  verifyCloudCa: true,
} as const;
const BAY = { id: 'bay-1', projectId: 'project-1' } as const;

const addons = (labels: Labels = {}, cloud?: AddonsOf['cloud'], networkDriver: string | null = 'flannel') =>
  kubernetesAddons({ bay: { ...BAY, desired: { labels } }, model: { networkDriver }, ...(cloud ? { cloud } : {}) });
const inCloud = (labels: Labels = {}, change: Partial<NonNullable<AddonsOf['cloud']>['facts']> = {}) =>
  addons(labels, { facts: { ...FACTS, ...change }, trusted: true });
const byName = (labels: Labels, name: string) => addons(labels).find((addon) => addon.name === name);
const EVERYTHING = {
  keystone_auth_enabled: 'true',
  auto_scaling_enabled: 'true',
  auto_healing_enabled: 'true',
  auto_healing_controller: 'magnum-auto-healer',
} as const;

describe('the add-ons of a cluster', () => {
  test('are its network, then what its labels ask for', () => {
    expect(addons().map(({ name }) => name)).toEqual(['flannel', 'metrics-server']);
    expect(addons({ metrics_server_enabled: 'False' }).map(({ name }) => name)).toEqual(['flannel']);
  });

  test.each(KUBERNETES_RELEASES.map(({ version }) => version))(
    'of %s have every image under the prefix of the bay',
    (version) => {
      for (const ingress of ['octavia', 'traefik'])
        for (const { name, images } of inCloud({
          ...EVERYTHING,
          ingress_controller: ingress,
          kube_tag: version,
          container_infra_prefix: 'registry.example/mirror/',
        })) {
          expect(images.length, name).toBeGreaterThan(name === 'cloud-account' ? -1 : 0);
          for (const image of images) expect(image).toMatch(/^registry\.example\/mirror\/[a-z0-9-]+:v[\w.-]+$/);
        }
    },
  );

  test('are in the list of the images that a private registry has to hold, with what kubeadm itself names', () => {
    const labels = { ...EVERYTHING, ingress_controller: 'octavia', container_infra_prefix: 'registry.example' };
    const listed = kubernetesImages(labels);
    expect(inCloud(labels).flatMap(({ images }) => images)).toHaveLength(16);
    for (const { images } of inCloud(labels)) for (const image of images) expect(listed).toContain(image);
    expect(listed.filter((image) => !image.startsWith('registry.example/'))).toEqual([]);
  });

  test.each(Object.entries(KUBEADM_BAYS))(
    'of the bay "%s" have images under its prefix, and the list for a registry is the same set',
    (_name, example) => {
      const labels = {
        ...example.desired?.labels,
        ...EVERYTHING,
        ingress_controller: 'octavia',
        container_infra_prefix: 'registry.example/k8s',
      };
      const networkDriver = example.model?.networkDriver ?? 'flannel';
      const used = new Set(addons(labels, { facts: FACTS, trusted: true }, networkDriver).flatMap(({ images }) => images));
      for (const image of used) expect(image).toMatch(/^registry\.example\/k8s\/[a-z0-9-]+:v[\w.-]+$/);
      const { release, version } = releaseFor({ bay: { desired: { labels } } });
      const { apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause } = imagesOf(
        release,
        version,
        'registry.example/k8s',
      );
      for (const image of [apiServer, controllerManager, scheduler, proxy, etcd, coredns, pause]) used.add(image);
      expect(new Set(kubernetesImages({ ...labels, network_driver: networkDriver }))).toEqual(used);
    },
  );

  test('say the tag of their main image as their version', () => {
    expect(byName({ flannel_tag: 'v9' }, 'flannel')?.version).toBe('v9');
  });

  test('can be found again: each object has the label of its add-on, and no two have the same place', () => {
    const places = inCloud({ ...EVERYTHING, ingress_controller: 'octavia' }, { cloudCa: 'PEM' }).flatMap(({ name, objects }) =>
      objects.map((object) => {
        const { labels, ...place } = Object(object['metadata']) as { labels?: JsonObject }; // every object has one
        expect(labels?.['magnum.openstack.org/addon']).toBe(name);
        return JSON.stringify([object['apiVersion'], object['kind'], place]);
      }),
    );
    expect(new Set(places).size).toBe(places.length);
  });

  test('a label is a value and never becomes part of another', () => {
    const hostile = '10.0.0.0/8", "Backend": {"Type": "extension", "PostStartupCommand": "reboot"}, "x": "';
    const [config] = (byName({ flannel_network_cidr: hostile }, 'flannel')?.objects ?? []).filter(
      ({ kind }) => kind === 'ConfigMap',
    );
    const { 'net-conf.json': text } = Object(config?.['data']) as Record<string, string>; // the object's texts
    expect(JSON.parse(text ?? '')).toEqual({ Network: hostile, Backend: { Type: 'vxlan' } });
  });
});

describe('the add-ons of a cloud', () => {
  const names = (labels: Labels, trusted = true) => addons(labels, { facts: FACTS, trusted }).map(({ name }) => name);

  test('run wherever nodes have a trust of the owner, unless a label says otherwise', () => {
    expect(names({})).toEqual([
      'flannel',
      'cloud-account',
      'cloud-controller-manager',
      'snapshot-controller',
      'cinder-csi',
      'metrics-server',
    ]);
    expect(names({}, false)).toEqual(['flannel', 'metrics-server']);
    expect(names({ cloud_provider_enabled: 'False' })).toEqual(['flannel', 'metrics-server']);
    expect(names({ cinder_csi_enabled: 'false' })).toEqual([
      'flannel',
      'cloud-account',
      'cloud-controller-manager',
      'metrics-server',
    ]);
  });

  test.each(KUBERNETES_RELEASES.map(({ version, csi }) => [version, csi.snapshotter] as const))(
    'of %s make snapshots by programs of one release, %s unless csi_snapshotter_tag names another',
    (version, tag) => {
      const programs = (labels: Labels) =>
        inCloud({ kube_tag: version, ...labels })
          .flatMap(({ images }) => images)
          .filter((image) => /snapshot/.test(image));
      const named = (of: string) => [`sig-storage/snapshot-controller:${of}`, `sig-storage/csi-snapshotter:${of}`];
      expect(programs({})).toEqual(named(tag).map((name) => `registry.k8s.io/${name}`));
      expect(programs({ csi_snapshotter_tag: 'v9' })).toEqual(named('v9').map((name) => `registry.k8s.io/${name}`));
      expect(programs({ cinder_csi_enabled: 'false' })).toEqual([]);
    },
  );

  test('bring the three kinds of snapshots, and a default class of them for Cinder', () => {
    const { objects = [] } = inCloud().find(({ name }) => name === 'snapshot-controller') ?? {};
    const kinds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(kinds.map(({ spec }) => Object(Object(spec)['names'])['kind'])).toEqual([
      'VolumeSnapshotClass',
      'VolumeSnapshotContent',
      'VolumeSnapshot',
    ]);
    expect(objects.find(({ kind }) => kind === 'VolumeSnapshotClass')).toMatchObject({
      driver: 'cinder.csi.openstack.org',
      metadata: { annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      parameters: { 'force-create': 'true' },
    });
  });

  test.each([
    [{ auto_scaling_enabled: 'true' }, 'autoscaler'],
    [{ auto_healing_enabled: 'true', auto_healing_controller: 'magnum-auto-healer' }, 'auto-healer'],
    [{ ingress_controller: 'octavia' }, 'octavia-ingress'],
  ] as const)('with %j include %s, and its account of the cloud', (labels, name) => {
    expect(names({ ...labels, cloud_provider_enabled: 'false' })).toEqual(['flannel', 'cloud-account', name, 'metrics-server']);
    expect(names(labels, false)).toEqual(['flannel', 'metrics-server']);
  });

  test('that need no account run without a trust: users of Keystone, and Traefik', () => {
    expect(names({ keystone_auth_enabled: 'true', ingress_controller: 'traefik' }, false)).toEqual([
      'flannel',
      'keystone-auth',
      'traefik',
      'metrics-server',
    ]);
  });

  test('are left out for a node that cannot give them an account', () => {
    expect(addons({ ...EVERYTHING, cloud_provider_enabled: 'true' }).map(({ name }) => name)).toEqual([
      'flannel',
      'metrics-server',
    ]);
  });

  const accountOf = (labels: Labels = {}, change: Parameters<typeof inCloud>[1] = {}) => {
    const [secret] = inCloud(labels, change).find(({ name }) => name === 'cloud-account')?.objects ?? [];
    return Object(secret?.['stringData']) as Record<string, string>; // the object's texts
  };

  test('get an account with marks in place of the credential, in the format of each program', () => {
    const files = accountOf({ octavia_provider: 'ovn', octavia_lb_algorithm: 'SOURCE_IP_PORT', auto_healing_timeout: '90' });
    const login = {
      'auth-url': 'https://keystone.example/v3',
      'user-id': '$USER_ID',
      password: '$PASSWORD',
      'trust-id': '$TRUST_ID',
      region: 'RegionOne',
    };
    const global = Object.entries(login).map(([name, value]) => `${name}="${value}"`);
    expect(files['cloud.conf']?.split('\n').filter(Boolean)).toEqual([
      '[Global]',
      ...global,
      '[LoadBalancer]',
      'enabled="true"',
      'create-monitor="true"',
      'lb-method="SOURCE_IP_PORT"',
      'lb-provider="ovn"',
      'floating-network-id="external-1"',
    ]);
    expect(files['autoscaler.conf']?.split('\n').filter(Boolean)).toEqual(['[Global]', ...global]);
    expect(JSON.parse(files['healer.yaml'] ?? '')).toMatchObject({
      'cluster-name': 'bay-1',
      'master-monitor-enabled': false,
      openstack: login,
      healthcheck: { worker: [{ type: 'NodeCondition', params: { 'unhealthy-duration': '90s' } }] },
    });
    expect(JSON.parse(files['ingress.yaml'] ?? '')).toMatchObject({
      'cluster-name': 'bay-1',
      openstack: login,
      octavia: { 'subnet-id': '$SUBNET_ID', 'floating-network-id': 'external-1', provider: 'ovn' },
    });
    expect(files).not.toHaveProperty('ca.pem');
  });

  test('trust the authority of the cloud where it has its own, and give no floating addresses where there is no external network', () => {
    const files = accountOf({}, { cloudCa: 'PEM', verifyCloudCa: false, externalNetworkId: null });
    expect(files['ca.pem']).toBe('PEM');
    expect(files['cloud.conf']).toContain('ca-file="/etc/magnum-cloud/ca.pem"\ntls-insecure="true"\n');
    expect(files['cloud.conf']).toContain('internal-lb="true"');
    // An empty one is not sent, so that the cloud chooses; an absent one would be amphora.
    expect(files['cloud.conf']).toContain('lb-provider=""');
  });

  test('a label cannot end a value of their settings', () => {
    const files = accountOf({ octavia_provider: 'a"\n[Global]\nauth-url="http://192.0.2.1' });
    expect(files['cloud.conf']).toContain(String.raw`lb-provider="a\"\n[Global]\nauth-url=\"http://192.0.2.1"`);
  });

  test('bear the id of the bay, by which its deletion finds what they have made', () => {
    const text = JSON.stringify(inCloud({ ...EVERYTHING }));
    expect(text.match(/--cluster(-name)?=bay-1/g)).toHaveLength(3);
  });

  test('give roles of Keystone rights for the project of the bay alone', () => {
    const [policy] = (inCloud({ keystone_auth_enabled: 'true' }).find(({ name }) => name === 'keystone-auth')?.objects ?? [])
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ data }) => JSON.parse((Object(data) as Record<string, string>)['policies'] ?? '') as readonly JsonObject[]); // the object's texts
    const roles = ['admin', 'admin', 'member', 'member', 'k8s_admin', 'k8s_admin', 'k8s_developer', 'reader', 'k8s_viewer'];
    expect(policy?.map(({ users }) => users)).toEqual(roles.map((role) => ({ projects: ['project-1'], roles: [role] })));
  });
});

describe.each([
  ['calico', { calico_ipv4pool: '10.9.0.0/16' }, 'v3.31.5', ['cni', 'node', 'kube-controllers']],
  ['cilium', { cilium_ipv4pool: '10.9.0.0/16' }, 'v1.18.4', ['cilium', 'operator-generic']],
] as const)('the network of pods by %s', (driver, range, version, names) => {
  const network = (labels: Labels) => addons(labels, undefined, driver).find(({ name }) => name === driver);

  test('takes the place of flannel, with images under the prefix of the bay and with the tag of the label', () => {
    expect(addons({}, undefined, driver).map(({ name }) => name)).toEqual([driver, 'metrics-server']);
    const own = network({ container_infra_prefix: 'registry.example/k8s' });
    expect([own?.version, own?.images]).toEqual([version, names.map((name) => `registry.example/k8s/${name}:${version}`)]);
    const tagged = network({ [`${driver}_tag`]: 'v9' });
    expect([tagged?.version, tagged?.images]).toEqual(['v9', names.map((name) => `quay.io/${driver}/${name}:v9`)]);
  });

  test('has the range of the label', () => {
    expect(JSON.stringify(network(range)?.objects)).toContain('"10.9.0.0/16"');
    expect(JSON.stringify(network({})?.objects)).not.toContain('10.9.0.0');
  });

  test('is in the list of images of such a model', () => {
    const images = network({})?.images ?? [];
    expect(kubernetesImages({ network_driver: driver })).toEqual(expect.arrayContaining([...images]));
    expect(kubernetesImages({})).not.toEqual(expect.arrayContaining([...images]));
  });
});

test('Calico encapsulates as the label says, and finds the address that Kubernetes has of the node', () => {
  const variables = (labels: Labels): Record<string, string> => {
    const objects = addons(labels, undefined, 'calico').find(({ name }) => name === 'calico')?.objects ?? [];
    const text = JSON.stringify(objects.find(({ kind }) => kind === 'DaemonSet'));
    return Object.fromEntries(
      [...text.matchAll(/"name":"([A-Z0-9_]+)","value":"([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
  };
  expect(variables({})).toMatchObject({
    CALICO_IPV4POOL_IPIP: 'Never',
    CALICO_IPV4POOL_CIDR: '10.100.0.0/16',
    IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
  });
  expect(variables({ calico_ipv4pool_ipip: 'CrossSubnet' })).toMatchObject({ CALICO_IPV4POOL_IPIP: 'CrossSubnet' });
});
