import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postInstallSource } from '../../packages/core/src/adapters/manifests/post-install.js';
import { kubernetesAddons } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/addons/addons.js';
import { postInstallObjects } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/addons/post-install.js';
import { KUBERNETES_RELEASES } from '../../packages/core/src/coe/kubernetes/releases.js';
import type { PostInstallManifest } from '../../packages/core/src/domain/post-install.js';
import type { Addon } from '../../packages/core/src/ports/bay-driver.js';
import { KubernetesApi } from '../support/kubernetes-api.js';

// What a control plane applies, taken by a real API server: it refuses fields and values that it does not know.
const FACTS = {
  authUrl: 'https://keystone.example/v3',
  regionName: 'RegionOne',
  externalNetworkId: 'external-1',
  cloudCa: 'a certificate',
  verifyCloudCa: true,
};
const EVERYTHING = {
  keystone_auth_enabled: 'true',
  auto_scaling_enabled: 'true',
  auto_healing_enabled: 'true',
  auto_healing_controller: 'magnum-auto-healer',
};
/** `0644` is octal to kubectl. */
const POST_INSTALL = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: crontabs.stable.example.com }
spec:
  group: stable.example.com
  scope: Namespaced
  names: { plural: crontabs, singular: crontab, kind: CronTab }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { cron: { type: string } } } } } }
---
apiVersion: stable.example.com/v1
kind: CronTab
metadata: { name: nightly }
spec: { cron: 0 3 * * * }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: agent }, data: { level: info } }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: agent }
    spec:
      selector: { matchLabels: { app: agent } }
      template:
        metadata: { labels: { app: agent } }
        spec:
          containers: [{ name: agent, image: 'registry.example/agent:1' }]
          volumes: [{ name: settings, configMap: { name: agent, defaultMode: 0644 } }]
`;
let addons: readonly Addon[] = [];
let api: KubernetesApi | undefined;
let service: Server;
let unavailable = '';

function ask(labels: Readonly<Record<string, string>>, networkDriver = 'flannel', postInstall?: PostInstallManifest): void {
  const bay = { id: 'bay-1', projectId: 'project-1', desired: { labels } };
  const cloud = { facts: FACTS, trusted: true };
  addons = kubernetesAddons({ bay, model: { networkDriver }, cloud, ...(postInstall ? { postInstall } : {}) });
}

beforeAll(async () => {
  service = createServer((_request, response) => response.writeHead(200).end(JSON.stringify({ addons })));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  try {
    api = await KubernetesApi.start();
  } catch (error) {
    if (process.env['CI']) throw error;
    unavailable = error instanceof Error ? error.message : String(error);
    console.info(`skipped: test/host/kubernetes-addons.test.ts: ${unavailable}`);
    return;
  }
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`; // of a TCP server
  const values = {
    ...{ node_name: 'master-1', role: 'manager', bay_id: 'bay-1', magnum_url: `${url}/v1`, auth_url: `${url}/v3` },
    ...{ verify_cloud_ca: true, cloud_ca: '', subnet_id: 'subnet-1' },
  };
  api.settle(values, { generation: 0, user_id: 'u', password: 'p', trust_id: 't' });
  writeFileSync(join(api.node.run, 'token'), 'held');
}, 900_000);
afterAll(async () => {
  await api?.stop();
  await new Promise((resolve) => service.close(resolve));
});

const live = (name: string, work: (kubernetes: KubernetesApi) => Promise<void>): void =>
  test(
    name,
    async (context) => {
      if (!api) return context.skip(unavailable);
      await work(api);
    },
    120_000,
  );

const workloads = async (kubernetes: KubernetesApi): Promise<readonly string[]> =>
  (await kubernetes.kubectl('get', 'daemonsets,deployments', '--all-namespaces', '-o', 'jsonpath={.items[*].metadata.name}'))
    .split(' ')
    .toSorted();

const snapshotOf = (source: object, name = 'before-change'): object => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name, namespace: 'default' },
  spec: { source },
});

describe('the add-ons of a bay, before a real API server', () => {
  live('are all taken, with every label', async (kubernetes) => {
    for (const ingress of ['traefik', 'octavia']) {
      ask({ ...EVERYTHING, ingress_controller: ingress });
      const { code, output } = await kubernetes.runScript('apply-addons.sh');
      expect(code, output).toBe(0);
      expect(output).toContain('serverside-applied');
    }
    expect(await workloads(kubernetes)).toEqual([
      'cluster-autoscaler',
      'csi-cinder-controllerplugin',
      'csi-cinder-nodeplugin',
      'flannel',
      'k8s-keystone-auth',
      'magnum-auto-healer',
      'metrics-server',
      'octavia-ingress-controller',
      'openstack-cloud-controller-manager',
      'snapshot-controller',
    ]);
    const secret = await kubernetes.kubectl('get', 'secret', 'magnum-cloud', '-n', 'kube-system', '-o', 'json');
    const { data } = JSON.parse(secret) as { readonly data: Readonly<Record<string, string>> }; // a Secret
    expect(Buffer.from(data['cloud.conf'] ?? '', 'base64').toString()).toContain('password="p"');
    expect(Object.keys(data).toSorted()).toEqual(['autoscaler.conf', 'ca.pem', 'cloud.conf', 'healer.yaml', 'ingress.yaml']);
    expect(await kubernetes.kubectl('get', 'storageclass', '-o', 'name')).toContain('storageclass.storage.k8s.io/cinder');
  });

  live('bring the kinds of snapshots, checked as their project says, and a class that is the default', async (kubernetes) => {
    const ofClass = await kubernetes.kubectl('get', 'volumesnapshotclass', 'cinder', '-o', 'json');
    expect(JSON.parse(ofClass)).toMatchObject({
      metadata: { annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      driver: 'cinder.csi.openstack.org',
      deletionPolicy: 'Delete',
    });
    await kubernetes.apply(snapshotOf({ persistentVolumeClaimName: 'data' }));
    await expect(kubernetes.apply(snapshotOf({}, 'neither'))).rejects.toThrow(/exactly one of .* must be set/);
    await expect(kubernetes.apply(snapshotOf({ persistentVolumeClaimName: 'another' }))).rejects.toThrow(/is immutable/);
  });

  live('give the programs of snapshots the rights that they need, and no Secrets', async (kubernetes) => {
    const may = async ([program = '', ...words]: readonly string[]): Promise<string> => {
      const account = `--as=system:serviceaccount:kube-system:${program}`;
      return kubernetes.kubectl('auth', 'can-i', account, '-n', 'kube-system', ...words).then(
        (answer) => answer.trim(),
        () => 'no',
      );
    };
    const [controller, sidecar, status] = ['snapshot-controller', 'csi-cinder-controllerplugin', '--subresource=status'];
    for (const question of [
      [controller, 'create', 'volumesnapshotcontents.snapshot.storage.k8s.io'],
      [controller, 'patch', 'volumesnapshots.snapshot.storage.k8s.io', status],
      [controller, 'update', 'leases.coordination.k8s.io'],
      [sidecar, 'watch', 'volumesnapshotclasses.snapshot.storage.k8s.io'],
      [sidecar, 'patch', 'volumesnapshotcontents.snapshot.storage.k8s.io', status],
    ])
      expect(await may(question), question.join(' ')).toBe('yes');
    for (const program of [controller, sidecar]) expect(await may([program, 'get', 'secrets']), program).toBe('no');
  });

  live('that left the set are deleted, with everything that was theirs', async (kubernetes) => {
    ask({ cloud_provider_enabled: 'false', metrics_server_enabled: 'false' });
    expect(await kubernetes.runScript('apply-addons.sh')).toMatchObject({ code: 0 });
    expect(await workloads(kubernetes)).toEqual(['flannel']);
    const left = await kubernetes.kubectl(
      ...['get', 'clusterroles,clusterrolebindings,serviceaccounts,configmaps,secrets,storageclasses,csidrivers,apiservices'],
      ...['--all-namespaces', '--selector=magnum.openstack.org/addon', '-o', 'jsonpath={.items[*].metadata.name}'],
    );
    expect(left.split(' ').filter((name) => !name.startsWith('flannel'))).toEqual([]);
    expect(await kubernetes.kubectl('get', 'volumesnapshotclasses', '-o', 'name')).toBe('');
  });

  live('that left the set leave their kinds behind, and the snapshots of users', async (kubernetes) => {
    expect(await kubernetes.kubectl('get', 'volumesnapshots', '-n', 'default', '-o', 'name')).toBe(
      'volumesnapshot.snapshot.storage.k8s.io/before-change\n',
    );
  });

  live("make the snapshot-controller of an owner, by its project's own manifest, the one of the bay", async (kubernetes) => {
    const labels = { 'app.kubernetes.io/name': 'snapshot-controller' };
    const image = 'registry.k8s.io/sig-storage/snapshot-controller:v8.2.1';
    const container = { name: 'snapshot-controller', image, args: ['--v=5', '--leader-election=true'] };
    await kubernetes.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'snapshot-controller', namespace: 'kube-system' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: 'snapshot-controller', containers: [container] } },
      },
    });
    ask({ csi_snapshotter_tag: 'v8.4.1' });
    const { code, output } = await kubernetes.runScript('apply-addons.sh');
    expect(code, output).toBe(0);
    const [path, place] = ['{.items[*].spec.template.spec.containers[*].image}', ['-n', 'kube-system']];
    const images = await kubernetes.kubectl('get', 'deployments', ...place, '-o', `jsonpath=${path}`);
    expect(
      images
        .split(' ')
        .filter((name) => name.includes('snapshot'))
        .toSorted(),
    ).toEqual(['csi-snapshotter', 'snapshot-controller'].map((name) => `registry.k8s.io/sig-storage/${name}:v8.4.1`));
  });

  for (const { version } of KUBERNETES_RELEASES)
    live(`of the release ${version} are taken`, async (kubernetes) => {
      ask({ ...EVERYTHING, kube_tag: version, ingress_controller: 'octavia' });
      const { code, output } = await kubernetes.runScript('apply-addons.sh');
      expect(code, output).toBe(0);
    });

  live('may be followed by a manifest of the operator, with a kind of its own and an object of it', async (kubernetes) => {
    const manifest = createServer((_request, response) => response.writeHead(200).end(POST_INSTALL));
    await new Promise<void>((resolve) => manifest.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = manifest.address() as AddressInfo; // of a TCP server
      const source = postInstallSource({ allowPlain: true }, `http://127.0.0.1:${port}/post-install.yaml`);
      const { sha256, documents } = await source.fetch(AbortSignal.timeout(10_000));
      ask({}, 'flannel', { sha256, objects: postInstallObjects(documents) });
      const { code, output } = await kubernetes.runScript('apply-addons.sh');
      expect(code, output).toBe(0);
      const found = ['-n', 'default', '-o', 'jsonpath={.spec.cron}'];
      expect(await kubernetes.kubectl('get', 'crontabs.stable.example.com/nightly', ...found)).toBe('0 3 * * *');
      const modes = ['-n', 'default', '-o', 'jsonpath={.spec.template.spec.volumes[0].configMap.defaultMode}'];
      expect(await kubernetes.kubectl('get', 'deployment/agent', ...modes)).toBe('420');
    } finally {
      await new Promise((resolve) => manifest.close(resolve));
    }
  });

  // No namespace comes back here, as none of Kubernetes' controllers deletes them: so this is the last.
  for (const network of ['calico', 'cilium'])
    live(`are taken with ${network} as the network, and flannel is gone`, async (kubernetes) => {
      ask({}, network);
      const { code, output } = await kubernetes.runScript('apply-addons.sh');
      expect(code, output).toBe(0);
      const found = await workloads(kubernetes);
      expect(found).not.toContain('flannel');
      expect(found).toContain({ calico: 'calico-node', cilium: 'cilium' }[network]);
    });
});
