import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { SWARM_SCRIPTS } from './scripts.js';

// node.sh and signal.sh as they run on a node, before an engine that has a swarm and a cloud that takes signals. Steps are replaced by
// scripts that only write down their name.
let node: NodeFolder;
let engine: Server;
let cloud: Server;
let url: string;
let signals: [handle: string, token: string, body: Readonly<Record<string, string>>][];
let hasSwarm: boolean;

const listen = (server: Server, ...at: [string] | [number, string]): Promise<void> =>
  new Promise((resolve) => (at.length === 1 ? server.listen(at[0], resolve) : server.listen(at[0], at[1], resolve)));

beforeEach(async () => {
  [node, signals, hasSwarm] = [nodeFolder(SWARM_SCRIPTS), [], true];
  engine = createServer((_request, response) =>
    hasSwarm
      ? response.end(JSON.stringify({ JoinTokens: { Worker: 'SWMTKN-worker', Manager: 'SWMTKN-manager' } }))
      : response.writeHead(503).end(JSON.stringify({ message: 'This node is not a swarm manager.' })),
  );
  cloud = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const part of request.setEncoding('utf8')) text += String(part);
      signals.push([request.url ?? '', String(request.headers['x-auth-token']), JSON.parse(text) as Record<string, string>]);
      response.end('{}');
    })();
  });
  await listen(engine, node.engine);
  await listen(cloud, 0, '127.0.0.1');
  url = `http://127.0.0.1:${(cloud.address() as AddressInfo).port}`; // of a TCP server
});
afterEach(async () => {
  for (const server of [engine, cloud]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  node.remove();
});

function write(role: 'manager' | 'worker'): void {
  const handle = (name: string): object => ({ endpoint: `${url}/${name}`, token: `token-of-${name}` });
  const values = {
    node_name: `${role}-1`,
    role,
    private_address: '10.0.0.2',
    magnum_url: `${url}/v1`,
    verify_cloud_ca: true,
    cloud_ca: '',
    wait: handle('wait'),
    ...(role === 'manager' ? { manager_wait: handle('manager_wait') } : {}),
  };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify(values));
}

async function run(script: string, ...parameters: readonly string[]): Promise<unknown> {
  const [code]: unknown[] = await once(spawn(join(node.opt, script), parameters, { stdio: 'ignore' }), 'exit');
  return code;
}

test('a manager hands out what others join with: each role gets its own token, and managers get theirs first', async () => {
  write('manager');
  expect(await run('signal.sh', 'SUCCESS', 'ready')).toBe(0);
  expect(signals.map(([handle, token]) => [handle, token])).toEqual([
    ['/manager_wait', 'token-of-manager_wait'],
    ['/wait', 'token-of-wait'],
  ]);
  expect(signals.map(([, , body]) => body)).toEqual([
    { status: 'SUCCESS', reason: 'ready', id: 'manager-1', data: '{"address": "10.0.0.2", "token": "SWMTKN-manager"}' },
    { status: 'SUCCESS', reason: 'ready', id: 'manager-1', data: '{"address": "10.0.0.2", "token": "SWMTKN-worker"}' },
  ]);
});

test.each([
  ['a worker', 'worker', 'SUCCESS'],
  ['a manager that failed', 'manager', 'FAILURE'],
] as const)('%s hands out no token', async (_name, role, status) => {
  write(role);
  expect(await run('signal.sh', status, 'a reason')).toBe(0);
  for (const [, , body] of signals) expect(body).toEqual({ status, reason: 'a reason', id: `${role}-1`, data: `${role}-1` });
  expect(signals).not.toEqual([]);
});

test('a manager without a swarm signals no success', async () => {
  hasSwarm = false;
  write('manager');
  expect(await run('signal.sh', 'SUCCESS', 'ready')).not.toBe(0);
  expect(signals).toEqual([]);
});

const STEPS = /^STEPS='(.*)'$/m.exec(SWARM_SCRIPTS.files['scripts/lib.sh'] ?? '')?.[1]?.split(' ') ?? [];

function replaceSteps(failing?: string): void {
  for (const step of STEPS) {
    const end = step === failing ? 'echo noise >&2\necho "no space is left" >&2\nexit 1\n' : '';
    writeFileSync(join(node.opt, `${step}.sh`), `#!/bin/sh\necho ${step} >>${node.run}/steps\n${end}`, { mode: 0o755 });
  }
}

test('a node runs its steps in order, and then signals success', async () => {
  write('worker');
  replaceSteps();
  expect(await run('node.sh')).toBe(0);
  expect(stepsRun()).toEqual(STEPS);
  expect(signals.map(([, , { status, reason }]) => [status, reason])).toEqual([['SUCCESS', 'the node is part of the swarm']]);
});

test('a node ends at the first step that fails, and its last words are the reason', async () => {
  write('worker');
  replaceSteps('make-cert');
  expect(await run('node.sh')).toBe(1);
  expect(stepsRun()).toEqual(STEPS.slice(0, STEPS.indexOf('make-cert') + 1));
  expect(signals.map(([, , { status, reason }]) => [status, reason])).toEqual([['FAILURE', 'make-cert: no space is left']]);
});

function stepsRun(): readonly string[] {
  return readFileSync(join(node.run, 'steps'), 'utf8').trim().split('\n');
}
