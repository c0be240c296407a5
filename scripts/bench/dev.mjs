// `magnum dev`: cold start, memory and the time of a bay.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createMagnum, fromEnv } from '@magnum-ts/sdk';
import { ensureDocker } from '../host/docker.mjs';
import { freePort } from '../host/free-port.mjs';
import { until } from '../../packages/core/dist/testing/until.js';
import { residentMiB } from './processes.mjs';

const ROOT = resolve(import.meta.dirname, '..', '..');
const MAGNUM = join(ROOT, 'packages', 'cli', 'bin', 'magnum.js');
const STARTS = 5;
const GOAL_START_S = 1;
const GOAL_MEMORY_MIB = 150;
const SETTLE_MS = 3_000;

/** Measures of `magnum dev`, simulated and on containers. */
export async function benchDev(log) {
  const rows = [];
  const engine = await ensureDocker({ install: false, log });
  try {
    await measureStarts(rows);
    await measureBay(rows, 'simulated', ['--simulated']);
    if (engine.available) await measureBay(rows, 'Docker', []);
    else log(`No bay of real nodes: ${engine.reason}`);
  } finally {
    if (engine.available) await engine.stop();
  }
  return rows;
}

export const DEV_NOTE = `Cold start: from the start of the process of \`magnum dev\` to the first 200 of \`GET /v1/\`, on a fresh data directory.
Resident memory: \`VmRSS\` of that process, ${SETTLE_MS / 1000} s after the bay is complete; the nodes are containers of their own and not counted.`;

/** From the start of the process to its first answer, over a fresh data directory each time. */
async function measureStarts(rows) {
  const times = [];
  for (let count = 0; count < STARTS; count += 1) {
    await withService(['--simulated'], async (service) => {
      times.push(service.startedIn);
    });
  }
  const sorted = times.sort((one, other) => one - other);
  rows.push({
    what: `cold start, median of ${STARTS}`,
    value: sorted[Math.floor(STARTS / 2)] / 1000,
    unit: 's',
    goal: GOAL_START_S,
  });
}

async function measureBay(rows, kind, options) {
  await withService(options, async (service) => {
    const magnum = createMagnum(fromEnv(environment(join(service.dataDir, 'openrc-demo'))));
    await magnum.bayModels.create({
      name: 'swarm',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      external_network_id: 'public',
    });
    const begun = Date.now();
    const { uuid } = await magnum.bays.create({ name: 'hive', baymodel_id: 'swarm', node_count: 2 });
    await magnum.bays.waitUntil(uuid, { intervalMs: 100, timeoutMs: 600_000 });
    rows.push({ what: `bay of one manager and two workers, ${kind}`, value: (Date.now() - begun) / 1000, unit: 's' });
    await pause(SETTLE_MS);
    rows.push({
      what: `resident memory with that bay, ${kind}`,
      value: residentMiB(service.child.pid),
      unit: 'MiB',
      goal: GOAL_MEMORY_MIB,
    });
    const deleted = Date.now();
    await magnum.bays.delete(uuid);
    await magnum.bays.waitUntilDeleted(uuid, { intervalMs: 100, timeoutMs: 120_000 });
    rows.push({ what: `deleting it, ${kind}`, value: (Date.now() - deleted) / 1000, unit: 's' });
  });
}

async function withService(options, work) {
  const dataDir = mkdtempSync(join(tmpdir(), 'magnum-bench-'));
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [MAGNUM, 'dev', '--port', String(port), '--data', dataDir, ...options], {
    stdio: 'ignore',
  });
  try {
    await until('magnum dev answers', () => answers(port), { withinMs: 60_000, everyMs: 5 });
    const startedIn = performance.now() - begun;
    await until('the credentials are written', () => existsSync(join(dataDir, 'openrc-demo')), { withinMs: 60_000, everyMs: 5 });
    await work({ child, dataDir, startedIn });
  } finally {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGINT');
    await gone;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function answers(port) {
  return new Promise((done) => {
    const call = request({ port, host: '127.0.0.1', path: '/v1/', agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    call.on('error', () => done(false)).end();
  });
}

function environment(openrc) {
  return Object.fromEntries(
    [...readFileSync(openrc, 'utf8').matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}
