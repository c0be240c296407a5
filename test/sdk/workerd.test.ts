import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@magnum-ts/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bench/sdk-sizes.mjs';
import { freePort } from '../../scripts/host/free-port.mjs';
import { workerdProgram } from '../../scripts/host/sdk-tools.mjs';
import { Listeners } from '../../packages/server/src/app.js';
import { aService, type Service } from '../support/service.js';

/**
 * The SDK in workerd itself, whose `fetch` refuses options that browsers and Node pass over, and which has no names of Node: a worker that makes,
 * follows and deletes a bay, and the words for a service that is away.
 */
const program = workerdProgram();
if (program === undefined) process.stdout.write('skipped: workerd.test.ts, since workerd has no program for this system\n');

const WORKER = `
import { createMagnum, NotFoundError } from '@magnum-ts/sdk';
async function useBay(magnum) {
  const bay = await magnum.bays.create({ name: 'web', baymodel_id: 'swarm', node_count: 2 }).wait({ intervalMs: 200 });
  const events = [];
  for await (const event of magnum.bays.follow('web')) {
    events.push(event.kind);
    if (event.kind === 'settled') break;
  }
  const names = (await magnum.bays.list().toArray()).map(({ name }) => name);
  await magnum.bays.delete('web').wait({ intervalMs: 200 });
  const gone = await magnum.bays.get('web').catch((error) => error);
  return { status: bay.status, names, events, gone: [gone instanceof NotFoundError, gone.name, gone.code] };
}
export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response('ready');
    const { endpoint, token } = await request.json();
    const magnum = createMagnum({ endpoint, token, retries: { attempts: 1 } });
    return Response.json(await useBay(magnum).catch(({ name, code }) => ({ name, code })));
  },
};`;

const folder = mkdtempSync(join(tmpdir(), 'magnum-workerd-'));
let service: Service;
let api: Listeners;
let endpoint = '';
let worker = '';
let running: ChildProcess | undefined;

beforeAll(async () => {
  if (program === undefined) return;
  service = await aService();
  await service.createModel();
  api = new Listeners(service.answer, {});
  endpoint = `http://127.0.0.1:${await api.listen(0, '127.0.0.1')}/v1`;
  const port = await freePort();
  worker = `http://127.0.0.1:${port}/`;
  writeFileSync(join(folder, 'worker.js'), await bundle(WORKER, 'workerd'));
  writeFileSync(join(folder, 'config.capnp'), configFor(port));
  running = spawn(program, ['serve', join(folder, 'config.capnp')], { stdio: 'inherit' });
  await until('the worker answers', async () => (await fetch(worker)).ok);
}, 300_000);
afterAll(async () => {
  if (running && running.exitCode === null) {
    running.kill();
    await once(running, 'exit');
  }
  if (program !== undefined) {
    await api.close(500);
    await service.stop();
  }
  rmSync(folder, { recursive: true });
});

function configFor(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "internet", network = (allow = ["private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`;
}

async function ask(body: object): Promise<unknown> {
  const response = await fetch(worker, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
}

describe.skipIf(program === undefined)('in workerd', () => {
  test('a worker makes a bay, waits for it, follows its events, lists and deletes it', async () => {
    expect(await ask({ endpoint, token: service.tokens.demo })).toEqual({
      status: 'CREATE_COMPLETE',
      names: ['web'],
      events: expect.arrayContaining(['accepted', 'stack', 'settled']),
      gone: [true, 'NotFoundError', 'bay-not-found'],
    });
  }, 120_000);

  test('a service that is away is an error of the SDK', async () => {
    const away = `http://127.0.0.1:${await freePort()}/v1`;
    expect(await ask({ endpoint: away, token: 't' })).toEqual({
      name: 'ConnectionError',
      code: expect.stringMatching(/^connection-/),
    });
  }, 60_000);

  test('a wrong token is what the service says of it', async () => {
    expect(await ask({ endpoint, token: 'wrong' })).toMatchObject({ name: 'UnauthorizedError' });
  }, 60_000);
});
