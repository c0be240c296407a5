import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { DevProcess } from '../e2e/dev-process.js';
import { smallDisk } from '../support/small-disk.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const NOTHING = (): Promise<void> => Promise.resolve();
const TEMPLATE = {
  coe: 'swarm',
  image_id: 'debian-12',
  flavor_id: 'm1.small',
  keypair_id: 'default',
  external_network_id: 'public',
};

/** A `magnum dev` with simulated servers, asked as its user `demo`. */
class Dev extends DevProcess {
  #token = '';

  get origin(): string {
    return (this.environment()['OS_AUTH_URL'] ?? '').replace(/\/identity.*$/, '');
  }

  async login(password: string): Promise<Response> {
    const domain = { id: 'default' };
    const user = { name: 'demo', domain, password };
    const auth = { identity: { methods: ['password'], password: { user } }, scope: { project: { name: 'demo', domain } } };
    return fetch(`${this.origin}/identity/v3/auth/tokens`, {
      method: 'POST',
      body: JSON.stringify({ auth }),
      headers: { 'Content-Type': 'application/json' },
    });
  }

  async ask(method: string, path: string, body?: object): Promise<Response> {
    this.#token ||= (await this.login(this.instance().demoPassword)).headers.get('x-subject-token') ?? '';
    return fetch(`${this.origin}${path}`, {
      method,
      headers: {
        'X-Auth-Token': this.#token,
        'Content-Type': 'application/json',
        'OpenStack-API-Version': 'container-infra 1.14',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }
}

const ADDRESSES = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
/** Where this host is reached from others. */
const OTHERS = ADDRESSES.filter(({ internal, address }) => !internal && !address.startsWith('fe80:')).map(
  ({ address }) => address,
);
const HAS_IPV6 = ADDRESSES.some(({ address }) => address === '::1');

/** Sockets on which a process takes connections, `address:port` as Linux writes them: in hexadecimal digits, IPv4 from its last byte on. */
function listeningOf(pid: number): readonly string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
    } catch {
      return undefined; // closed meanwhile
    }
  });
  const LISTEN = '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTEN && sockets.includes(inode))
    .map(([, local = '']) => local);
}

/** `connected`, or the code of the refusal. */
function connectTo(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
  });
}

describe.skipIf(!HAS_IPV6)(`magnum dev --host${HAS_IPV6 ? '' : ' (skipped: this host has no IPv6)'}`, () => {
  test.each([
    ['::', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['[::1]', /^http:\/\/\[::1\]:\d+$/],
  ])('%s gives an address where it can be reached', async (host, origin) => {
    const dev = new Dev({ MAGNUM_LOG_LEVEL: 'warn' }, ['--simulated', '--host', host]);
    try {
      await dev.start();
      expect(dev.origin).toMatch(origin);
      expect((await fetch(`${dev.origin}/livez`)).status).toBe(200);
    } finally {
      await dev.destroy(NOTHING);
    }
  });
});

describe('magnum dev', () => {
  const dev = new Dev({ MAGNUM_LOG_LEVEL: 'warn' }, ['--simulated']);
  beforeAll(() => dev.start());
  afterAll(() => dev.destroy(NOTHING));

  test.each([
    ['GET', '/livez', 200],
    ['GET', '/readyz', 200],
    ['GET', '/healthcheck', 200],
    ['HEAD', '/healthcheck', 200],
  ])('answers %s %s with %i, without a token', async (method, path, status) => {
    const answer = await fetch(`${dev.origin}${path}`, { method });
    expect(answer.status).toBe(status);
    if (path === '/readyz') expect(await answer.json()).toMatchObject({ status: 'ready' });
  });

  test(`without --host listens on 127.0.0.1 alone${OTHERS.length > 0 ? '' : ' (not tried from outside: this host has no other address)'}`, async () => {
    const port = Number(new URL(dev.origin).port);
    expect(listeningOf(dev.pid)).toEqual([`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`]);
    expect(await connectTo('127.0.0.1', port)).toBe('connected');
    for (const address of OTHERS) expect(await connectTo(address, port), address).toMatch(/^E(CONNREFUSED|ADDRNOTAVAIL)$/);
  });

  test('while another process holds the database for long, requests are 503 and the log says why; afterwards all works', async () => {
    expect((await dev.ask('GET', '/v1/baymodels')).status).toBe(200);
    const release = await lock(dev.database);
    const refused = await dev.ask('POST', '/v1/baymodels', { ...TEMPLATE, name: 'locked' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    // A login writes as well, and its path is another one.
    const login = await dev.login(dev.instance().demoPassword);
    await release();
    if (login.status === 503) expect(dev.said).toContain('identity request failed');
    else expect(login.status).toBe(201);
    expect(dev.said).toMatch(/SQLITE_BUSY|database is locked/);
    expect(await refused.text()).not.toMatch(/SQLITE|locked/);
    await until(
      'a bay model is accepted',
      async () => (await dev.ask('POST', '/v1/baymodels', { ...TEMPLATE, name: 'free' })).status === 201,
      { withinMs: 30_000 },
    );
    const { baymodels } = (await (await dev.ask('GET', '/v1/baymodels')).json()) as { baymodels: readonly { name: string }[] };
    expect(baymodels.map(({ name }) => name)).toEqual(['free']);
  });

  test('wrong logins over its socket are refused after ten, also a right one then, and tokens that are there go on', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await dev.login(`wrong ${count}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const right = await dev.login(dev.instance().demoPassword);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await dev.ask('GET', '/v1/baymodels')).status).toBe(200);
  });
});

const LIBSQL = createRequire(join(import.meta.dirname, '../../packages/core/package.json')).resolve('libsql');
const HOLDER = `
  const db = new (require(${JSON.stringify(LIBSQL)}))(process.argv[1]);
  db.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
  process.stdout.write('locked');
  process.stdin.once('data', () => { db.exec('ROLLBACK'); db.close(); process.exit(0); });
`;

/** A second process that holds the write lock until it is let go. */
async function lock(database: string): Promise<() => Promise<void>> {
  const holder: ChildProcess = spawn(process.execPath, ['-e', HOLDER, database], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (holder.stdout) await once(holder.stdout, 'data');
  return async () => {
    const ended = once(holder, 'exit');
    holder.stdin?.write('go');
    await ended;
  };
}

const disk = smallDisk(6, 'magnum dev on a full disk');
describe.skipIf('reason' in disk)(`magnum dev on a full disk${'reason' in disk ? ` (skipped: ${disk.reason})` : ''}`, () => {
  const folder = 'folder' in disk ? disk.folder : '';
  let dev: Dev;
  beforeAll(async () => {
    dev = new Dev({ MAGNUM_LOG_LEVEL: 'warn' }, ['--simulated'], join(folder, 'data'));
    await dev.start();
  });
  afterAll(async () => {
    await dev?.destroy(NOTHING);
    if ('remove' in disk) disk.remove();
  });

  test('answers reads, refuses changes with 503, loses nothing that it accepted, and goes on when there is room again', async () => {
    const accepted: string[] = [];
    const make = async (name: string): Promise<number> => {
      const { status } = await dev.ask('POST', '/v1/baymodels', { ...TEMPLATE, name, labels: { filling: 'x'.repeat(200) } });
      if (status === 201) accepted.push(name);
      return status;
    };
    expect(await make('before')).toBe(201);
    expect((await dev.ask('POST', '/v1/bays', { name: 'hive', baymodel_id: 'before' })).status).toBe(202);
    const makeRoom = 'fill' in disk ? disk.fill() : () => undefined;

    let status = 201;
    for (let count = 0; status === 201 && count < 200; count += 1) status = await make(`filling-${count}`);
    expect(status, `${accepted.length} accepted`).toBe(503);
    expect(dev.said).toMatch(/SQLITE_FULL|disk is full|SQLITE_IOERR/);
    expect((await dev.ask('GET', '/v1/baymodels')).status).toBe(200);
    expect((await fetch(`${dev.origin}/livez`)).status).toBe(200);

    makeRoom();
    await until('a bay is accepted', async () => (await make('after')) === 201, { withinMs: 60_000 });
    const list = (await (await dev.ask('GET', '/v1/baymodels?limit=1000')).json()) as { baymodels: readonly { name: string }[] };
    expect(list.baymodels.map(({ name }) => name).toSorted()).toEqual(accepted.toSorted());
    await until(
      'the bay is complete',
      async () => ((await (await dev.ask('GET', '/v1/bays/hive')).json()) as { status: string }).status === 'CREATE_COMPLETE',
      { withinMs: 60_000 },
    );
    await dev.kill();
    await dev.start();
    expect((await dev.ask('GET', '/v1/baymodels/after')).status).toBe(200);
  });
});
