import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { freePort } from '../../scripts/host/free-port.mjs';
import { testAuthority } from '../support/authority.js';
import { MODEL } from '../support/service.js';

const BIN = resolve(import.meta.dirname, '..', '..', 'packages', 'server', 'bin');
const folder = mkdtempSync(join(tmpdir(), 'magnum-process-'));
const authority = testAuthority();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  authority.remove();
});

const bin = (name: string, ...words: string[]) =>
  spawnSync(process.execPath, [join(BIN, `${name}.js`), ...words], { encoding: 'utf8', env: { ...process.env, HOME: folder } });

/** A whole configuration over SQLite; the broker is away, which a process outlives. */
async function configure(name: string, ...lines: string[]): Promise<{ file: string; port: number; database: string }> {
  const [file, port, database] = [join(folder, `${name}.conf`), await freePort(), join(folder, `${name}.sqlite`)];
  const content = [
    '[DEFAULT]',
    'transport_url = rabbit://127.0.0.1:1/',
    'host = test-host',
    '[database]',
    `connection = sqlite:///${database}`,
    '[vault]',
    `key_file = ${join(folder, 'key')}`,
    '[embedded]',
    'admin_password = a-s3cret',
    'demo_password = d-s3cret',
    '[api]',
    `port = ${port}`,
    ...lines,
    '',
  ].join('\n');
  writeFileSync(file, content);
  if (!existsSync(join(folder, 'key'))) bin('magnum-db-manage', 'generate-key', join(folder, 'key'));
  expect(bin('magnum-db-manage', '--config-file', file, 'upgrade').stderr).toBe('');
  return { file, port, database };
}

function start(name: string, ...words: string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [join(BIN, `${name}.js`), ...words]);
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)));
  return { child, said: () => said };
}

/** A `magnum-api` that this configuration makes. */
async function started(name: string, ...lines: string[]): Promise<{ readonly port: number }> {
  const database = `${name}-${(runs += 1)}`;
  const { file, port } = await configure(database, ...lines);
  start('magnum-api', '--config-file', file);
  return { port };
}
let runs = 0;

/** A token of the embedded user `demo` and the document that comes with it, as soon as the service answers. */
async function logIn(origin: string): Promise<{ readonly token: string; readonly catalog: string }> {
  const domain = { id: 'default' };
  const user = { name: 'demo', domain, password: 'd-s3cret' };
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project: { name: 'demo', domain } } };
  const ask = async () => {
    const reply = await fetch(`${origin}/identity/v3/auth/tokens`, { method: 'POST', body: JSON.stringify({ auth }) });
    const catalog = await reply.text();
    return reply.status === 201 ? { token: reply.headers.get('x-subject-token') ?? '', catalog } : undefined;
  };
  return until('a login succeeds', ask, { withinMs: 30_000 });
}

const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

// Each program starts in half a second where nothing else runs.
vi.setConfig({ testTimeout: 120_000 });

describe('the command line', () => {
  test.each([
    'magnum-api',
    'magnum-conductor',
    'magnum-db-manage',
    'magnum-policy-check',
    'magnum-status',
    'magnum-driver-manage',
  ])('%s says its version', (name) => {
    expect(bin(name, '--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\n$`)),
    });
    expect(bin(name, '--help').stdout).toContain('--config-file');
  });

  test('takes what oslo.config gives every program, and names what has no effect', () => {
    const words = ['--debug', '--log-file', '/x.log', '--log_dir=/y', '--use-syslog', '--verbose', '--print-config'];
    const { status, stdout } = bin('magnum-conductor', ...words);
    expect(status).toBe(0);
    expect(stdout).toContain('DEFAULT.debug = true  # option --debug');
    expect(stdout).toContain('DEFAULT.log_file = /x.log  # option --log-file');
    expect(stdout).toContain('DEFAULT.log_dir = /y  # option --log-dir');
    expect(stdout).toContain('# option --use-syslog: [DEFAULT] use_syslog has no effect here');
    expect(stdout).toContain('# option --verbose: [DEFAULT] verbose has no effect here');
    expect(bin('magnum-api', '--nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('--nonsense') });
  });
});

describe('magnum-api', () => {
  test('lives through SIGHUP: level, log file and certificate are read again, what is broken is refused', async () => {
    const pair = authority.issue('first', 'IP:127.0.0.1');
    const [cert, key, log] = [join(folder, 'api.pem'), join(folder, 'api.key'), join(folder, 'log', 'magnum-api.log')];
    const copy = (from: { cert: string; key: string }): void => {
      writeFileSync(cert, readFileSync(from.cert));
      writeFileSync(key, readFileSync(from.key));
    };
    copy(pair);
    const { file, port } = await configure('tls', 'enabled_ssl = true', `ssl_cert_file = ${cert}`, `ssl_key_file = ${key}`);
    const { child, said } = start('magnum-api', '--config-file', file, '--log-dir', join(folder, 'log'));
    const shown = (): Promise<string> =>
      new Promise((done, failed) => {
        const call = get({ host: '127.0.0.1', port, path: '/v1', ca: readFileSync(authority.ca), agent: false }, (response) => {
          done(String((call.socket as TLSSocket).getPeerCertificate().subject.CN));
          response.resume();
        });
        call.on('error', failed);
      });
    expect(await until('the certificate is shown', shown, { withinMs: 30_000, report: said })).toBe('first');
    expect(statSync(log).mode & 0o777).toBe(0o640);
    expect(await until('the API listens', () => read(log).includes('"API listening"') || undefined, { withinMs: 30_000 })).toBe(
      true,
    );

    copy(authority.issue('second', 'IP:127.0.0.1'));
    appendFileSync(file, '[DEFAULT]\ndebug = true\n[conductor]\nconcurrency = 3\n');
    renameSync(log, `${log}.1`);
    child.kill('SIGHUP');
    const line = await until('the configuration was read again', () => /.*configuration read again.*/.exec(read(log))?.[0], {
      withinMs: 30_000,
    });
    expect(JSON.parse(line)).toMatchObject({ fromNextStart: ['[conductor] concurrency'] });
    expect(await shown()).toBe('second');

    writeFileSync(file, '[api]\nport = nine\n');
    child.kill('SIGHUP');
    expect(
      await until('the former configuration stays', () => /.*the former one stays.*/.exec(read(log))?.[0], { withinMs: 30_000 }),
    ).toContain('whole number');
    expect(await shown()).toBe('second');
    child.kill('SIGTERM');
    expect(await new Promise((done) => child.once('exit', done))).toBe(0);
    expect(said()).toBe('');
  });

  test.each([
    ['enabled_ssl = true', '[api] ssl_cert_file is not set'],
    [
      'enabled_ssl = true\nssl_cert_file = /none.pem\nssl_key_file = /none.key',
      '[api] ssl_cert_file: /none.pem cannot be read (ENOENT)',
    ],
    ['ssl_cert_file = /none.pem', '= true to speak TLS'],
  ])('does not start in the clear with %j', async (lines, words) => {
    const { file } = await configure('refused', lines);
    expect(bin('magnum-api', '--config-file', file)).toMatchObject({ status: 2, stderr: expect.stringContaining(words) });
  });

  test('is taken out of a load balancer by a file, and reports what it does', async () => {
    const off = join(folder, 'off');
    const { file, port } = await configure('health', '[healthcheck]', `disable_by_file_paths = 1:/etc/hostname,PORT:${off}`);
    writeFileSync(file, read(file).replace('PORT', String(port)));
    const { child, said } = start('magnum-api', '--config-file', file);
    const health = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/healthcheck`)).status;
    expect(await until('the health check answers', health, { withinMs: 30_000, report: said })).toBe(200);
    writeFileSync(off, '');
    expect(await health()).toBe(503);
    rmSync(off);
    expect(await health()).toBe(200);
    child.kill('SIGUSR2');
    const report = await until('the report is written', () => /"file":"([^"]+report[^"]+)"/.exec(said())?.[1], {
      withinMs: 30_000,
      report: said,
    });
    const { version, requests, configuration } = JSON.parse(read(report)) as Record<string, unknown>;
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(requests).toEqual([]);
    expect(JSON.stringify(configuration)).not.toContain('s3cret');
    rmSync(report);
  });

  const every = ['::', '0.0.0.0', '*'].map((host) => [host, /^http:\/\/(?!0\.0\.0\.0|\[::\])/] as const);
  const loopback = ['::1', '[::1]'].map((host) => [host, /^http:\/\/\[::1\]:\d+\//] as const);

  test.each([...every, ...(HAS_IPV6 ? loopback : [])])(
    `on [api] host = %s has an address in the catalog that can be reached${HAS_IPV6 ? '' : ' (::1 skipped: this host has no IPv6)'}`,
    async (host, pattern) => {
      const { port } = await started('wild', `host = ${host}`);
      const { catalog } = await logIn(`http://${host.includes('1') ? '[::1]' : '127.0.0.1'}:${port}`);
      const urls = [...catalog.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url ?? '');
      expect(urls.length).toBeGreaterThan(0);
      for (const url of urls) expect(url).toMatch(pattern);
      expect(urls).toContainEqual(expect.stringMatching(new RegExp(`:${port}/v1$`)));
      expect((await fetch(urls.find((url) => url.endsWith('/v1')) ?? '')).status).toBe(200);
    },
  );

  const PROXY = ['[oslo_middleware]', 'enable_proxy_headers_parsing = true'];
  const PUBLIC = 'public_url = https://cloud.example.org/magnum/v1/';
  test.each([
    ['of the socket, where nothing is configured', [], (port: number) => `http://127.0.0.1:${port}`],
    ['of a proxy that ends TLS, with enable_proxy_headers_parsing', PROXY, (port: number) => `https://127.0.0.1:${port}`],
    ['of public_url', [PUBLIC], () => 'https://cloud.example.org/magnum'],
    ['of public_url, also behind a proxy', [PUBLIC, ...PROXY], () => 'https://cloud.example.org/magnum'],
  ] as const)('writes links, next and Location with the address %s', async (_what, lines, addressAt) => {
    const { port } = await started('links', ...lines);
    const origin = `http://127.0.0.1:${port}`;
    const { token } = await logIn(origin);
    const headers = { 'X-Auth-Token': token, 'X-Forwarded-Proto': 'https', 'Content-Type': 'application/json' };
    const address = addressAt(port);
    for (const name of ['one', 'two']) {
      const body = JSON.stringify({ ...MODEL, name });
      const made = await fetch(`${origin}/v1/baymodels`, { method: 'POST', headers, body });
      expect(made.status, await made.text()).toBe(201);
      expect(made.headers.get('location')).toMatch(new RegExp(`^${address}/v1/baymodels/[0-9a-f-]+$`));
    }
    for (const path of ['/', '/v1', '/v1/baymodels?limit=1']) {
      const text = await (await fetch(`${origin}${path}`, { headers })).text();
      const urls = (text.match(/https?:\/\/[^"]*/g) ?? []).filter((url) => !url.includes('docs.openstack.org'));
      expect(urls.length).toBeGreaterThan(0);
      expect(urls.filter((url) => !url.startsWith(`${address}/`))).toEqual([]);
      if (path.includes('limit')) expect(text).toContain(`"next":"${address}/v1/baymodels?`);
    }
  });

  test('lets scripts of the origins in [cors] allowed_origin ask, and no others', async () => {
    const { port } = await started('cors', '[cors]', 'allowed_origin = https://dashboard.example.org,https://other.example.org/');
    await logIn(`http://127.0.0.1:${port}`);
    const allowedFor = async (origin: string, method: string): Promise<string | null> => {
      const headers = { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}) };
      return (await fetch(`http://127.0.0.1:${port}/v1`, { method, headers })).headers.get('access-control-allow-origin');
    };
    for (const method of ['GET', 'OPTIONS']) {
      expect(await allowedFor('https://dashboard.example.org', method)).toBe('https://dashboard.example.org');
      expect(await allowedFor('https://other.example.org', method)).toBe('https://other.example.org');
      expect(await allowedFor('https://evil.example.org', method)).toBeNull();
    }
  });
});

test('magnum-conductor lives through SIGHUP, and ends in order afterwards', async () => {
  const { file } = await configure('conductor');
  const { child, said } = start('magnum-conductor', '--config-file', file);
  await until('the conductor works', () => said().includes('conductor started') || undefined, { withinMs: 30_000, report: said });
  child.kill('SIGHUP');
  await until('the configuration was read again', () => said().includes('configuration read again') || undefined, {
    withinMs: 30_000,
    report: said,
  });
  child.kill('SIGUSR2');
  const report = await until('the report is written', () => /"file":"([^"]+report[^"]+)"/.exec(said())?.[1], {
    withinMs: 30_000,
    report: said,
  });
  expect(JSON.parse(read(report))).toMatchObject({ passes: { running: 0, waiting: 0, slow: 0, bays: [] } });
  rmSync(report);
  child.kill('SIGTERM');
  expect(await new Promise((done) => child.once('exit', done)), said()).toBe(0);
});

describe('a new database', () => {
  test('gets a vault key beside the configuration, once; a database that is known gets none', () => {
    const home = mkdtempSync(join(folder, 'new-'));
    const conf = (database: string): string => {
      const file = join(mkdtempSync(join(home, 'conf-')), 'magnum.conf');
      writeFileSync(file, `[database]\nconnection = sqlite:///${database}\n[DEFAULT]\ntransport_url = rabbit://h/\n`);
      return file;
    };
    const database = join(home, 'db.sqlite');
    const [first, second] = [conf(database), conf(database)];
    const key = join(first, '..', 'vault.key');
    expect(bin('magnum-db-manage', '--config-file', first, 'upgrade', '--dry-run').stdout).toContain('would make 001-');
    expect(existsSync(key)).toBe(false);
    expect(bin('magnum-db-manage', '--config-file', first, 'current').stdout).toBe('none\n');
    expect(bin('magnum-db-manage', '--config-file', first, 'upgrade').stdout).toMatch(
      /^made the vault key .*vault\.key: give a copy/,
    );
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(Buffer.from(read(key), 'base64')).toHaveLength(32);
    const before = read(key);
    expect(bin('magnum-db-manage', '--config-file', first, 'upgrade').stdout).toBe('up to date\n');
    expect(read(key)).toBe(before);
    // Another host with the same database needs the same key, not one of its own.
    expect(bin('magnum-db-manage', '--config-file', second, 'upgrade').stdout).toBe('up to date\n');
    expect(existsSync(join(second, '..', 'vault.key'))).toBe(false);
    expect(bin('magnum-db-manage', '--config-file', first, 'history').stdout).toMatch(/^made 001-/);
    const version = bin('magnum-db-manage', 'version').stdout;
    expect(bin('magnum-db-manage', '--config-file', first, 'current').stdout).toBe(version);
    expect(bin('magnum-db-manage', '--config-file', first, 'stamp').stdout).toBe(`stamped ${version}`);
    expect(bin('magnum-db-manage', '--config-file', first, 'stamp', 'heads')).toMatchObject({ status: 1 });
    expect(bin('magnum-db-manage', '--config-file', first, 'current').stdout).toBe(version);
  });

  test('and its configuration, policy and key are checked before an upgrade', async () => {
    const { file } = await configure('status');
    const lost = join(folder, 'lost.conf');
    writeFileSync(lost, read(file).replace(/key_file = .*/, `key_file = ${join(folder, 'none')}`));
    expect(bin('magnum-status', '--config-file', file, 'upgrade', 'check')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Check: Vault key\nResult: Success'),
    });
    expect(bin('magnum-status', '--config-file', lost, 'upgrade', 'check')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('Check: Vault key\nResult: Failure'),
    });
    appendFileSync(file, '[api]\nprot = 1\n');
    expect(bin('magnum-status', '--config-file', file, 'upgrade', 'check')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('[api] prot is not known'),
    });
    expect(bin('magnum-status', 'upgrade', 'chekc').status).toBe(2);
  });

  test('drivers are listed with what they make bays of', () => {
    expect(bin('magnum-driver-manage', 'list').stdout).toMatch(
      /^name +server_type +os +coe\n(.*\n)*swarm-mode +vm +debian +swarm\n/,
    );
  });

  test('the images of a bay are listed for its labels, and a driver or a label that is none is refused with what there is', () => {
    const listed = bin(
      'magnum-driver-manage',
      'images',
      'kubeadm',
      'kube_tag=1.37',
      'container_infra_prefix=registry.example/k8s',
    );
    const names = listed.stdout.trim().split('\n');
    expect([listed.status, names.length, new Set(names).size]).toEqual([0, 19, 19]);
    for (const name of names) expect(name).toMatch(/^registry\.example\/k8s\/[a-z-]+:[\w.-]+$/);
    expect(names).toContain('registry.example/k8s/kube-apiserver:v1.37.2');
    expect(bin('magnum-driver-manage', 'images', 'nothing')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('kubeadm'),
    });
    expect(bin('magnum-driver-manage', 'images', 'kubeadm', 'kube_tag')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('NAME=VALUE'),
    });
  });
});
