import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHelloImage, HELLO_IMAGE } from '@magnum-ts/core';
import type { Bay, Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { buildKubernetes } from '../../scripts/host/kubernetes-build.mjs';
import { membersIn } from '../../packages/core/src/coe/kubernetes/session/etcd.js';
import { isReady } from './api-client.js';
import { failedPointsOf } from './cis-benchmark.js';
import { specOf } from './database.js';
import { DevProcess, run } from './dev-process.js';
import { docker, inside, nodeContainer, ownedBy, removeOwned } from './docker.js';
import { clustersCanBeMade, etcdctlOn } from './kubeadm-cluster.js';
import { aKubernetesModel, webController } from './kubernetes-bays.js';
import { findIn, findInFiles, findOnNode, secretsOn } from './node-secrets.js';
import { workerAttacks, workerRights } from './worker-attacks.js';

const isPossible = await clustersCanBeMade('test/e2e/kubernetes-bay.test.ts');
const REPLICAS = 3;
const METADATA = '169.254.169.254';
/** Each counted from the kill before. */
const KILLED_AFTER_S = [0.5, 1.5, 4, 10, 15, 20];
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

/** A line of the audit log, as far as it is looked at. */
interface AuditLine {
  readonly level: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string };
}

describe.skipIf(!isPossible)('a bay of Kubernetes', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '3000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let address = '';
  let masters: readonly string[] = [];

  const nodes = () => magnum.nodes.list({ bay_ident: bayId }).toArray();
  const kubectl = (...words: readonly string[]): Promise<string> =>
    inside(instance, masters.at(-1) ?? '', 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words);
  /** `kill -9` of the service, conductor included, and a new one in its place. */
  const restart = async (): Promise<void> => {
    await server.kill();
    await server.start();
  };
  /** In the midst of a drain, of which the next conductor knows from the database alone. */
  const restartAndSettle = async (): Promise<Bay> => {
    await new Promise((done) => setTimeout(done, 5_000));
    await restart();
    return magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 300_000 });
  };
  const webPods = async (): Promise<number> =>
    Number((await kubectl('get', 'rc', 'web', '-o', 'jsonpath={.status.readyReplicas}')) || '0');

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    await aKubernetesModel(magnum);
    const size = { master_count: 3, node_count: 2, master_lb_enabled: true };
    const hardening = { audit_log_enabled: 'true', encryption_at_rest: 'true', pod_security_default: 'baseline' };
    const labels = { auto_healing_enabled: 'true', auto_healing_timeout: '60', ...hardening };
    bayId = (await magnum.bays.create({ name: 'trio', baymodel_id: 'kubernetes', labels, ...size })).uuid;
    // Its creation takes a minute and a half: the kills meet each of its steps, and none of them is repeated.
    for (const seconds of KILLED_AFTER_S) {
      await new Promise((done) => setTimeout(done, seconds * 1_000));
      await restart();
    }
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 1_000, timeoutMs: 600_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('CREATE_COMPLETE');
    address = bay.api_address ?? '';
    masters = (await nodes()).flatMap(({ name, role }) => (role === 'master' && name ? [name] : []));
  }, 640_000);
  afterAll(() => server.destroy(removeOwned), 120_000);

  test('of three control planes and two workers behind a load balancer is healthy, and all its nodes are ready', async () => {
    expect(masters).toHaveLength(3);
    expect(address).toMatch(/^https:\/\/[\d.]+:6443$/);
    expect(await isReady(address)).toBe(true);
    expect((await nodes()).map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'ready'));
    await until('the bay is healthy', async () => (await magnum.clusters.get(bayId)).health_status === 'HEALTHY', {
      withinMs: 60_000,
      everyMs: 500,
    });
    expect(await magnum.bays.get(bayId)).toMatchObject({
      coe_version: 'v1.36.3',
      container_version: expect.stringMatching(/^1\./),
    });
  }, 90_000);

  test('runs what the API is given: a replication controller over both workers, and a service by its name', async () => {
    const { replicationControllers, kubernetesServices, pods } = magnum;
    await replicationControllers.create({ bay_uuid: bayId, manifest: JSON.stringify(webController(REPLICAS)) });
    await kubernetesServices.create({ bay_uuid: bayId, manifest: JSON.stringify(SERVICE) });
    await until('the pods are ready', async () => (await webPods()) === REPLICAS, { withinMs: 120_000, everyMs: 500 });
    const hosts = (await pods.list(bayId).toArray()).flatMap(({ name, host }) => (name?.startsWith('web-') ? [host] : []));
    expect(hosts).toHaveLength(REPLICAS);
    expect(new Set(hosts).size).toBe(2);
    const [pod = ''] = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
    // A pod is ready before kube-proxy of each node has heard of it, and a service without pods refuses connections.
    const connect = (): Promise<string> =>
      kubectl('exec', pod, '--', '/agnhost', 'connect', 'web.default.svc.cluster.local:80', '--timeout=5s');
    await until('the service is reached by its name', () => connect().then(() => true), { withinMs: 30_000, everyMs: 500 });
    expect(await kubectl('logs', pod)).toContain('Started HTTP server on port 8080');
  }, 180_000);

  test('takes an image of the local engine, which its pods run without a registry', async () => {
    await ensureHelloImage(docker, { onProgress: () => undefined }, AbortSignal.timeout(300_000));
    const output = await server.cli('dev', 'load-image', HELLO_IMAGE, '--bay', 'trio');
    for (const { name } of await nodes()) expect(output).toContain(name);
    const container = { name: 'hello', image: HELLO_IMAGE, imagePullPolicy: 'Never' };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'hello' }, spec: { containers: [container] } };
    await magnum.pods.create({ bay_uuid: bayId, manifest: JSON.stringify(pod) });
    await kubectl('wait', 'pod/hello', '--for=condition=Ready', '--timeout=60s');
    expect(await kubectl('logs', 'hello')).toContain('Hello from a container of Magnum');
    await kubectl('delete', 'pod', 'hello', '--grace-period=1');
    for (const { name } of await nodes())
      expect(await inside(instance, name ?? '', 'ls', '/var/tmp')).not.toContain('magnum-image');
    await expect(server.cli('dev', 'load-image', 'no-such-image:1', '--bay', 'trio')).rejects.toThrow(/no image no-such-image:1/);
  }, 180_000);

  test('is reached by kubectl with a kubeconfig without a key: its certificates are made when they are needed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'magnum-kubectl-'));
    try {
      const { program } = await buildKubernetes(() => undefined);
      const [tool, file] = [join(folder, 'kubectl'), join(folder, 'kubeconfig')];
      symlinkSync(program, tool);
      const command = join(import.meta.dirname, '../../node_modules/.bin/magnum');
      writeFileSync(join(folder, 'magnum'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
      await server.cli('bay', 'config', 'trio', '--merge', file, '--exec', '--ttl', '10m');
      expect(readFileSync(file, 'utf8')).not.toContain('client-key');
      const env = { ...server.environment(), HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}`, NO_PROXY: '*' };
      for (const noun of ['nodes', 'namespaces']) {
        const { code, output, errors } = await run(tool, ['--kubeconfig', file, 'get', noun, '--output', 'name'], env);
        expect([code, output.trim().split('\n').length >= 4], errors).toEqual([0, true]);
      }
      const { output } = await run(tool, ['--kubeconfig', file, 'auth', 'can-i', '*', '*', '--all-namespaces'], env);
      expect(output.trim()).toBe('yes');
      const without = await run(tool, ['--kubeconfig', file, 'get', 'nodes'], {
        PATH: env.PATH,
        HOME: join(folder, 'other'),
        NO_PROXY: '*',
      });
      expect([without.code, without.errors]).toEqual([1, expect.stringContaining('magnum')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('has its add-ons, and says so: nodes and pods are measured', async () => {
    await until(
      'the add-ons are ready',
      async () => {
        const reason = (await magnum.clusters.get(bayId)).health_status_reason;
        return reason?.['addon.flannel'] === 'Ready' && reason['addon.metrics-server'] === 'Ready';
      },
      { withinMs: 120_000, everyMs: 1_000 },
    );
    let seen = '';
    await until(
      'all nodes are measured',
      async () => {
        seen = await kubectl('top', 'nodes', '--no-headers').catch(() => '');
        const lines = seen.split('\n').filter(Boolean);
        // A node that was not asked yet is listed as `<unknown>`.
        return lines.length === 5 && lines.every((line) => /^\S+ +\d+m +\d+% +\d+Mi +\d+%/.test(line));
      },
      { withinMs: 90_000, everyMs: 2_000, report: () => seen },
    );
  }, 240_000);

  test('holds the points of the CIS benchmark that its release and its labels provide, on each control plane', async () => {
    for (const master of masters) expect([master, await failedPointsOf(instance, master)]).toEqual([master, []]);
  }, 60_000);

  test('keeps Secrets encrypted in etcd, and a log of who made them that does not have them', async () => {
    const [master = ''] = masters;
    const word = 'in-the-clear-nowhere';
    await kubectl('create', 'secret', 'generic', 'sealed', `--from-literal=word=${word}`);
    const answer = await etcdctlOn(instance, master, 'get', '/registry/secrets/default/sealed', '--write-out=json');
    const { kvs } = JSON.parse(answer) as { readonly kvs: readonly { readonly value: string }[] }; // etcdctl's form
    const stored = Buffer.from(kvs[0]?.value ?? '', 'base64').toString('latin1');
    expect([stored.startsWith('k8s:enc:secretbox:v1:bay:'), stored.includes(word)]).toEqual([true, false]);
    expect(await kubectl('get', 'secret', 'sealed', '-o', 'jsonpath={.data.word}')).toBe(Buffer.from(word).toString('base64'));
    // Each control plane notes what it was asked itself.
    const logs = '/var/log/kubernetes/audit/*.log';
    const search = async (...options: readonly string[]): Promise<readonly string[]> =>
      (await Promise.all(masters.map((one) => inside(instance, one, 'sh', '-c', `grep ${options.join(' ')} ${logs}; true`))))
        .flatMap((text) => text.split('\n'))
        .filter(Boolean);
    const lines = (await search('-h', `'"sealed"'`)).map((line) => JSON.parse(line) as AuditLine); // the API server's form
    const made = lines.find(({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'secrets');
    expect(made).toMatchObject({ level: 'Metadata', user: { username: 'kubernetes-admin' }, responseStatus: { code: 201 } });
    expect(await search('-l', '-F', '-e', word, '-e', Buffer.from(word).toString('base64'))).toEqual([]);
  }, 60_000);

  test('refuses a pod that would become its node, outside of the namespaces of the system', async () => {
    const asked = ['run', 'root', '--image=busybox', '--privileged', '--dry-run=server', '--namespace'];
    await expect(kubectl(...asked, 'default')).rejects.toThrow('violates PodSecurity "baseline:latest"');
    expect(await kubectl(...asked, 'kube-system')).toContain('pod/root created');
  }, 30_000);

  test('gives a worker what it needs, and nothing of the others to one who has its whole disk', async () => {
    const [worker, neighbour] = (await nodes()).filter(({ role }) => role === 'worker');
    const [master] = (await nodes()).filter(({ role }) => role === 'master');
    const target = {
      bay: bayId,
      worker: worker?.name ?? '',
      neighbour: neighbour?.name ?? '',
      master: master?.name ?? '',
      masterAddress: master?.private_address ?? '',
    };
    const attacks = workerAttacks(target);
    expect(attacks.length).toBeGreaterThanOrEqual(12);
    const wrong: unknown[] = [];
    for (const { what, script, answer } of [...workerRights(target), ...attacks]) {
      const output = await inside(instance, target.worker, 'sh', '-c', `(${script}) 2>&1 || true`);
      if (!answer.test(output)) wrong.push({ what, output });
    }
    expect(wrong).toEqual([]);
    expect(await kubectl('get', 'csr', '-o', 'jsonpath={.items[*].status.certificate}')).toBe('');
  }, 240_000);

  test('lets no pod reach the metadata service, which its node reaches', async () => {
    const [worker = ''] = (await nodes()).flatMap(({ name, role }) => (role === 'worker' && name ? [name] : []));
    const [master] = (await nodes()).filter(({ role }) => role === 'master');
    // A control plane has that address here, and does not drop what comes for it: its API stands for the metadata service.
    const rule = ['--destination', `${METADATA}/32`, '--jump', 'DROP'];
    await inside(instance, master?.name ?? '', 'iptables', '--table', 'mangle', '--delete', 'PREROUTING', ...rule);
    await inside(instance, master?.name ?? '', 'ip', 'address', 'replace', `${METADATA}/32`, 'dev', 'lo');
    await inside(instance, worker, 'ip', 'route', 'replace', METADATA, 'via', master?.private_address ?? '');
    expect(await inside(instance, worker, 'curl', '-sk', '--max-time', '5', `https://${METADATA}:6443/readyz`)).toBe('ok');
    const onWorker = ['get', 'pods', '-l', 'app=web', '--field-selector', `spec.nodeName=${worker}`];
    const [pod = ''] = (await kubectl(...onWorker, '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
    const connect = (host: string): Promise<string> =>
      kubectl('exec', pod, '--', '/agnhost', 'connect', `${host}:6443`, '--timeout=3s');
    await connect(master?.private_address ?? '');
    await expect(connect(METADATA)).rejects.toThrow('TIMEOUT');
  }, 60_000);

  test('grows to three workers and shrinks to one while its disruption budget is never broken', async () => {
    await kubectl('create', 'poddisruptionbudget', 'web', '--selector=app=web', `--min-available=${REPLICAS - 1}`);
    await magnum.bays.update(bayId, [{ op: 'replace', path: '/node_count', value: 3 }]);
    await restart();
    await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 240_000 });
    await magnum.bays.update(bayId, [{ op: 'replace', path: '/node_count', value: 1 }]);
    let [least, isSettled] = [REPLICAS, false];
    const settled = restartAndSettle().finally(() => {
      isSettled = true;
    });
    while (!isSettled) least = Math.min(least, await webPods());
    expect((await settled).status).toBe('UPDATE_COMPLETE');
    expect(least).toBe(REPLICAS - 1);
    expect((await nodes()).filter(({ role }) => role === 'worker')).toHaveLength(1);
    expect((await kubectl('get', 'nodes', '-o', 'name')).split('\n')).toHaveLength(4);
  }, 600_000);

  test('answers through the load balancer ten seconds after a control plane was killed', async () => {
    const [victim = ''] = masters;
    await (await nodeContainer(instance, victim)).kill();
    await new Promise((done) => setTimeout(done, 10_000));
    for (let asked = 0; asked < 10; asked += 1) expect([asked, await isReady(address)]).toEqual([asked, true]);
  }, 30_000);

  test('replaces that control plane by itself, and etcd has three members again', async () => {
    const [victim = ''] = masters;
    const seen = new Set<unknown>();
    await until(
      'the health of the bay names the member',
      async () => {
        const { etcd } = { ...(await magnum.clusters.get(bayId)).health_status_reason };
        seen.add(etcd);
        return etcd === `1 of 3 members do not answer: ${victim}`;
      },
      { withinMs: 60_000, everyMs: 500, report: () => JSON.stringify([...seen]) },
    );
    const mastersNow = async (): Promise<readonly string[]> =>
      (await nodes()).flatMap(({ name, role, state }) => (role === 'master' && state === 'ready' && name ? [name] : []));
    await until(
      'another control plane is ready in its place',
      async () => {
        const now = await mastersNow();
        return now.length === 3 && !now.includes(victim);
      },
      { withinMs: 400_000, everyMs: 1_000 },
    );
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
    const members = membersIn(await etcdctlOn(instance, masters.at(-1) ?? '', 'member', 'list'));
    expect(members.map(({ name, isLearner }) => [name, isLearner]).toSorted()).toEqual(
      (await mastersNow()).map((name) => [name, false]).toSorted(),
    );
    const events = await magnum.bays.events(bayId).toArray();
    expect(events.map(({ reason }) => reason)).toContain(`${victim} has not been ready for too long, and is replaced.`);
    await until('the bay is healthy again', async () => (await magnum.clusters.get(bayId)).health_status === 'HEALTHY', {
      withinMs: 60_000,
      everyMs: 500,
    });
  }, 600_000);

  test('has no key, password or token of a node anywhere but on that node', async () => {
    const names = (await nodes()).map(({ name }) => name ?? '');
    const secrets = (await Promise.all(names.map((name) => secretsOn(instance, name)))).flat();
    // Of a worker: the keys of its kubelet, the secret, the token and the password; a control plane has the keys of its parts as well.
    for (const name of names) expect(secrets.filter(({ path }) => path.startsWith(`${name}:`)).length).toBeGreaterThanOrEqual(5);
    expect(secrets.filter(({ path }) => path.endsWith('/sa.key'))).toHaveLength(3);
    const { stack_id: stackId } = await magnum.clusters.get(bayId);
    const told = [await magnum.bays.get(bayId), await magnum.bays.events(bayId).toArray()];
    const onNodes = await Promise.all(names.map((name) => findOnNode(instance, name, secrets)));
    expect([
      ...findIn('what the service has printed', server.said, secrets),
      ...findInFiles(server.dataDir, secrets),
      ...findIn('the stack', JSON.stringify(await specOf(server, stackId ?? '')), secrets),
      ...findIn('answers of the API', JSON.stringify(told), secrets),
      ...onNodes.flat(),
    ]).toEqual([]);
  }, 120_000);

  test('leaves nothing when it is deleted', async () => {
    await magnum.bays.delete(bayId);
    await restart();
    await magnum.bays.waitUntilDeleted(bayId, { intervalMs: 500, timeoutMs: 120_000 });
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 150_000);
});
