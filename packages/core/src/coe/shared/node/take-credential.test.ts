import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../testing/node-folder.test-support.js';
import { nodeScripts } from './scripts.js';

// take-credential.sh as it runs on a node, before a service that has another credential for it.
let driver: string;
let cloud: Server;
let requests: string[];
let node: NodeFolder | undefined;

const NEW = { generation: 1, user_id: 'new', password: 'word of the new one', trust_id: null, control_planes: [] };

beforeEach(async () => {
  driver = mkdtempSync(join(tmpdir(), 'magnum-driver-'));
  requests = [];
  cloud = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (request.url === '/v3/auth/tokens') return response.writeHead(201, { 'x-subject-token': 'fresh' }).end('{}');
    return response.writeHead(200).end(JSON.stringify(NEW));
  });
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  cloud.closeAllConnections();
  await new Promise((resolve) => cloud.close(resolve));
  node?.remove();
  rmSync(driver, { recursive: true });
});

/** A node whose driver has that in its part of the library. */
async function run(part: string): Promise<{ readonly code: unknown; readonly held: unknown }> {
  writeFileSync(join(driver, 'driver.sh'), `# shellcheck shell=sh\nSTEPS=''\nJOINED=''\nexport STEPS JOINED\n${part}\n`);
  node = nodeFolder(nodeScripts(pathToFileURL(`${driver}/`)));
  const url = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`; // of a TCP server
  const values = {
    node_name: 'n-1',
    bay_id: 'b',
    magnum_url: `${url}/v1`,
    auth_url: `${url}/v3`,
    verify_cloud_ca: true,
    cloud_ca: '',
  };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify(values));
  writeFileSync(join(node.etc, 'credential.json'), JSON.stringify({ generation: 0, user_id: 'old', password: 'old word' }));
  const child = spawn(join(node.opt, 'take-credential.sh'), { env: { ...process.env, PATIENCE: '0' }, stdio: 'ignore' });
  const [code]: unknown[] = await once(child, 'close');
  return { code, held: JSON.parse(readFileSync(join(node.etc, 'credential.json'), 'utf8')) };
}

const REPORTED = 'PUT /v1/credentials/b/nodes/n-1';

test('a node that holds another credential reports it', async () => {
  const { code, held } = await run('');
  expect([code, held]).toMatchObject([0, { user_id: 'new', generation: 1 }]);
  expect(requests).toContain(REPORTED);
});

test('not before what works with the credential on this node works with the new one, so that the former one is not deleted too early', async () => {
  const { code, held } = await run('use_credential() { give_up "a program still works with the former account"; }');
  expect(held).toMatchObject({ user_id: 'new' });
  expect(code).not.toBe(0);
  expect(requests).not.toContain(REPORTED);
});
