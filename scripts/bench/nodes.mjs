// One bay of many nodes on the embedded engine with simulated servers, in this process: CPU for making it, and for one node more.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedMagnum, openSqlite, Secret, SimulatedBackend, silentLogger, systemPlatform } from '@magnum-ts/core';
import { Hopeless, until } from '../../packages/core/dist/testing/until.js';

const ORIGIN = 'http://bench.invalid';
const PASSWORD = 'bench-passw0rd';
const LOOK_MS = 250;
const LONGEST_MS = 3_600_000;
/** A range with room for every bay here. */
const LABELS = { fixed_subnet_cidr: '10.0.0.0/16' };

/**
 * Seconds of CPU for each size, and for one node more.
 * @param {readonly number[]} sizes
 * @param {(line: string) => void} log
 */
export async function benchNodes(sizes, log = () => undefined) {
  const results = [];
  for (const nodes of sizes) {
    const figures = await benchOne(nodes);
    log(`${nodes} nodes: ${figures.made.toFixed(2)} s of CPU, one more ${figures.oneMore.toFixed(2)} s`);
    results.push({ nodes, ...figures });
  }
  return results;
}

async function benchOne(nodes) {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-bench-nodes-'));
  const db = openSqlite(join(folder, 'magnum.sqlite'));
  const service = await embeddedMagnum(systemPlatform({ logger: silentLogger }), {
    db,
    backend: new SimulatedBackend(db),
    docker: null,
    sealingKey: randomBytes(32),
    passwords: { admin: new Secret(PASSWORD), demo: new Secret(PASSWORD) },
    origin: () => ORIGIN,
    nodeOrigin: () => ORIGIN,
    host: 'bench',
  });
  await service.start();
  try {
    const ask = await asker(service);
    const model = await ask('POST', '/v1/baymodels', MODEL);
    const started = process.cpuUsage();
    const { uuid } = await ask('POST', '/v1/bays', { name: 'many', baymodel_id: model.uuid, node_count: nodes, labels: LABELS });
    await waitForStatus(ask, uuid, 'CREATE_COMPLETE');
    const made = secondsSince(started);
    const before = process.cpuUsage();
    await ask('PATCH', `/v1/bays/${uuid}`, [{ op: 'replace', path: '/node_count', value: nodes + 1 }]);
    const bay = await waitForStatus(ask, uuid, 'UPDATE_COMPLETE');
    if (bay.node_count !== nodes + 1) throw new Error(`the bay has ${bay.node_count} nodes`);
    return { made, oneMore: secondsSince(before) };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const MODEL = {
  name: 'swarm',
  coe: 'swarm',
  image_id: 'debian-12',
  keypair_id: 'default',
  flavor_id: 'm1.small',
  external_network_id: 'public',
};

async function asker({ fetch }) {
  const call = async (method, path, { body, headers = {} }) => {
    const request = new Request(`${ORIGIN}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const reply = await fetch(request);
    const text = await reply.text();
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return { reply, body: text === '' ? {} : JSON.parse(text) };
  };
  const user = { name: 'demo', domain: { id: 'default' }, password: PASSWORD };
  const auth = {
    identity: { methods: ['password'], password: { user } },
    scope: { project: { name: 'demo', domain: { id: 'default' } } },
  };
  const { reply } = await call('POST', '/identity/v3/auth/tokens', { body: { auth } });
  const token = reply.headers.get('x-subject-token') ?? '';
  return async (method, path, body) => (await call(method, path, { body, headers: { 'x-auth-token': token } })).body;
}

async function waitForStatus(ask, uuid, wanted) {
  const look = async () => {
    const bay = await ask('GET', `/v1/bays/${uuid}`);
    if (bay.status.endsWith('FAILED')) throw new Hopeless(`${bay.status}: ${bay.status_reason}`);
    return bay.status === wanted && bay;
  };
  return until(`the bay is ${wanted}`, look, { withinMs: LONGEST_MS, everyMs: LOOK_MS });
}

function secondsSince(started) {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}
