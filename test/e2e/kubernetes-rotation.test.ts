import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { membersIn } from '../../packages/core/src/coe/kubernetes/session/etcd.js';
import { ApiPoller, askApi, askAs, isReady } from './api-client.js';
import { DevProcess } from './dev-process.js';
import { inside, removeOwned } from './docker.js';
import { clustersCanBeMade, etcdctlOn } from './kubeadm-cluster.js';
import { administratorOf, aKubernetesBay, aKubernetesModel, AGNHOST, namesOf } from './kubernetes-bays.js';
import { certificateOf, type KeyPair } from './tls.js';

const isPossible = await clustersCanBeMade('test/e2e/kubernetes-rotation.test.ts');
const OVERLAP_MS = 8_000;
const PKI = '/etc/kubernetes/pki';
const LABELS = { certificate_check_interval: '5' };

/** A running cluster gets other keys and another credential; the tests run in this order. */
describe.skipIf(!isPossible)('another authority for a running bay of Kubernetes', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '3000', MAGNUM_ROTATION_OVERLAP_MS: String(OVERLAP_MS) });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let address = '';
  let lastReason = '';
  let masters: readonly string[] = [];
  let workers: readonly string[] = [];
  let old: { readonly ca: string; readonly client: KeyPair };
  let fresh: { readonly ca: string; readonly client: KeyPair };
  const before = new Map<string, string>();
  /** Of a service account, signed before. */
  let token = '';

  const kubectl = (...words: readonly string[]): Promise<string> =>
    inside(instance, masters[0] ?? '', 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);
  const signedClient = (): Promise<KeyPair> => administratorOf(magnum, bayId);
  const authoritiesOn = async (node: string): Promise<readonly (readonly [string, string])[]> => {
    const files = masters.includes(node) ? ['ca.crt', 'front-proxy-ca.crt', 'etcd/ca.crt'] : ['ca.crt'];
    return Promise.all(
      files.map(async (file) => [`${node} ${file}`, await inside(instance, node, 'cat', `${PKI}/${file}`)] as const),
    );
  };
  /** When the phase began, as the bay's story tells it in whole seconds. */
  const phase = (words: string): Promise<number> =>
    until(
      `phase: ${words}`,
      async () => {
        lastReason = (await magnum.bays.get(bayId)).status_reason ?? '';
        const events = await magnum.bays.events(bayId).toArray();
        const found = events.find(
          ({ reason }) => reason?.startsWith('Rotation of the certificate authority:') && reason.includes(words),
        );
        return found && Date.parse(found.at);
      },
      { withinMs: 400_000, everyMs: 300, report: () => lastReason },
    );

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await aKubernetesModel(magnum, { labels: LABELS });
    const bay = await aKubernetesBay(magnum, { name: 'keys', master_count: 3, node_count: 1, master_lb_enabled: true });
    [bayId, address] = [bay.uuid, bay.api_address ?? ''];
    [masters, workers] = [await namesOf(magnum, bayId, 'master'), await namesOf(magnum, bayId, 'worker')];
    old = { ca: (await magnum.certificates.get(bayId)).pem, client: await signedClient() };
    for (const node of [...masters, ...workers]) for (const [file, text] of await authoritiesOn(node)) before.set(file, text);
    await kubectl(
      'run',
      'web',
      `--image=${AGNHOST}`,
      '--port=8080',
      '--expose',
      '--command',
      '--',
      '/agnhost',
      'netexec',
      '--http-port=8080',
    );
    token = await kubectl('create', 'token', 'default', '--duration=1h');
    await kubectl('wait', 'pod/web', '--for=condition=Ready', '--timeout=120s');
  }, 700_000);
  afterAll(() => server.destroy(removeOwned), 120_000);

  /** How many API servers were not ready at the same time, at most, until the work was done. */
  const mostAway = async (hosts: readonly string[], work: Promise<unknown>): Promise<number> => {
    let [isDone, most] = [false, 0];
    const ended = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      const answers = await Promise.all(hosts.map((host) => isReady(`https://${host}:6443`)));
      most = Math.max(most, answers.filter((answer) => !answer).length);
      await sleep(200);
    }
    await ended;
    return most;
  };

  test('refuses no client meanwhile, and makes one API server start again at a time', async () => {
    const hosts = (await magnum.nodes.list({ bay_ident: bayId }).toArray()).flatMap(({ role, private_address: host }) =>
      role === 'master' && host ? [host] : [],
    );
    const withOldFiles = new ApiPoller(address, old.ca, old.client);
    await magnum.certificates.rotate(bayId);
    expect(await magnum.bays.get(bayId)).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
    let [issued, dropped] = [0, 0];
    const rotate = async (): Promise<readonly [ApiPoller, ApiPoller]> => {
      await phase('both authorities are accepted');
      const bundle = (await magnum.certificates.get(bayId)).pem;
      expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      fresh = { ca: bundle, client: await signedClient() };
      const withFreshFiles = new ApiPoller(address, fresh.ca, fresh.client);
      // One that has fetched the new authority's certificate, but keeps the old client certificate for now.
      const inBetween = new ApiPoller(address, bundle, old.client);
      issued = await phase('nodes get certificates');
      await withOldFiles.stop();
      dropped = await phase('stop trusting');
      await inBetween.stop();
      const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 400_000 });
      expect(bay.status, bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
      await withFreshFiles.stop();
      return [inBetween, withFreshFiles];
    };
    const rotated = rotate();
    expect(await mostAway(hosts, rotated)).toBe(1);
    const [inBetween, withFreshFiles] = await rotated;
    expect({
      old: withOldFiles.refusals(issued),
      between: inBetween.refusals(dropped),
      fresh: withFreshFiles.refusals(),
    }).toEqual({ old: [], between: [], fresh: [] });
    for (const client of [withOldFiles, inBetween, withFreshFiles]) expect(client.answers).toBeGreaterThan(20);
    console.info(`answers without a refusal: ${withOldFiles.answers}, ${inBetween.answers}, ${withFreshFiles.answers}`);
  }, 1_200_000);

  test('leaves no trust in the old authorities, of Kubernetes, of etcd and of the aggregated APIs', async () => {
    const { pem } = await magnum.certificates.get(bayId);
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(await askApi(address, pem, fresh.client)).toBe(200);
    expect(await askApi(address, pem, old.client)).toBe(401);
    expect(await askApi(address, old.ca, fresh.client)).toMatch(/self-signed|unable to verify|certificate/i);
    const served = new X509Certificate(await certificateOf(new URL(address).hostname, 6443));
    expect(served.verify(new X509Certificate(pem).publicKey)).toBe(true);
    for (const node of [...masters, ...workers])
      for (const [file, text] of await authoritiesOn(node))
        expect([file, text.match(/BEGIN CERTIFICATE/g)?.length, text === before.get(file)]).toEqual([file, 1, false]);
    const given = await kubectl('get', 'configmap', 'kube-root-ca.crt', '-n', 'default', '-o', 'jsonpath={.data.ca\\.crt}');
    expect(given.trim()).toBe(pem.trim());
  }, 60_000);

  test('signs tokens of service accounts with another key, and still admits those that the former one has signed', async () => {
    const { pem } = await magnum.certificates.get(bayId);
    const keyOf = (text: string): string => JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString()).kid;
    const next = await kubectl('create', 'token', 'default', '--duration=1h');
    expect(keyOf(next)).not.toBe(keyOf(token));
    for (const bearer of [token, next]) expect(await askAs(address, pem, bearer)).toBe(200);
    expect(await askAs(address, pem, `${token.slice(0, -4)}AAAA`)).toBe(401);
    const files = await Promise.all(masters.map((master) => inside(instance, master, 'cat', `${PKI}/sa.key`)));
    expect(new Set(files).size).toBe(1);
  }, 60_000);

  test('leaves a cluster that works: nodes, members of etcd, the network, names and logs', async () => {
    const ready = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}');
    expect(ready).toBe('True True True True');
    for (const master of masters) expect(membersIn(await etcdctlOn(instance, master, 'member', 'list'))).toHaveLength(3);
    await kubectl('create', 'service', 'clusterip', 'later', '--tcp=80:8080');
    await kubectl('patch', 'service', 'later', '-p', '{"spec":{"selector":{"run":"web","app":null}}}');
    await kubectl('run', 'asks', `--image=${AGNHOST}`, '--restart=Never', '--command', '--', '/agnhost', 'netexec');
    await kubectl('wait', 'pod/asks', '--for=condition=Ready', '--timeout=120s');
    // A service that is made now gets its rules from kube-proxy and its name from CoreDNS: both watch the API under the new authority.
    await until(
      'the new service is reached by its name',
      () =>
        kubectl('exec', 'asks', '--', '/agnhost', 'connect', 'later.default.svc.cluster.local:80', '--timeout=3s').then(
          () => true,
          () => false,
        ),
      { withinMs: 60_000, everyMs: 1_000 },
    );
    expect(await kubectl('logs', 'web')).toContain('Started HTTP server on port 8080');
    await until('the bay is healthy', async () => (await magnum.clusters.get(bayId)).health_status === 'HEALTHY', {
      withinMs: 60_000,
      everyMs: 500,
    });
  }, 240_000);

  test('another credential is held by every node, and the old account is gone', async () => {
    const held = (node: string): Promise<{ readonly generation: number; readonly user_id: string }> =>
      inside(instance, node, 'cat', '/etc/magnum/credential.json').then((text) => JSON.parse(text));
    const [first] = await Promise.all(masters.map(held));
    await magnum.credentials.rotate(bayId);
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 240_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
    for (const node of [...masters, ...workers]) {
      const now = await held(node);
      expect([node, now.generation, now.user_id === first?.user_id]).toEqual([node, 1, false]);
    }
  }, 300_000);
});
