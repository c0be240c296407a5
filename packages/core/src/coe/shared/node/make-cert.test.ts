import { X509Certificate } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { certificateAuthority } from '../../../adapters/certificates/x509.js';
import { systemClock } from '../../../adapters/system/clock.js';
import { DEFAULT_SIGNING_RULES } from '../../../domain/certificate.js';
import type { KeyPair } from '../../../ports/certificates.js';
import { nodeFolder, type NodeFolder } from '../testing/node-folder.test-support.js';
import { nodeScripts } from './scripts.js';

// make-cert.sh as it runs on a node, now and then, before an API that signs as the service does.
const authority = certificateAuthority(systemClock);
const PROFILE = { kind: 'node', name: 'worker-1', addresses: ['10.0.0.3'] } as const;
const days = (count: number) => ({ ...DEFAULT_SIGNING_RULES, termOfValidityDays: count });

let driver: string;
let node: NodeFolder;
let api: Server;
let ca: KeyPair;
/** For how many days the API signs. */
let term: number;
let orders: number;

beforeEach(async () => {
  driver = mkdtempSync(join(tmpdir(), 'magnum-driver-'));
  const lines = ['# shellcheck shell=sh', 'CERTIFICATES=/etc/magnum/tls', 'export CERTIFICATES'];
  writeFileSync(join(driver, 'driver.sh'), [...lines, 'reload_certificates() { echo once >>"$STATE/reloads"; }', ''].join('\n'));
  node = nodeFolder(nodeScripts(pathToFileURL(`${driver}/`)));
  [term, orders] = [90, 0];
  api = createServer((request, response) => void answer(request.method ?? '', request).then((text) => response.end(text)));
  await new Promise<void>((done) => api.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`; // of a TCP server
  const values = { node_name: 'worker-1', bay_id: 'bay-1', magnum_url: `${url}/v1`, auth_url: `${url}/v3` };
  const more = { tls_disabled: false, verify_cloud_ca: true, cloud_ca: '' };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify({ ...values, ...more }));
  writeFileSync(join(node.run, 'token'), 'held');
});
afterEach(async () => {
  api.closeAllConnections();
  await new Promise((done) => api.close(done));
  node.remove();
  rmSync(driver, { recursive: true });
});

async function answer(method: string, body: AsyncIterable<unknown>): Promise<string> {
  if (method === 'GET') return JSON.stringify({ pem: ca.certificate });
  let text = '';
  for await (const part of body) text += String(part);
  const { csr } = JSON.parse(text) as { readonly csr: string }; // what ask-cert.sh sends
  orders += 1;
  return JSON.stringify({ pem: await authority.sign(ca, csr, days(term), PROFILE) });
}

async function check(): Promise<void> {
  const child = spawn(join(node.opt, 'make-cert.sh'), {
    env: { ...process.env, PATIENCE: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [code]: unknown[] = await once(child, 'close');
  expect([code, code === 0 ? '' : errors]).toEqual([0, '']);
}

const path = (): string => join(node.etc, 'tls', 'server.pem');
const held = (): X509Certificate => new X509Certificate(readFileSync(path()));
const reloads = (): number => {
  const file = join(node.run, 'reloads');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
};

test('a node gets a certificate once, and keeps it while it lasts', async () => {
  ca = await authority.createCa('a bay', days(1_825));
  await check();
  expect([orders, reloads()]).toEqual([1, 1]);
  expect(held().checkIP('10.0.0.3')).toBe('10.0.0.3');
  expect(held().verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  const { ino } = statSync(path());
  await check();
  expect([orders, reloads(), statSync(path()).ino]).toEqual([1, 1, ino]);
});

test('a certificate that ends within a week is renewed where its authority lasts longer', async () => {
  [ca, term] = [await authority.createCa('a bay', days(1_825)), 6];
  await check();
  const before = held();
  term = 90;
  await check();
  expect([orders, reloads()]).toEqual([2, 2]);
  expect(Date.parse(held().validTo)).toBeGreaterThan(Date.parse(before.validTo));
  await check();
  expect([orders, reloads()]).toEqual([2, 2]);
});

test('a certificate that lasts a little longer than a week is kept', async () => {
  [ca, term] = [await authority.createCa('a bay', days(1_825)), 8];
  await check();
  await check();
  expect([orders, reloads()]).toEqual([1, 1]);
});

test('a certificate that ends together with its authority is not asked for anew at each check, as a new one would not last longer', async () => {
  ca = await authority.createCa('a bay', days(3));
  await check();
  expect(held().validTo).toBe(new X509Certificate(ca.certificate).validTo);
  for (let times = 0; times < 2; times += 1) await check();
  expect([orders, reloads()]).toEqual([1, 1]);
});

test('another authority signs a new certificate at the next check', async () => {
  ca = await authority.createCa('a bay', days(1_825));
  await check();
  ca = await authority.createCa('a bay', days(1_825));
  await check();
  expect(orders).toBe(2);
  expect(held().verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
});
