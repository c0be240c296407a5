import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { freePort } from '../../scripts/host/free-port.mjs';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { startRabbitmq, type Rabbitmq } from '../../scripts/host/rabbitmq.mjs';

const BIN = resolve(import.meta.dirname, '..', '..', 'packages', 'server', 'bin');
const SECRETS = { admin: 'adm1n-s3cret', demo: 'dem0-s3cret' };
const folder = mkdtempSync(join(tmpdir(), 'magnum-binaries-'));
const config = join(folder, 'magnum.conf');
const logs: string[] = [];
let mariadb: Mariadb;
let rabbitmq: Rabbitmq;
let ports: { api: number; apiMetrics: number; conductorMetrics: number };

/** The processes differ by their environment: both read one file, as on a real host. */
function start(name: string, metricsPort: number): ChildProcess {
  const child = spawn(process.execPath, [join(BIN, `${name}.js`), '--config-file', config], {
    env: { ...process.env, OS_METRICS__PORT: String(metricsPort) },
  });
  child.stdout.on('data', (chunk: Buffer) => logs.push(String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => logs.push(String(chunk)));
  return child;
}

function manage(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(BIN, 'magnum-db-manage.js'), '--config-file', config, ...words], { encoding: 'utf8' });
}

const lastLogs = (): string => `the logs:\n${logs.join('').slice(-3_000)}`;

const answer = async (port: number, path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
};

let api: ChildProcess;
let conductor: ChildProcess;

beforeAll(async () => {
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  [mariadb, rabbitmq] = await Promise.all([startMariadb({ log }), startRabbitmq({ log })]);
  ports = { api: await freePort(), apiMetrics: await freePort(), conductorMetrics: await freePort() };
  writeFileSync(
    config,
    [
      '[DEFAULT]',
      `transport_url = ${rabbitmq.url}`,
      'host = test-host',
      '[database]',
      `connection = ${mariadb.url}`,
      '[api]',
      `port = ${ports.api}`,
      'workers = 4',
      '[vault]',
      `key_file = ${join(folder, 'key')}`,
      '[embedded]',
      `admin_password = ${SECRETS.admin}`,
      `demo_password = ${SECRETS.demo}`,
      '',
    ].join('\n'),
  );
}, 240_000);

afterAll(async () => {
  for (const child of [api, conductor]) if (child?.exitCode === null) child.kill('SIGKILL');
  await mariadb.stop();
  await rabbitmq.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Each command is a process of its own, which a busy host takes seconds to start.
describe('magnum-db-manage', { timeout: 120_000 }, () => {
  test('makes a key that only its owner can read, and never overwrites one', () => {
    expect(manage('generate-key', join(folder, 'key')).status).toBe(0);
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
    const before = readFileSync(join(folder, 'key'), 'utf8');
    expect(manage('generate-key', join(folder, 'key')).status).toBe(1);
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe(before);
  });

  test('lists the pending steps, runs them once, and says that they are done', () => {
    expect(manage('check')).toMatchObject({ status: 3, stderr: expect.stringContaining('magnum-db-manage upgrade') });
    expect(manage('upgrade', '--dry-run').stdout).toContain('would make 001-bay-models');
    expect(manage('check').status).toBe(3);
    expect(manage('upgrade').stdout).toContain('made 001-bay-models');
    expect(manage('upgrade').stdout).toBe('up to date\n');
    expect(manage('check')).toMatchObject({ status: 0, stdout: 'up to date\n' });
  }, 120_000);

  test('refuses what it does not know, naming it', () => {
    expect(manage('upgarde')).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown command upgarde') });
    const lost = spawnSync(process.execPath, [join(BIN, 'magnum-db-manage.js'), '--config-file', '/does/not/exist', 'check'], {
      encoding: 'utf8',
    });
    expect(lost).toMatchObject({ status: 2, stderr: expect.stringContaining('/does/not/exist cannot be read') });
  });
});

describe('magnum-api and magnum-conductor', () => {
  test('show their configuration with origins and without secrets, and report what has no effect', () => {
    const shown = spawnSync(process.execPath, [join(BIN, 'magnum-api.js'), '--config-file', config, '--print-config'], {
      encoding: 'utf8',
    });
    expect(shown.stdout).toContain(`api.port = ${ports.api}  # ${config}:`);
    expect(shown.stdout).toContain('[api] workers has no effect here');
    for (const secret of [...Object.values(SECRETS), 'magnum:magnum@', 'guest:guest@'])
      expect(shown.stdout).not.toContain(secret);
  });

  test('start, become ready and serve a bay from POST to CREATE_COMPLETE', { timeout: 60_000 }, async () => {
    api = start('magnum-api', ports.apiMetrics);
    conductor = start('magnum-conductor', ports.conductorMetrics);
    await until('the API is ready', async () => (await answer(ports.api, '/readyz')).status === 200, {
      withinMs: 30_000,
      report: lastLogs,
    });
    await until('the conductor is ready', async () => (await answer(ports.conductorMetrics, '/readyz')).status === 200, {
      withinMs: 30_000,
      report: lastLogs,
    });
    expect((await answer(ports.api, '/livez')).text).toBe('ok\n');
    const token = await login();
    const call = (method: string, path: string, body?: unknown) =>
      fetch(`http://127.0.0.1:${ports.api}${path}`, {
        method,
        headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json', 'OpenStack-API-Version': 'container-infra latest' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    expect(
      (
        await call('POST', '/v1/baymodels', {
          name: 'm',
          coe: 'swarm',
          image_id: 'debian-12',
          keypair_id: 'default',
          external_network_id: 'public',
          flavor_id: 'm1.small',
        })
      ).status,
    ).toBe(201);
    expect((await call('POST', '/v1/bays', { name: 'hive', baymodel_id: 'm', node_count: 2 })).status).toBe(202);
    await until(
      'the bay is complete',
      async () => ((await (await call('GET', '/v1/bays/hive')).json()) as { status: string }).status === 'CREATE_COMPLETE',
      { withinMs: 30_000, report: lastLogs },
    );
    expect((await call('GET', '/v1/certificates/hive')).status).toBe(200);
  });

  test('count what they do', async () => {
    const { text } = await answer(ports.apiMetrics, '/metrics');
    expect(text).toMatch(/magnum_requests_total\{operation="createBay",method="POST",status="202"\} 1/);
    expect(text).toMatch(/magnum_request_seconds_count\{operation="createBay"\} 1/);
    const conductor = (await answer(ports.conductorMetrics, '/metrics')).text;
    expect(conductor).toMatch(/magnum_bays\{status="CREATE_COMPLETE"\} 1/);
    const expiry = /^magnum_certificate_next_expiry_timestamp_seconds (\S+)$/m.exec(conductor)?.[1];
    expect(Number(expiry)).toBeGreaterThan(Date.now() / 1_000 + 86_400);
    expect(conductor).toMatch(/magnum_bays_certificate_expiring 0/);
    expect(conductor).toMatch(/magnum_claims_total [1-9]/);
    for (const outcome of ['create', 'finish'])
      expect(conductor, outcome).toMatch(new RegExp(`magnum_passes_total\\{outcome="${outcome}"\\} [1-9]`));
    expect(conductor).toMatch(/magnum_neighbour_calls_total\{neighbour="orchestrator",operation="create",outcome="ok"\} 1/);
    expect(conductor).toMatch(/magnum_neighbour_call_seconds_count\{neighbour="orchestrator",operation="findAll"\} [1-9]/);
    expect((await answer(ports.api, '/metrics')).status, 'metrics are not for clients').not.toBe(200);
  });

  test('write a report at SIGUSR2 that shows pools and leases, and no secret', async () => {
    conductor.kill('SIGUSR2');
    const file = await until('the report is written', () => /"file":"([^"]+magnum-report-[^"]+)"/.exec(logs.join(''))?.[1], {
      withinMs: 30_000,
      report: lastLogs,
    });
    const report = readFileSync(file, 'utf8');
    rmSync(file);
    expect(JSON.parse(report)).toMatchObject({
      pool: { used: expect.any(Number) },
      parts: { database: { ok: true } },
      stats: { baysByStatus: { CREATE_COMPLETE: 1 } },
    });
    for (const secret of [...Object.values(SECRETS), 'magnum:magnum@', 'guest:guest@']) expect(report).not.toContain(secret);
  });

  test('log no secret and no token', async () => {
    const token = await login();
    const all = logs.join('');
    expect(all).toContain('"msg":"request"');
    for (const secret of [...Object.values(SECRETS), 'magnum:magnum@', 'guest:guest@', token]) expect(all).not.toContain(secret);
  });

  test('answer 503 with Retry-After while MariaDB is away, and go on without a restart', { timeout: 60_000 }, async () => {
    const token = await login();
    await mariadb.suspend('SIGKILL');
    const down = await fetch(`http://127.0.0.1:${ports.api}/v1/bays`, { headers: { 'X-Auth-Token': token } });
    expect(down.status).toBe(503);
    expect(down.headers.get('retry-after')).toBe('5');
    expect(await down.text()).not.toMatch(/SQL|ECONN|knex|at .*\.js/);
    expect((await answer(ports.api, '/readyz')).status).toBe(503);
    expect((await answer(ports.api, '/livez')).status).toBe(200);
    await mariadb.resume();
    await until('the API is ready', async () => (await answer(ports.api, '/readyz')).status === 200, {
      withinMs: 30_000,
      report: lastLogs,
    });
    expect((await fetch(`http://127.0.0.1:${ports.api}/v1/bays`, { headers: { 'X-Auth-Token': token } })).status).toBe(200);
  });

  test('end in order at SIGTERM', { timeout: 60_000 }, async () => {
    const ends = [api, conductor].map((child) => new Promise<number | null>((done) => child.once('exit', done)));
    api.kill('SIGTERM');
    conductor.kill('SIGTERM');
    expect(await Promise.all(ends)).toEqual([0, 0]);
  });
});

test('magnum-db-manage reseal seals again what an older key has sealed', { timeout: 120_000 }, () => {
  const file = join(folder, 'key');
  const before = readFileSync(file, 'utf8').trim();
  const [after, another] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
  writeFileSync(file, `${after}  # newest\n${before}\n`);
  expect(manage('reseal')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^sealed [1-9]\d* texts again, 0 had the newest key\n$/),
  });
  writeFileSync(file, `${after}\n`);
  expect(manage('reseal')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^sealed 0 texts again, [1-9]\d* had the newest key\n$/),
  });
  writeFileSync(file, `${another}\n`);
  expect(manage('reseal').status).toBe(3);
  chmodSync(file, 0o644);
  expect(manage('reseal')).toMatchObject({ status: 1, stderr: expect.stringContaining('chmod 600') });
});

async function login(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${ports.api}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'demo', domain: { name: 'Default' }, password: SECRETS.demo } },
        },
        scope: { project: { name: 'demo', domain: { name: 'Default' } } },
      },
    }),
  });
  const token = response.headers.get('x-subject-token');
  if (!token) throw new Error(`no token: ${response.status}`);
  return token;
}
