import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { run } from '../e2e/dev-process.js';

test('magnum dev ends with words where its port is taken, rather than staying half alive', async () => {
  const holder = new Listeners(async () => ({ status: 200, headers: {}, body: 'taken' }));
  const port = await holder.listen(0, '127.0.0.1');
  const dataDir = mkdtempSync(join(tmpdir(), 'magnum-dev-'));
  const args = [
    resolve(import.meta.dirname, '../../packages/cli/bin/magnum.js'),
    'dev',
    '--simulated',
    '--port',
    String(port),
    '--data',
    dataDir,
  ];
  const { code, errors } = await run(process.execPath, args);
  expect(code).toBe(1);
  expect(errors).toContain(String(port));
  await holder.close(0);
  rmSync(dataDir, { recursive: true });
}, 20_000);

test('a server that is closed lets running requests end', async () => {
  const answering = new AbortController();
  const arrived = new AbortController();
  const listeners = new Listeners(async () => {
    arrived.abort();
    await once(answering.signal, 'abort');
    return { status: 200, headers: {}, body: 'done' };
  });
  const port = await listeners.listen(0, '127.0.0.1');
  const reply = fetch(`http://127.0.0.1:${port}/`);
  await once(arrived.signal, 'abort');
  const closed = listeners.close(5_000);
  answering.abort();
  expect(await (await reply).text()).toBe('done');
  await closed;
  // The port is free again.
  const next = createServer();
  await new Promise<void>((done) => next.listen(port, '127.0.0.1', done));
  await new Promise((done) => next.close(done));
});
