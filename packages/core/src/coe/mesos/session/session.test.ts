import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../../domain/secret.js';
import type { JsonObject } from '../../../domain/json.js';
import type { CoeSession } from '../../../ports/bay-driver.js';
import { ANY_ADDRESS } from '../../../testing/any-address.js';
import { countingServer, type CountingNeighbour } from '../../../testing/counting-neighbour.js';
import { selfSigned } from '../../../testing/self-signed.js';
import { memberOf } from './drain.js';
import { connectMesos } from './session.js';

// A gateway that answers as those of a real cluster do; which answers these are was seen on one.
const tls = selfSigned();
const signal = new AbortController().signal;
let server: CountingNeighbour | undefined;
afterEach(() => server?.close());

interface Cluster {
  agents?: readonly JsonObject[];
  recovered?: readonly JsonObject[];
  tasks?: readonly JsonObject[];
  metrics?: JsonObject;
  /** Status of Marathon's /ping. */
  marathon?: number;
  /** Answers of the gateway without a leader. */
  leaderless?: boolean;
  ensemble?: number;
}

const NODES = [
  { name: 'm-master-0007', role: 'master', address: 'localhost' },
  { name: 'm-worker-0001', role: 'worker', address: '192.0.2.1' },
  { name: 'm-worker-0002', role: 'worker', address: '192.0.2.2' },
] as const;

const agent = (node: string, more: JsonObject = {}): JsonObject => ({
  active: true,
  version: '1.11.0',
  pid: 'slave(1)@192.0.2.1:5051',
  agent_info: { hostname: node, id: { value: `id-of-${node}` } },
  ...more,
});
const amount = (name: string, value: number): JsonObject => ({ name, type: 'SCALAR', scalar: { value } });
const task = (node: string): JsonObject => ({ agent_id: { value: `id-of-${node}` } });
const BOTH = [agent('m-worker-0001'), agent('m-worker-0002')];

async function sessionWith(cluster: Cluster, asked: JsonObject[] = []): Promise<CoeSession> {
  const answers: Readonly<Record<string, JsonObject>> = {
    GET_AGENTS: { get_agents: { agents: cluster.agents ?? BOTH, recovered_agents: cluster.recovered ?? [] } },
    GET_TASKS: { get_tasks: { tasks: cluster.tasks ?? [] } },
    GET_VERSION: { get_version: { version_info: { version: '1.11.0' } } },
  };
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { url = '', method } = request;
      const json = (value: JsonObject): unknown =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
      if (url === '/ping') return response.writeHead(cluster.marathon ?? 200).end();
      if (url === '/local/version') return json({ version: '1.11.0' });
      if (url === '/local/metrics/snapshot')
        return json(cluster.metrics ?? { 'master/elected': 1, 'registrar/log/recovered': 1 });
      if (method === 'DELETE') {
        asked.push({ left: url });
        return response.writeHead(cluster.ensemble ?? 200).end(cluster.ensemble ? 'ZooKeeper: no majority' : '{}');
      }
      if (cluster.leaderless) return response.writeHead(503).end('no Mesos master leads at this moment; try again\n');
      const call = JSON.parse(body) as JsonObject; // as this session writes it
      asked.push(call);
      return json(answers[String(call['type'])] ?? {});
    });
  };
  server = await countingServer(listener, tls);
  const endpoint = { url: 'https://localhost:8080', ca: tls.cert, clientCertificate: tls.cert, clientKey: new Secret(tls.key) };
  return connectMesos({ endpoint, nodes: NODES, guard: ANY_ADDRESS }, { mesos: server.port, marathon: server.port });
}

describe('the health of a cluster', () => {
  test('is good when a master leads, has the registry, and all agents are registered', async () => {
    const session = await sessionWith({});
    expect(await session.health(signal)).toEqual({
      health: 'HEALTHY',
      reason: { api: 'ok', 'm-master-0007.Ready': 'True', 'm-worker-0001.Ready': 'True', 'm-worker-0002.Ready': 'True' },
    });
    expect(await session.versions?.(signal)).toEqual({ coe: '1.11.0', containerRuntime: '1.11.0' });
  });

  test.each<[string, Cluster, JsonObject]>([
    ['an agent is missing', { agents: [agent('m-worker-0001')] }, { 'm-worker-0002.Ready': 'False' }],
    [
      'an agent is disconnected',
      { agents: [agent('m-worker-0001', { active: false }), agent('m-worker-0002')] },
      { 'm-worker-0001.Ready': 'False' },
    ],
    [
      'an agent has not come back to a new leader',
      { agents: [agent('m-worker-0001')], recovered: [{ hostname: 'm-worker-0002', id: { value: 'x' } }] },
      { 'm-worker-0002.Ready': 'False' },
    ],
    [
      'a master has not recovered the registry',
      { metrics: { 'master/elected': 1, 'registrar/log/recovered': 0 } },
      { 'm-master-0007.Ready': 'False' },
    ],
    [
      'a leader that is no master of the bay answers',
      { metrics: { 'master/elected': 0, 'registrar/log/recovered': 1 } },
      { leader: 'no master of the bay leads' },
    ],
    ['Marathon is broken', { marathon: 502 }, { marathon: 'does not answer on m-master-0007' }],
    ['no master leads', { leaderless: true }, { api: expect.stringContaining('no Mesos master leads') as string }],
  ])('is bad when %s', async (_what, cluster, reason) => {
    const found = await (await sessionWith(cluster)).health(signal);
    expect(found.health).toBe('UNHEALTHY');
    expect(found.reason).toMatchObject(reason);
    expect(found.isSilent === true).toBe(cluster.leaderless === true);
  });

  test('is good where no Marathon is installed: its port refuses connections', async () => {
    const session = await sessionWith({});
    const port = server?.port ?? 0;
    const endpoint = { url: 'https://localhost:8080', ca: tls.cert, clientCertificate: tls.cert, clientKey: new Secret(tls.key) };
    const bare = connectMesos({ endpoint, nodes: NODES, guard: ANY_ADDRESS }, { mesos: port, marathon: 1 });
    expect((await bare.health(signal)).health).toBe('HEALTHY');
    expect((await session.health(signal)).health).toBe('HEALTHY');
  });
});

test('nodes are masters with who leads, agents with what they do, and those that no master knows', async () => {
  const session = await sessionWith({
    agents: [
      agent('m-worker-0001', {
        drain_info: { state: 'DRAINED' },
        deactivated: true,
        total_resources: [amount('cpus', 1.5), amount('cpus', 0.5), amount('mem', 900), { name: 'ports', type: 'RANGES' }],
        allocated_resources: [amount('cpus', 0.2)],
      }),
    ],
    tasks: [task('m-worker-0001'), task('m-worker-0001')],
  });
  expect(await session.nodes?.(signal)).toEqual([
    { name: 'm-master-0007', role: 'master', state: 'ready', leader: true, address: 'localhost', engineVersion: '1.11.0' },
    {
      name: 'm-worker-0001',
      role: 'worker',
      state: 'ready',
      availability: 'drained',
      address: '192.0.2.1',
      engineVersion: '1.11.0',
      workloads: 2,
      resources: { cpus: { total: 2, used: 0.2 }, mem: { total: 900, used: 0 } },
    },
    { name: 'm-worker-0002', role: 'worker', state: 'down', address: '192.0.2.2', engineVersion: null },
  ]);
});

describe('agents that leave', () => {
  const leaving = [{ name: 'm-worker-0002', role: 'worker' }] as const;

  test('are drained once, and waited for as long as their tasks end', async () => {
    const asked: JsonObject[] = [];
    const session = await sessionWith({ tasks: [task('m-worker-0002'), task('m-worker-0002')] }, asked);
    expect(await session.drainNodes?.(leaving, signal)).toEqual([
      { node: 'm-worker-0002', why: '2 tasks are ending', isVital: false },
    ]);
    expect(asked[1]).toEqual({
      type: 'DRAIN_AGENT',
      drain_agent: {
        agent_id: { value: 'id-of-m-worker-0002' },
        max_grace_period: { nanoseconds: 120_000_000_000 },
        mark_gone: false,
      },
    });
  });

  test.each<[string, Cluster, readonly string[]]>([
    ['is draining', { agents: [agent('m-worker-0002', { drain_info: { state: 'DRAINING' } })] }, ['its drain is being recorded']],
    ['is drained', { agents: [agent('m-worker-0002', { drain_info: { state: 'DRAINED' } })] }, []],
    ['is disconnected', { agents: [agent('m-worker-0002', { active: false })] }, []],
    ['is unknown', { agents: [] }, []],
  ])('are not drained again: one %s', async (_what, cluster, why) => {
    const asked: JsonObject[] = [];
    const session = await sessionWith(cluster, asked);
    expect((await session.drainNodes?.(leaving, signal))?.map((node) => node.why)).toEqual(why);
    expect(asked.map(({ type }) => type)).not.toContain('DRAIN_AGENT');
  });

  test('are marked as gone, those alone that a master knows', async () => {
    const asked: JsonObject[] = [];
    const session = await sessionWith({}, asked);
    await session.releaseNodes?.(['m-worker-0002', 'm-worker-0009', 'm-master-0007'], signal);
    expect(asked.slice(1)).toEqual([
      { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: 'id-of-m-worker-0002' } } },
    ]);
  });
});

describe('a master that leaves', () => {
  const leaving = [{ name: 'm-master-00ff', role: 'master' }] as const;

  test('leaves the ensemble of ZooKeeper first, through one that stays', async () => {
    const asked: JsonObject[] = [];
    expect(await (await sessionWith({}, asked)).drainNodes?.(leaving, signal)).toEqual([]);
    expect(asked).toContainEqual({ left: '/ensemble/255' });
  });

  test('is kept while the ensemble cannot do without it', async () => {
    expect(await (await sessionWith({ ensemble: 503 })).drainNodes?.(leaving, signal)).toEqual([
      { node: 'm-master-00ff', why: expect.stringContaining('no majority') as string, isVital: true },
    ]);
  });

  test('has the number that its scripts give it', () => {
    expect(['a-master-0001', 'a-master-ffff', 'a-master-0000'].map(memberOf)).toEqual([1, 65_535, 0]);
  });
});
