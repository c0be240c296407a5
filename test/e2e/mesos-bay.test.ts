import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MESOS_NODE_IMAGE } from '@magnum-ts/core';
import { until } from '@magnum-ts/core/testing';
import type { Bay, Magnum } from '@magnum-ts/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DevProcess, run } from './dev-process.js';
import { docker, dockerForTests, inside, nodeContainer, ownedBy, removeOwned } from './docker.js';
import { writesToZookeeper } from './mesos-attacks.js';
import { leaderMetrics, TestFramework, type MesosAccess } from './mesos-framework.js';
import { clientRequest } from './tls.js';

const isPossible = await clustersCanBeMade('test/e2e/mesos-bay.test.ts');

async function clustersCanBeMade(file: string): Promise<boolean> {
  if (!(await dockerForTests(file))) return false;
  const isThere = await docker.inspectImage(MESOS_NODE_IMAGE).then(
    () => true,
    () => false,
  );
  const missing = `there is no image ${MESOS_NODE_IMAGE} ("npm run mesos-image" makes it)`;
  if (!isThere && process.env['CI'] === 'true') throw new Error(`${file} needs it: ${missing}`);
  if (!isThere) console.warn(`${file} is left out: ${missing}`);
  return isThere;
}

// What a shell, systemd or a template language would trip over; the executors get the environment.
const HOSTILE = '{"EVIL":"$(touch /pwned) `touch /pwned` \\" %n ${HOME}"}';
const TASK = 'echo "evil=$EVIL"; trap "exit 0" TERM; while :; do sleep 0.2; done';

describe.skipIf(!isPossible)('bays of Mesos', () => {
  const server = new DevProcess({ MAGNUM_HEALTH_INTERVAL_MS: '2000', MAGNUM_ROTATION_OVERLAP_MS: '4000' });
  let magnum: Magnum;
  let instance = '';
  let bayId = '';
  let framework: TestFramework | undefined;
  const nodes = () => magnum.nodes.listDetail({ bay_ident: bayId }).toArray();
  const namesOf = async (role: 'master' | 'worker'): Promise<readonly string[]> =>
    (await nodes()).flatMap((node) => (node.role === role && node.name ? [node.name] : []));

  beforeAll(async () => {
    await server.start();
    instance = server.instance().id;
    magnum = server.client();
    const model = { coe: 'mesos', keypair_id: 'default', external_network_id: 'public', flavor_id: 'm1.small' } as const;
    await magnum.bayModels.create({
      ...model,
      name: 'mesos',
      image_id: 'debian-12-mesos',
      labels: {
        certificate_check_interval: '5',
        mesos_slave_executor_env_variables: HOSTILE,
        mesos_slave_work_dir: '/srv/mesos',
      },
    });
    const ubuntu = { ...model, image_id: 'ubuntu-24.04-mesos' };
    await magnum.bayModels.create({ ...ubuntu, name: 'mesos-ubuntu' });
    const labels = { certificate_check_interval: '5', mesos_slave_work_dir: '/srv/next' };
    await magnum.bayModels.create({ ...ubuntu, name: 'mesos-next', labels });
    await magnum.bayModels.create({ ...ubuntu, name: 'mesos-open', tls_disabled: true });
  }, 120_000);
  afterAll(async () => {
    await framework?.stop();
    await server.destroy(removeOwned);
  }, 120_000);

  async function complete(name: string, order: object): Promise<Bay> {
    bayId = (await magnum.bays.create({ name, ...order } as Parameters<Magnum['bays']['create']>[0])).uuid;
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 240_000 });
    expect(bay.status, bay.status_reason ?? '').toBe('CREATE_COMPLETE');
    return bay;
  }

  async function healthy(withinMs = 60_000): Promise<void> {
    let seen: unknown;
    await until(
      'the bay is healthy',
      async () => {
        const { health_status: status, health_status_reason: reason } = await magnum.clusters.get(bayId);
        seen = [status, reason];
        return status === 'HEALTHY';
      },
      { withinMs, everyMs: 300, report: () => JSON.stringify(seen) },
    );
  }

  async function access(host: string): Promise<MesosAccess> {
    const ca = (await magnum.certificates.get(bayId)).pem;
    const { key, csr } = await clientRequest();
    return { host, ca, client: { key, certificate: (await magnum.certificates.sign({ bay_uuid: bayId, csr })).pem } };
  }

  async function resize(count: number): Promise<void> {
    await magnum.bays.update(bayId, { node_count: count });
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 180_000 });
    expect([bay.status, bay.node_count], bay.status_reason ?? '').toEqual(['UPDATE_COMPLETE', count]);
  }

  test('one master and two agents come up, and Mesos knows them', async () => {
    const bay = await complete('ore', { baymodel_id: 'mesos', node_count: 2 });
    expect(bay.api_address).toBe(bay.master_addresses[0]);
    await healthy();
    expect(await magnum.bays.get(bayId)).toMatchObject({ coe_version: '1.11.0', container_version: '1.11.0' });
    const agents = (await nodes()).filter(({ role }) => role === 'worker');
    for (const { workloads, resources } of agents) {
      expect([workloads, resources?.['cpus']?.used]).toEqual([0, 0]);
      expect(resources?.['mem']?.total).toBeGreaterThan(100);
    }
    expect((await nodes()).map(({ role, state, availability }) => [role, state, availability]).toSorted()).toEqual([
      ['master', 'ready', null],
      ['worker', 'ready', 'active'],
      ['worker', 'ready', 'active'],
    ]);
    const [master = ''] = await namesOf('master');
    expect(await inside(instance, master, 'cat', '/var/log/cloud-init-output.log')).toContain('this image has no Marathon');
  }, 260_000);

  test('tasks run on both agents through the address of the bay, and labels stay data', async () => {
    const { api_address: address } = await magnum.bays.get(bayId);
    framework = new TestFramework(await access(address ?? ''), { count: 2, command: TASK });
    const agents = await namesOf('worker');
    await until('a task runs on each agent', async () => framework?.running().join() === agents.toSorted().join(), {
      withinMs: 60_000,
      everyMs: 300,
      report: () => JSON.stringify([...(framework?.tasks.values() ?? [])]),
    });
    for (const { workloads, resources } of (await nodes()).filter(({ role }) => role === 'worker'))
      expect([workloads, resources?.['cpus']?.used]).toEqual([1, expect.closeTo(0.2, 1)]);
    for (const name of agents) {
      expect(await inside(instance, name, 'sh', '-c', 'find / -xdev -name "pwned*" 2>/dev/null; echo done')).toBe('done');
      const said = await inside(
        instance,
        name,
        'sh',
        '-c',
        'cat /srv/mesos/slaves/*/frameworks/*/executors/*/runs/latest/stdout; tr "\\0" "\\n" </proc/$(pgrep -f lib/mesos/mesos-execut[o]r | head -n 1)/environ',
      );
      expect(said).toContain('EVIL=$(touch /pwned) `touch /pwned` " %n ${HOME}');
    }
  }, 90_000);

  test('a client without a certificate of the bay is refused, and Mesos itself asks for a password', async () => {
    const [{ api_address: address }, ca] = [await magnum.bays.get(bayId), (await magnum.certificates.get(bayId)).pem];
    expect(new X509Certificate(ca).ca).toBe(true);
    const curl = (...words: readonly string[]) => run('curl', ['--silent', '--max-time', '5', '--noproxy', '*', ...words]);
    expect((await curl('--insecure', `https://${address}:5050/health`)).code).not.toBe(0);
    expect((await curl(`http://${address}:5050/health`)).code).not.toBe(0);
    const [master, worker] = await nodes();
    const [masterNode, agentNode] = master?.role === 'master' ? [master, worker] : [worker, master];
    const status = (from: string, url: string): Promise<string> =>
      inside(instance, from, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-m', '5', url);
    const at = masterNode?.private_address ?? '';
    // From within the bay, where the ports of Mesos are reached: nothing without a password.
    for (const path of ['/state', '/api/v1', '/metrics/snapshot', '/slaves'])
      expect([path, await status(agentNode?.name ?? '', `http://${at}:15050${path}`)]).toEqual([path, '401']);
    const agentAt = (await nodes()).find(({ role }) => role === 'worker')?.private_address ?? '';
    for (const path of ['/state', '/api/v1', '/containers'])
      expect([path, await status(masterNode?.name ?? '', `http://${agentAt}:5051${path}`)]).toEqual([path, '401']);
  }, 60_000);

  test('the files of `magnum bay config` are enough for curl', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'magnum-mesos-config-'));
    try {
      const lines = await server.cli('bay', 'config', 'ore', '--dir', folder);
      expect(lines).toMatch(/MARATHON_URL=.*:8080/);
      const script = `${lines}\ncurl -s --max-time 10 --noproxy '*' --cacert $MESOS_CERT_PATH/ca.pem --cert $MESOS_CERT_PATH/cert.pem --key $MESOS_CERT_PATH/key.pem $MESOS_URL/state`;
      const { output } = await run('sh', ['-c', script]);
      expect(JSON.parse(output)).toMatchObject({ version: '1.11.0', activated_slaves: 2 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('ZooKeeper lets the masters alone write, and agents have no password for it', async () => {
    const [agent = ''] = await namesOf('worker');
    const master = (await nodes()).find(({ role }) => role === 'master')?.private_address ?? '';
    const said = await inside(instance, agent, 'python3', '-c', writesToZookeeper(master));
    expect(said.split('\n')).toEqual(Array(3).fill('ZooKeeper answers with the error -102'));
    expect(await inside(instance, agent, 'ls', '/etc/magnum/bay')).toBe('agents.key');
    expect(await inside(instance, agent, 'cat', '/etc/magnum/mesos/zk')).toBe(`zk://${master}:2181/mesos`);
  }, 60_000);

  test('it grows to three agents and shrinks to one, and every task moves before its agent goes', async () => {
    await resize(3);
    expect(await namesOf('worker')).toHaveLength(3);
    let least = framework?.running().length ?? 0;
    const before = framework?.tasks.size ?? 0;
    const watch = setInterval(() => (least = Math.min(least, framework?.running().length ?? 0)), 100);
    await resize(1);
    clearInterval(watch);
    const [left = ''] = await namesOf('worker');
    await until('both tasks run on the agent that is left', async () => framework?.running().join() === `${left},${left}`, {
      withinMs: 30_000,
      everyMs: 300,
      report: () => JSON.stringify([...(framework?.tasks.values() ?? [])]),
    });
    const moved = [...(framework?.tasks.values() ?? [])].filter(({ host }) => host !== left);
    // Ended by the drain while their agents still ran: no task was lost with its agent.
    expect(moved.map(({ state }) => state)).toEqual(
      moved.map(() => expect.stringMatching(/^TASK_(KILLED|GONE_BY_OPERATOR|FINISHED)$/) as string),
    );
    expect(moved.length).toBeGreaterThan(0);
    expect(framework?.tasks.size).toBeGreaterThan(before);
    expect(await server.cli('node', 'list', '--bay', 'ore')).not.toMatch(/down|drain/);
    await healthy(30_000);
    await framework?.stop();
    framework = undefined;
  }, 300_000);

  test('another credential and another authority are taken while it runs: old clients are refused then, new ones admitted', async () => {
    const { api_address: address } = await magnum.bays.get(bayId);
    const statusFor = async ({ ca, client }: MesosAccess): Promise<string> => {
      const folder = mkdtempSync(join(tmpdir(), 'magnum-mesos-rotation-'));
      try {
        const files = { 'ca.pem': ca, 'cert.pem': client.certificate, 'key.pem': client.key };
        for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
        const words = Object.keys(files).flatMap((name) => [
          name === 'ca.pem' ? '--cacert' : `--${name.replace('.pem', '')}`,
          join(folder, name),
        ]);
        const asked = [
          '--silent',
          '--noproxy',
          '*',
          '--max-time',
          '5',
          '--output',
          '/dev/null',
          '--write-out',
          '%{http_code}',
          ...words,
        ];
        return (await run('curl', [...asked, `https://${address}:5050/health`])).output;
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    const old = await access(address ?? '');
    expect(await statusFor(old)).toBe('200');
    await server.cli('credential', 'rotate', 'ore', '--yes', '--wait=90');
    await server.cli('certificate', 'rotate', 'ore', '--yes', '--wait=120');
    expect((await magnum.bays.get(bayId)).status).toBe('UPDATE_COMPLETE');
    expect(await statusFor(old)).toBe('000');
    expect(await statusFor(await access(address ?? ''))).toBe('200');
    await healthy(30_000);
  }, 240_000);

  test('deleting it leaves nothing', async () => {
    await server.cli('bay', 'delete', 'ore', '--yes', '--wait=90');
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 120_000);

  test('three masters behind a load balancer agree on a leader, and all of them are in the ensemble', async () => {
    const bay = await complete('trio', {
      baymodel_id: 'mesos-ubuntu',
      master_count: 3,
      node_count: 1,
      master_lb_enabled: true,
      labels: { certificate_check_interval: '5' },
    });
    expect(bay.master_addresses).toHaveLength(3);
    expect(bay.master_addresses).not.toContain(bay.api_address);
    await healthy();
    expect((await nodes()).filter(({ leader }) => leader)).toHaveLength(1);
    const [agent = ''] = await namesOf('worker');
    const masters = (await nodes()).flatMap(({ role, private_address: at }) => (role === 'master' && at ? [`${at}:2181`] : []));
    const known = /^zk:\/\/(.*)\/mesos$/.exec(await inside(instance, agent, 'cat', '/etc/magnum/mesos/zk'))?.[1];
    expect(known?.split(',').toSorted()).toEqual(masters.toSorted());
  }, 260_000);

  test('when the server of the leader is lost another one leads within 15 seconds; it comes back, and the bay is healthy', async () => {
    const { api_address: address } = await magnum.bays.get(bayId);
    const entry = await access(address ?? '');
    const survivor = new TestFramework(entry, { count: 1, command: TASK });
    framework = survivor;
    await until('the task runs', async () => survivor.running().length === 1, { withinMs: 60_000, everyMs: 200 });
    const leader = (await nodes()).find((node) => node.leader)?.name ?? '';
    await (await nodeContainer(instance, leader)).kill();
    const killedAt = Date.now();
    await until(
      'another master leads, and has the registry',
      async () => {
        const seen = await leaderMetrics(entry);
        return seen?.['master/elected'] === 1 && seen['registrar/log/recovered'] === 1;
      },
      { withinMs: 15_000, everyMs: 200 },
    );
    console.info(`another master leads after ${((Date.now() - killedAt) / 1_000).toFixed(1)} s`);
    let shown: unknown;
    const leads = async (): Promise<boolean> => {
      const list = await nodes();
      shown = list.map(({ name, state, leader: isLeader }) => ({ name, state, isLeader }));
      return list.some((node) => node.leader && node.name !== leader);
    };
    const report = (): string => `${leader} was killed; ${JSON.stringify(shown)}`;
    await until('the bay shows the new leader', leads, { withinMs: 30_000, everyMs: 300, report });
    await (await nodeContainer(instance, leader)).start();
    await healthy(90_000);
    // The task never ended: its agent came to the new leader with it.
    expect([...survivor.tasks.values()].map(({ state }) => state)).toEqual(['TASK_RUNNING']);
    await survivor.stop();
    framework = undefined;
  }, 180_000);

  test('an upgrade replaces masters one by one, and the agent after its task has moved', async () => {
    const { api_address: address } = await magnum.bays.get(bayId);
    const entry = await access(address ?? '');
    const survivor = new TestFramework(entry, { count: 1, command: TASK });
    framework = survivor;
    await until('the task runs', async () => survivor.running().length === 1, { withinMs: 60_000, everyMs: 200 });
    const before = (await nodes()).map(({ name }) => name);
    let [ledAt, longestMs] = [Date.now(), 0];
    const watch = watchUntil(async () => {
      const seen = await leaderMetrics(entry);
      if (seen?.['master/elected'] !== 1) return;
      longestMs = Math.max(longestMs, Date.now() - ledAt);
      ledAt = Date.now();
    });
    await magnum.clusters.upgrade(bayId, { cluster_template: 'mesos-next' });
    const bay = await magnum.bays.waitUntil(bayId, { intervalMs: 500, timeoutMs: 400_000 });
    await watch.stop();
    expect(bay.status, bay.status_reason ?? '').toBe('UPDATE_COMPLETE');
    console.info(`the longest time without a leader: ${(longestMs / 1_000).toFixed(1)} s`);
    expect(longestMs).toBeLessThan(20_000);
    await healthy(60_000);
    const after = await nodes();
    expect(after.filter(({ name }) => before.includes(name))).toEqual([]);
    expect(after.filter(({ role }) => role === 'master')).toHaveLength(3);
    // The ensemble is of the new masters alone, and that is what the new agent asks.
    const [agent = ''] = await namesOf('worker');
    const masters = after.flatMap(({ role, private_address: at }) => (role === 'master' && at ? [`${at}:2181`] : []));
    await until(
      'the agent knows the new masters, and no others',
      async () => {
        const known = /^zk:\/\/(.*)\/mesos$/.exec(await inside(instance, agent, 'cat', '/etc/magnum/mesos/zk'))?.[1];
        return known?.split(',').toSorted().join() === masters.toSorted().join();
      },
      { withinMs: 30_000, everyMs: 500 },
    );
    await until('the task runs on the new agent', async () => survivor.running().join() === agent, {
      withinMs: 60_000,
      everyMs: 300,
      report: () => JSON.stringify([...survivor.tasks.values()]),
    });
    expect(await inside(instance, agent, 'ls', '/srv/next/slaves')).not.toBe('');
    await survivor.stop();
    framework = undefined;
  }, 500_000);

  test('no password of the nodes is in what the service keeps or prints', async () => {
    const [master = ''] = await namesOf('master');
    const found = await inside(
      instance,
      master,
      'cat',
      '/etc/magnum/bay/masters.key',
      '/etc/magnum/bay/agents.key',
      '/etc/magnum/mesos/operator',
    );
    const secrets = found.split('\n').filter((text) => text.length > 20);
    expect(secrets).toHaveLength(3);
    const disk = ['magnum.sqlite', 'magnum.sqlite-wal']
      .map((name) => readFileSync(join(server.dataDir, name)).toString('latin1'))
      .join('');
    for (const secret of secrets) expect([server.said.includes(secret), disk.includes(secret)]).toEqual([false, false]);
    const command = await inside(instance, master, 'sh', '-c', 'tr "\\0" " " </proc/$(pgrep -x mesos-master)/cmdline');
    for (const secret of [...secrets, 'operator:']) expect(command).not.toContain(secret);
  }, 60_000);

  test('deleting it leaves nothing either', async () => {
    await server.cli('bay', 'delete', 'trio', '--yes', '--wait=120');
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 150_000);

  test('a bay with tls_disabled answers every client, and its agents still need their password', async () => {
    const bay = await complete('open', { baymodel_id: 'mesos-open', node_count: 1 });
    await healthy();
    const curl = (url: string) => run('curl', ['--silent', '--max-time', '5', '--noproxy', '*', url]);
    const state = JSON.parse((await curl(`http://${bay.api_address ?? ''}:5050/state`)).output);
    expect(state).toMatchObject({ version: '1.11.0', activated_slaves: 1 });
    const lines = await server.cli('bay', 'config', 'open');
    expect(lines).toContain(`MESOS_URL=http://${bay.api_address ?? ''}:5050`);
    const agentAt = (await nodes()).find(({ role }) => role === 'worker')?.private_address ?? '';
    const [master = ''] = await namesOf('master');
    const url = `http://${agentAt}:5051/state`;
    expect(await inside(instance, master, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-m', '5', url)).toBe('401');
    await server.cli('bay', 'delete', 'open', '--yes', '--wait=90');
    expect(await ownedBy(instance)).toEqual(['network public']);
  }, 300_000);
});

/** Repeats the observation until it is stopped. */
function watchUntil(observe: () => Promise<void>): { stop(): Promise<void> } {
  let isStopped = false;
  const watching = (async () => {
    while (!isStopped) {
      await observe();
      await sleep(200);
    }
  })();
  return {
    stop: () => {
      isStopped = true;
      return watching;
    },
  };
}
