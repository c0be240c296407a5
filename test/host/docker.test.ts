import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureDocker } from '../../scripts/host/docker.mjs';

// Starting a real second engine would disturb the first one's networks: a stand-in for dockerd answers on the socket.
const STAND_IN = `#!${process.execPath}
const socket = process.argv[3].replace('unix://', '');
require('node:http').createServer((_request, response) => response.end('OK')).listen(socket);
`;

let folder = '';
const before = { ...process.env };
const quiet = { install: false, log: () => {} };

const mayStart = process.getuid?.() === 0 || process.env['CI'] !== undefined;
const rootTest = test.skipIf(!mayStart);
if (!mayStart) console.warn('docker.test.ts: starting an engine needs root, so that was not tried');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ensure-docker-'));
  delete process.env.DOCKER_HOST;
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

function installed(program: string): void {
  writeFileSync(join(folder, 'dockerd'), program);
  chmodSync(join(folder, 'dockerd'), 0o755);
  process.env.PATH = `${folder}:${before.PATH}`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('an engine that answers is used, and stop() leaves it alone', async () => {
  const socket = join(folder, 'engine.sock');
  const engine = createServer((_request, response) => response.end('OK'));
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  const found = await ensureDocker({ ...quiet, socket });
  if (!found.available) throw new Error(found.reason);
  expect(found).toMatchObject({ socket });
  expect(found.startedPid).toBeUndefined();
  await found.stop();
  expect(engine.listening).toBe(true);
  engine.close();
});

rootTest('an engine that is missing is started (as root), and ended by its own id', async () => {
  installed(STAND_IN);
  const found = await ensureDocker({ ...quiet, socket: join(folder, 'engine.sock') });
  if (!found.available) throw new Error(found.reason);
  const { startedPid = 0 } = found;
  expect(isAlive(startedPid)).toBe(true);
  await found.stop();
  expect(isAlive(startedPid)).toBe(false);
});

rootTest('an engine that does not come up is a reason in one line', async () => {
  installed('#!/bin/sh\nexit 3\n');
  const found = await ensureDocker({ ...quiet, socket: join(folder, 'engine.sock') });
  expect(found).toMatchObject({
    available: false,
    reason: expect.stringMatching(/^dockerd ended with code 3; see \S+$/) as string,
  });
});

test('a DOCKER_HOST that does not answer is named, and nothing is started instead', async () => {
  process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
  expect(await ensureDocker(quiet)).toEqual({
    available: false,
    reason: 'no Docker Engine answers at DOCKER_HOST=tcp://127.0.0.1:1',
  });
});
