import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../testing/node-folder.test-support.js';
import { nodeScripts } from './scripts.js';

// take-secrets.sh as it runs on a node, before an API that answers with the secrets of a bay.
let driver: string;
let node: NodeFolder;
let cloud: Server;
let requests: (readonly [line: string, token: unknown, name: unknown, secret: unknown])[];
let answer: { readonly status: number; readonly secrets: readonly object[] };

beforeEach(async () => {
  driver = mkdtempSync(join(tmpdir(), 'magnum-driver-'));
  writeFileSync(
    join(driver, 'driver.sh'),
    "# shellcheck shell=sh\nBAY_SECRETS=/etc/magnum/bay\nSTEPS=''\nJOINED=''\nexport BAY_SECRETS STEPS JOINED\n",
  );
  node = nodeFolder(nodeScripts(pathToFileURL(`${driver}/`), ['take-secrets.sh']));
  [requests, answer] = [[], { status: 200, secrets: [] }];
  cloud = createServer((request, response) => {
    const { 'x-auth-token': token, 'x-magnum-node': name, 'x-magnum-node-secret': secret } = request.headers;
    requests.push([`${request.method ?? ''} ${request.url ?? ''}`, token, name, secret]);
    if (request.url === '/v3/auth/tokens') return response.writeHead(201, { 'x-subject-token': 'fresh' }).end('{}');
    const isKnown = token === 'fresh' || token === 'held';
    return response.writeHead(isKnown ? answer.status : 401).end(JSON.stringify({ secrets: answer.secrets }));
  });
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`; // of a TCP server
  const values = {
    node_name: 'hive-master-1',
    bay_id: 'bay-1',
    magnum_url: `${url}/v1`,
    auth_url: `${url}/v3`,
    verify_cloud_ca: true,
    cloud_ca: '',
  };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify(values));
  writeFileSync(join(node.etc, 'credential.json'), JSON.stringify({ user_id: 'trustee', password: 'word' }));
  writeFileSync(join(node.etc, 'secret'), 'secret-of-the-node\n');
});
afterEach(async () => {
  cloud.closeAllConnections();
  await new Promise((resolve) => cloud.close(resolve));
  node.remove();
  rmSync(driver, { recursive: true });
});

async function run(): Promise<{ readonly code: unknown; readonly errors: string }> {
  const child = spawn(join(node.opt, 'take-secrets.sh'), {
    env: { ...process.env, PATIENCE: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [code]: unknown[] = await once(child, 'close');
  return { code, errors };
}

const files = (): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(join(node.etc, 'bay')).map((name) => [name, readFileSync(join(node.etc, 'bay', name), 'utf8')]));

const PAIR = { name: 'accounts', material: 'key-pair', generation: 1, public_key: 'PUBLIC\n', private_key: 'PRIVATE' };

test('a node keeps each part of its secrets in a file that root alone reads, and proves itself as it asks', async () => {
  answer = {
    status: 200,
    secrets: [
      PAIR,
      { ...PAIR, generation: 0, public_key: 'OLD PUBLIC', private_key: 'OLD PRIVATE' },
      { name: 'signer', material: 'authority', generation: 0, certificate: 'CERTIFICATE', private_key: 'KEY OF IT' },
      { name: 'at-rest', material: 'random-key', generation: 0, key: 'a2V5' },
    ],
  };
  expect((await run()).code).toBe(0);
  expect(files()).toEqual({
    'accounts.key': 'PRIVATE\n',
    'accounts.pub': 'PUBLIC\n',
    'accounts-0.key': 'OLD PRIVATE\n',
    'accounts-0.pub': 'OLD PUBLIC\n',
    'signer.crt': 'CERTIFICATE\n',
    'signer.key': 'KEY OF IT\n',
    'at-rest.key': 'a2V5\n',
  });
  for (const name of readdirSync(join(node.etc, 'bay')))
    expect(statSync(join(node.etc, 'bay', name)).mode & 0o777, name).toBe(0o600);
  expect(statSync(join(node.etc, 'bay')).mode & 0o777).toBe(0o700);
  expect(requests).toEqual([
    ['POST /v3/auth/tokens', undefined, undefined, undefined],
    ['GET /v1/credentials/bay-1/secrets', 'fresh', 'hive-master-1', 'secret-of-the-node'],
  ]);
});

test('a token that the node holds is used, and a file that is as it should be is left alone', async () => {
  answer = { status: 200, secrets: [PAIR] };
  writeFileSync(join(node.run, 'token'), 'held');
  expect((await run()).code).toBe(0);
  const before = statSync(join(node.etc, 'bay', 'accounts.key')).ino;
  expect((await run()).code).toBe(0);
  expect(statSync(join(node.etc, 'bay', 'accounts.key')).ino).toBe(before);
  expect(requests.map(([line]) => line)).toEqual(Array(2).fill('GET /v1/credentials/bay-1/secrets'));
});

test('a value that the answer no longer has is removed, and no file of another name', async () => {
  const former = { name: 'accounts', material: 'key-pair', generation: 0, public_key: 'OLD PUBLIC' };
  answer = { status: 200, secrets: [PAIR, former] };
  expect((await run()).code).toBe(0);
  writeFileSync(join(node.etc, 'bay', 'other-1.key'), 'of another program');
  expect(Object.keys(files())).toContain('accounts-0.pub');
  answer = { status: 200, secrets: [PAIR] };
  expect((await run()).code).toBe(0);
  expect(Object.keys(files()).toSorted()).toEqual(['accounts.key', 'accounts.pub', 'other-1.key']);
});

test.each<[string, typeof answer, string]>([
  ['is refused', { status: 403, secrets: [] }, 'asking for the secrets of the bay was answered with HTTP status 403'],
  ['gets an empty answer', { status: 200, secrets: [] }, 'the answer of the API has no secret for this node'],
  [
    'gets a name that is a path',
    { status: 200, secrets: [{ ...PAIR, name: '../secret' }] },
    'a secret of the bay has a name that is none',
  ],
])('a node that %s fails its step with the reason, and keeps nothing', async (_what, given, reason) => {
  answer = given;
  const { code, errors } = await run();
  expect([code === 0, errors.trim().split('\n').at(-1)]).toEqual([false, reason]);
  expect(files()).toEqual({});
  expect(readFileSync(join(node.etc, 'secret'), 'utf8')).toBe('secret-of-the-node\n');
});

test('shellcheck finds nothing in the script', (context) => {
  const result = spawnSync('shellcheck', ['-x', '-P', node.opt, 'take-secrets.sh'], { cwd: node.opt, encoding: 'utf8' });
  if (result.error && !process.env['CI']) {
    console.warn('shellcheck is not installed, so the script was not checked');
    context.skip();
  }
  expect([result.stdout, result.status]).toEqual(['', 0]);
});
