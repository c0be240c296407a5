import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as plainRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { request } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateAuthority } from '../../../../adapters/certificates/x509.js';
import { systemClock } from '../../../../adapters/system/clock.js';
import { DEFAULT_SIGNING_RULES, type SigningProfile } from '../../../../domain/certificate.js';
import type { KeyPair } from '../../../../ports/certificates.js';
import { until } from '../../../../testing/until.js';
import { MESOS_SCRIPTS } from './scripts.js';

// The gateway as it runs on a node, before two masters of which one leads.
const SERVER: SigningProfile = { kind: 'node', name: 'master-1', addresses: ['127.0.0.1'] };
const CLIENT: SigningProfile = { kind: 'client', validForSeconds: 3_600 };
const authority = certificateAuthority(systemClock);
const folder = mkdtempSync(join(tmpdir(), 'magnum-mesos-gateway-'));
let ca: KeyPair;
let identity: { readonly key: string; readonly cert: string };
let follower: Master;
let leader: Master;
let gateways: { readonly secure: Gateway; readonly plain: Gateway };

interface Seen {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A master that notes what it is asked. */
class Master {
  readonly seen: Seen[] = [];
  readonly #server: Server;
  location: string | undefined;

  constructor() {
    this.#server = createServer((asked, response) => {
      let body = '';
      asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
      asked.on('end', () => {
        if (asked.url === '/redirect') {
          const headers = this.location === undefined ? {} : { location: this.location };
          return response.writeHead(this.location === undefined ? 503 : 307, headers).end();
        }
        this.seen.push({ line: `${asked.method ?? ''} ${asked.url ?? ''}`, headers: asked.headers, body });
        return response.end(`answer to ${asked.url ?? ''}`);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on TCP
  }

  listen(): Promise<void> {
    return new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface Gateway {
  readonly port: number;
  readonly process: ChildProcess;
}

beforeAll(async () => {
  ca = await authority.createCa('a bay', DEFAULT_SIGNING_RULES);
  identity = await signed(CLIENT, 'admin');
  const server = await signed(SERVER, 'master-1');
  writeFileSync(join(folder, 'ca.crt'), ca.certificate);
  writeFileSync(join(folder, 'server.pem'), server.key + server.cert);
  writeFileSync(join(folder, 'operator'), 'operator:secret');
  for (const [path, name] of Object.entries(MESOS_SCRIPTS.paths))
    if (path.endsWith('.py')) writeFileSync(join(folder, basename(path)), MESOS_SCRIPTS.files[name] ?? '');
  [follower, leader] = [new Master(), new Master()];
  await follower.listen();
  await leader.listen();
  gateways = { secure: await start({}), plain: await start({ MAGNUM_PLAIN: 'true' }) };
}, 60_000);
afterAll(() => {
  for (const gateway of Object.values(gateways)) gateway.process.kill('SIGKILL');
  follower.close();
  leader.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  follower.location = `//127.0.0.1:${leader.port}`;
  for (const master of [follower, leader]) master.seen.length = 0;
});

async function start(variables: Readonly<Record<string, string>>): Promise<Gateway> {
  const port = await freePort();
  const gateway = spawn('python3', [join(folder, 'mesos-gateway.py')], {
    env: {
      ...process.env,
      MAGNUM_TLS: folder,
      MAGNUM_PORT: String(port),
      MAGNUM_TARGET: `leader:127.0.0.1:${follower.port}`,
      MAGNUM_CREDENTIAL: join(folder, 'operator'),
      SUPER: '/nowhere',
      ZOOKEEPER_PORT: '1',
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until('the gateway listens', () => isOpen(port), { everyMs: 50 });
  return { port, process: gateway };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(!socket.destroy().connecting));
    socket.on('error', () => done(false));
  });
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((done) =>
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo; // it listens on TCP
      probe.close(() => done(port));
    }),
  );
}

async function signed(profile: SigningProfile, name: string): Promise<{ readonly key: string; readonly cert: string }> {
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'new.key'];
  const csr = execFileSync('openssl', ['req', '-new', ...ec, '-subj', `/CN=${name}`], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const key = readFileSync(join(folder, 'new.key'), 'utf8');
  return { key, cert: await authority.sign(ca, csr, DEFAULT_SIGNING_RULES, profile) };
}

interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly without?: 'certificate';
}

/** Status and text; `refused` where the connection ends without an answer. */
function ask(what: 'secure' | 'plain', path: string, question: Question = {}): Promise<string> {
  const { method = 'GET', headers = {}, body, without } = question;
  const { port } = gateways[what];
  const options = { host: '127.0.0.1', port, path, method, agent: false, headers } as const;
  return new Promise((done) => {
    const sent =
      what === 'plain'
        ? plainRequest(options)
        : request({ ...options, ca: ca.certificate, ...(without ? {} : { key: identity.key, cert: identity.cert }) });
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => done('refused'));
      response.on('end', () => done(`${response.statusCode ?? 0} ${text.trim()}`));
    });
    sent.on('error', () => done('refused'));
    sent.end(body);
  });
}

describe.each(['secure', 'plain'] as const)('the %s gateway', (what) => {
  test('speaks to the master that leads, as the operator', async () => {
    const headers = { authorization: 'Basic of-the-client', connection: 'keep-alive', 'mesos-stream-id': 'x' };
    expect(await ask(what, '/api/v1?a=b', { method: 'POST', headers, body: '{"type":"GET_AGENTS"}' })).toBe(
      '200 answer to /api/v1?a=b',
    );
    expect(follower.seen).toEqual([]);
    expect(leader.seen).toEqual([
      {
        line: 'POST /api/v1?a=b',
        body: '{"type":"GET_AGENTS"}',
        headers: expect.objectContaining({
          authorization: `Basic ${Buffer.from('operator:secret').toString('base64')}`,
          connection: 'close',
          'mesos-stream-id': 'x',
        }) as object,
      },
    ]);
  });

  test('speaks to its own master below /local', async () => {
    expect(await ask(what, '/local/metrics/snapshot')).toBe('200 answer to /metrics/snapshot');
    expect(follower.seen.map(({ line }) => line)).toEqual(['GET /metrics/snapshot']);
    expect(leader.seen).toEqual([]);
  });

  test('follows another leader with the next request', async () => {
    follower.location = `//127.0.0.1:${follower.port}`;
    expect(await ask(what, '/health')).toBe('200 answer to /health');
    expect(follower.seen.map(({ line }) => line)).toEqual(['GET /health']);
  });

  test('says that there is no leader, and that a leader is not reached', async () => {
    follower.location = undefined;
    expect(await ask(what, '/api/v1', { method: 'POST', body: 'x'.repeat(100_000) })).toMatch(/^503 no Mesos master leads/);
    follower.location = `//127.0.0.1:${await freePort()}`;
    expect(await ask(what, '/health')).toMatch(/^503 .*does not answer/);
  });

  test('takes members out of the ensemble by their numbers alone', async () => {
    expect(await ask(what, '/ensemble/7', { method: 'DELETE' })).toMatch(/^503 ZooKeeper: /);
    for (const path of ['/ensemble/', '/ensemble/x', '/ensemble/7/8', '/ensemble/123456'])
      expect(await ask(what, path, { method: 'DELETE' })).toMatch(/^400 /);
    expect(await ask(what, '/ensemble/7')).toBe('200 answer to /ensemble/7');
    expect(leader.seen.map(({ line }) => line)).toEqual(['GET /ensemble/7']);
  });

  test('refuses what is no request, and a head without end', async () => {
    expect(await ask(what, '/health', { headers: { long: 'x'.repeat(70_000) } })).toMatch(/^431 /);
    expect([...follower.seen, ...leader.seen]).toEqual([]);
  });

  test('passes on a body in parts, and an answer that comes in parts', async () => {
    const body = JSON.stringify({ type: 'X'.repeat(200_000) });
    expect(await ask(what, '/api/v1', { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body })).toMatch(/^200 /);
    expect(leader.seen[0]?.body).toBe(body);
  });
});

test('a client without a certificate is refused before it can ask', async () => {
  expect(await ask('secure', '/health', { without: 'certificate' })).toBe('refused');
  expect([...follower.seen, ...leader.seen]).toEqual([]);
});

test('a second request on one connection never reaches a master', async () => {
  const requests = 'GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n';
  const answer = await new Promise<string>((done) => {
    let text = '';
    const socket = connect(gateways.plain.port, '127.0.0.1', () => socket.write(requests));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('close', () => done(text));
    socket.on('error', () => undefined);
  });
  // The master was asked to close after the first one, and may refuse the connection for what came behind it.
  expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
  expect(answer).not.toContain('answer to /second');
  expect(leader.seen.map(({ line }) => line)).not.toContain('GET /second');
});
