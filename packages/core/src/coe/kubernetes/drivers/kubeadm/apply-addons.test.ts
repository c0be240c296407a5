import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Labels } from '../../../../domain/labels.js';
import type { PostInstallManifest } from '../../../../domain/post-install.js';
import type { Addon } from '../../../../ports/bay-driver.js';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { kubernetesAddons } from './addons/addons.js';
import { postInstallObjects } from './addons/post-install.js';
import { KUBEADM_SCRIPTS } from './scripts.js';

// apply-addons.sh as it runs on a control plane, before a service with the add-ons of a bay and a kubectl that keeps what it is given.
let node: NodeFolder;
let cloud: Server;
let asked: string[];
let addons: readonly Addon[];

const FACTS = { authUrl: 'https://keystone', regionName: 'R', externalNetworkId: null, cloudCa: '', verifyCloudCa: true };
function addonsWith(labels: Labels, postInstall?: PostInstallManifest): readonly Addon[] {
  const bay = { id: 'bay-1', projectId: 'project-1', desired: { labels } };
  const cloud = { facts: FACTS, trusted: true };
  return kubernetesAddons({ bay, model: { networkDriver: 'flannel' }, cloud, ...(postInstall ? { postInstall } : {}) });
}

beforeEach(async () => {
  node = nodeFolder(KUBEADM_SCRIPTS);
  asked = [];
  addons = addonsWith({});
  cloud = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(200).end(JSON.stringify({ addons }));
  });
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`; // of a TCP server
  const values = {
    node_name: 'sea-master-1',
    role: 'manager',
    bay_id: 'bay-1',
    magnum_url: `${url}/v1`,
    auth_url: `${url}/v3`,
    verify_cloud_ca: true,
    cloud_ca: '',
    subnet_id: 'subnet-1',
  };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify(values));
  writeFileSync(join(node.etc, 'member'), '');
  writeFileSync(join(node.run, 'token'), 'held');
  mkdirSync(join(node.kubernetes, 'pki'));
  writeFileSync(join(node.kubernetes, 'pki', 'ca.crt'), '');
  holdAccount('pass"word\\');
  // Keeps what it is asked, the objects that it is to apply, and digest and list of the last run.
  const kept = join(node.run, 'kept');
  node.program(
    'kubectl',
    `echo "$*" >>${join(node.run, 'calls')}
for word in "$@"; do
    case $word in
    --from-file=objects=*) cp "\${word#--from-file=objects=}" ${kept}-list ;;
    --from-literal=digest=*) printf %s "\${word#--from-literal=digest=}" >${kept}-next ;;
    */objects.json) cp "$word" ${kept}.json ;;
    esac
done
case "$*" in
*'get configmap'*digest*) cat ${kept} 2>/dev/null ;;
*'get configmap'*objects*) cat ${kept}-list 2>/dev/null ;;
*'apply'*'--filename -'*) cat >/dev/null; mv ${kept}-next ${kept} ;;
esac
exit 0`,
  );
});
afterEach(async () => {
  cloud.closeAllConnections();
  await new Promise((resolve) => cloud.close(resolve));
  node.remove();
});

function holdAccount(password: string): void {
  const credential = { generation: 0, user_id: 'trustee-1', password, trust_id: 'trust-1' };
  writeFileSync(join(node.etc, 'credential.json'), JSON.stringify(credential));
}

async function run(): Promise<string> {
  const child = spawn(join(node.opt, 'apply-addons.sh'), {
    env: { ...process.env, PATIENCE: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code]: unknown[] = await once(child, 'close');
  expect([code, output]).toEqual([0, expect.any(String)]);
  return output;
}

interface Applied {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly stringData?: Record<string, string>;
  readonly spec?: { readonly template: { readonly metadata: { readonly annotations?: Record<string, string> } } };
}
const ACCOUNT = 'magnum.openstack.org/cloud-account';
function applied(): readonly Applied[] {
  return (JSON.parse(readFileSync(join(node.run, 'kept.json'), 'utf8')) as { readonly items: readonly Applied[] }).items; // a List
}
const marks = (): readonly (readonly [string, string | undefined, string | undefined])[] =>
  applied().flatMap(({ metadata, spec }) =>
    spec?.template ? [[metadata.name, spec.template.metadata.annotations?.[ACCOUNT], metadata.labels?.[ACCOUNT]] as const] : [],
  );

test('the account of the node takes the place of its marks, and pods that use it have its digest', async () => {
  await run();
  expect(asked).toEqual(['GET /v1/addons/bay-1?fills_account=true']);
  const files = applied().find(({ kind }) => kind === 'Secret')?.stringData ?? {};
  expect(files['cloud.conf']).toContain('user-id="trustee-1"\npassword="pass\\"word\\\\"\ntrust-id="trust-1"\n');
  expect(JSON.parse(files['healer.yaml'] ?? '')).toMatchObject({ openstack: { password: 'pass"word\\', 'trust-id': 'trust-1' } });
  expect(JSON.parse(files['ingress.yaml'] ?? '')).toMatchObject({ octavia: { 'subnet-id': 'subnet-1' } });
  const users = marks().filter(([, digest]) => digest !== undefined);
  expect(users.map(([name, , label]) => [name, label])).toEqual(
    ['openstack-cloud-controller-manager', 'csi-cinder-controllerplugin', 'csi-cinder-nodeplugin'].map((name) => [name, 'true']),
  );
  expect(new Set(users.map(([, digest]) => digest)).size).toBe(1);
  expect(marks().map(([name]) => name)).toContain('metrics-server');
});

test('another account is applied, and starts those pods again; the same one is not', async () => {
  await run();
  const before = marks();
  expect(await run()).not.toContain('applying');
  holdAccount('another');
  expect(await run()).toContain('applying the add-ons of the bay');
  const [now] = [marks()];
  expect(now.filter(([, digest], index) => digest !== before[index]?.[1]).map(([name]) => name)).toEqual([
    'openstack-cloud-controller-manager',
    'csi-cinder-controllerplugin',
    'csi-cinder-nodeplugin',
  ]);
});

test("the operator's manifest is applied after the other add-ons, also where it says as little as Kubernetes allows", async () => {
  const pods = {
    metadata: { labels: { app: 'web' }, annotations: null },
    spec: { volumes: [{ name: 'v', secret: null }], containers: [] },
  };
  const objects = postInstallObjects([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tools', annotations: null } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { k: '$PASSWORD' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: pods } },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { template: { ...pods, spec: { volumes: null } } },
    },
  ]);
  addons = addonsWith({}, { sha256: 'abc', objects });
  expect(await run()).toContain('applying the add-ons of the bay');
  const last = applied().slice(-objects.length);
  expect(last.map(({ kind, metadata }) => [kind, metadata.name, metadata.labels?.['magnum.openstack.org/addon']])).toEqual([
    ['Namespace', 'tools', 'post-install'],
    ['Secret', 'key', 'post-install'],
    ['Deployment', 'web', 'post-install'],
    ['DaemonSet', 'agent', 'post-install'],
  ]);
  // The account of the nodes is written into the service's own Secret alone.
  expect(last[1]?.stringData).toEqual({ k: '$PASSWORD' });
  expect(last[2]?.spec?.template.metadata.annotations).toEqual({
    'magnum.openstack.org/trusted-authorities': expect.any(String) as string,
  });
  expect(await run()).not.toContain('applying');
});

/** Verbs of the calls of kubectl that name this file or kind, in their order. */
function callsAbout(word: string): readonly string[] {
  const calls = readFileSync(join(node.run, 'calls'), 'utf8').split('\n');
  return calls.filter((call) => call.includes(word)).map((call) => / (apply|wait|delete) .*$/.exec(call)?.[1] ?? call);
}

test('kinds are applied before the objects of these kinds, which wait until the API server serves them', async () => {
  await run();
  const calls = readFileSync(join(node.run, 'calls'), 'utf8');
  const [kinds, served, objects] = [/apply .*kinds\.json/, /wait .*Established .*kinds\.json/, /apply .*objects\.json/].map(
    (call) => calls.search(call),
  );
  expect([kinds, served, objects]).toEqual([kinds, served, objects].toSorted((one, other) => Number(one) - Number(other)));
  expect(kinds).toBeGreaterThan(0);
  expect(applied().map(({ kind }) => kind)).toContain('VolumeSnapshotClass');
  expect(applied().map(({ kind }) => kind)).not.toContain('CustomResourceDefinition');
});

test('kinds stay when they leave the set, as the objects of users would go with them', async () => {
  const list = join(node.run, 'kept-list');
  // As a release left it that had kinds in its list.
  writeFileSync(list, 'customresourcedefinition.apiextensions.k8s.io - volumesnapshots.snapshot.storage.k8s.io\n');
  await run();
  expect(readFileSync(list, 'utf8')).not.toContain('customresourcedefinition');
  addons = addonsWith({ cinder_csi_enabled: 'false' });
  await run();
  expect(callsAbout('customresourcedefinition')).toEqual([]);
  expect(callsAbout('volumesnapshotclass')).toEqual(['delete']);
  expect(callsAbout(' snapshot-controller ')).toEqual(['delete', 'delete']);
  expect(callsAbout('kinds.json')).toEqual(['apply', 'wait']);
});
