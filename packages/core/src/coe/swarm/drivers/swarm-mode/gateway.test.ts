import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../testing/until.js';
import { certificateAuthority } from '../../../../adapters/certificates/x509.js';
import { systemClock } from '../../../../adapters/system/clock.js';
import { DEFAULT_SIGNING_RULES, type SigningProfile } from '../../../../domain/certificate.js';
import type { KeyPair } from '../../../../ports/certificates.js';

// The gateway as it runs on a node, before an engine that answers every request; its certificates are signed as the service signs them.
const GATEWAY = fileURLToPath(new URL('../../../shared/node/optional-scripts/gateway.py', import.meta.url));
const MASTER: SigningProfile = { kind: 'node', name: 'master-1', addresses: ['127.0.0.1'] };
const WORKER: SigningProfile = { kind: 'node', name: 'worker-1', addresses: ['127.0.0.2'] };
const CLIENT: SigningProfile = { kind: 'client', validForSeconds: 3_600 };
const authority = certificateAuthority(systemClock);
const folder = mkdtempSync(join(tmpdir(), 'magnum-gateway-'));
let ca: KeyPair;
let engine: Server;
let gateway: ChildProcess;
let port: number;

interface Identity {
  readonly key: string;
  readonly cert: string;
}

beforeAll(async () => {
  ca = await authority.createCa('a bay', DEFAULT_SIGNING_RULES);
  const server = await signed(MASTER, 'master-1');
  writeFileSync(join(folder, 'ca.crt'), ca.certificate);
  writeFileSync(join(folder, 'ca.key'), ca.privateKey.reveal());
  writeFileSync(join(folder, 'server.pem'), server.key + server.cert);
  engine = createServer((_request, response) => response.end('OK'));
  await new Promise<void>((done) => engine.listen(join(folder, 'engine.sock'), done));
  port = await freePort();
  gateway = spawn('python3', [GATEWAY], {
    env: { ...process.env, MAGNUM_TLS: folder, MAGNUM_ENGINE: join(folder, 'engine.sock'), MAGNUM_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening();
});
afterAll(async () => {
  gateway.kill('SIGKILL');
  await new Promise((done) => engine.close(done));
  rmSync(folder, { recursive: true });
});

function openssl(...words: readonly string[]): string {
  return execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A key and a request for it. */
function requested(name: string): { readonly key: string; readonly csr: string } {
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'new.key'];
  const csr = openssl('req', '-new', ...ec, '-subj', `/CN=${name}`);
  return { csr, key: readFileSync(join(folder, 'new.key'), 'utf8') };
}

/** What the service signs. */
async function signed(profile: SigningProfile, name: string): Promise<Identity> {
  const { csr, key } = requested(name);
  return { key, cert: await authority.sign(ca, csr, DEFAULT_SIGNING_RULES, profile) };
}

/** What the service never signs, by the bay's own authority all the same. */
function forged(...extensions: readonly string[]): Identity {
  const { csr, key } = requested('admin');
  writeFileSync(join(folder, 'new.csr'), csr);
  writeFileSync(join(folder, 'extensions'), ['basicConstraints=critical,CA:FALSE', ...extensions].join('\n'));
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(Date.now()), '-days', '1'];
  return { key, cert: openssl('x509', '-req', '-in', 'new.csr', ...by, '-extfile', 'extensions') };
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((done) =>
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo; // it listens on TCP
      probe.close(() => done(free));
    }),
  );
}

function silent(): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1', () => done(socket));
    socket.on('error', failed);
  });
}

async function listening(): Promise<void> {
  await until('the gateway listens', async () => (await silent()).destroy(), { everyMs: 50 });
}

/** The engine's answer; `refused` where the connection ends without one. */
function ask(identity: Partial<Identity>): Promise<string> {
  return new Promise((done) => {
    const sent = request(
      { host: '127.0.0.1', port, path: `/_ping?${randomUUID()}`, ca: ca.certificate, agent: false, ...identity },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', () => done('refused'));
        response.on('end', () => done(text));
      },
    );
    sent.on('error', () => done('refused'));
    sent.end();
  });
}

describe('the gateway', () => {
  test('admits a client of the bay', async () => {
    expect(await ask(await signed(CLIENT, 'admin'))).toBe('OK');
  });

  test('refuses a node that shows its own server certificate, and the one of the master', async () => {
    expect(await ask(await signed(WORKER, 'worker-1'))).toBe('refused');
    expect(await ask(await signed(MASTER, 'master-1'))).toBe('refused');
  });

  test.each([
    ['no certificate', () => ({})],
    ['a certificate for no use in particular', () => forged()],
    ['a certificate of a server and a client', () => forged('extendedKeyUsage=serverAuth,clientAuth')],
    ['a certificate for any use', () => forged('extendedKeyUsage=anyExtendedKeyUsage')],
  ])('refuses %s', async (_what, identity) => {
    expect(await ask(identity())).toBe('refused');
  });

  test('refuses a client of another bay', async () => {
    const other = await authority.createCa('another bay', DEFAULT_SIGNING_RULES);
    const { csr, key } = requested('admin');
    expect(await ask({ key, cert: await authority.sign(other, csr, DEFAULT_SIGNING_RULES, CLIENT) })).toBe('refused');
  });

  test('admits clients while hundreds of connections from the same address say nothing', { timeout: 60_000 }, async () => {
    const client = await signed(CLIENT, 'admin');
    const sockets: Socket[] = [];
    try {
      for (let count = 0; count < 600; count += 1) {
        sockets.push(await silent());
        if (count % 30 === 0) expect(await ask(client), `after ${count} silent connections`).toBe('OK');
      }
      expect(await ask(client)).toBe('OK');
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});
