import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger, toWebHandler } from '@magnum-ts/core';
import { LIMIT_DEFAULTS, memoryLimits } from '../../packages/core/src/adapters/limits/memory.js';
import { createApi } from '../../packages/core/src/api/http/dispatch.js';
import { StoreShares } from '../../packages/core/src/api/http/store-shares.js';
import { aMachine, startProcess, type Machine, type Process } from '../support/machine.js';

let machine: Machine;
let running: Process;
beforeEach(async () => {
  machine = await aMachine();
  running = await startProcess(machine);
});
afterEach(async () => {
  await running.engine.stop();
  await machine.db.destroy();
});

/** The API with limits, over real parts; tokens come from the embedded identity itself. */
async function anApi(limits: { perMinute: number; atOnce: number }) {
  const { identity } = running.deps;
  const token = async (user: string): Promise<string> => {
    // The identity of the machine is the embedded one, which can make tokens for its own users.
    const issuer = identity as unknown as { tokenFor(name: string): Promise<string | undefined> };
    return (await issuer.tokenFor(user)) ?? '';
  };
  const made = memoryLimits({ ...LIMIT_DEFAULTS, reads: 0, writes: 0, waitMs: 0, ...limits });
  const handler = toWebHandler(
    createApi({
      ...running.app,
      identity,
      logger: silentLogger,
      maxLimit: 1000,
      maxEventStreams: 3,
      limits: made,
      shares: new StoreShares(Infinity),
    }),
  );
  const get = (path: string, withToken: string) =>
    handler(new Request(`http://127.0.0.1${path}`, { headers: { 'X-Auth-Token': withToken } }));
  return { get, demo: await token('demo'), admin: await token('admin') };
}

test('a project that asks too often gets 429 with Retry-After, another one is served', async () => {
  const { get, demo, admin } = await anApi({ perMinute: 2, atOnce: 0 });
  expect((await get('/v1/bays', demo)).status).toBe(200);
  expect((await get('/v1/bays', demo)).status).toBe(200);
  const refused = await get('/v1/bays', demo);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    errors: [{ status: 429, code: 'client', title: expect.stringContaining('Too many requests') }],
  });
  expect((await get('/v1/bays', admin)).status).toBe(200);
});

test('refused requests count as little as ended ones: the places are given back', async () => {
  const { get, demo } = await anApi({ perMinute: 0, atOnce: 1 });
  for (let request = 0; request < 3; request += 1) {
    expect((await get('/v1/bays/unknown', demo)).status).toBe(404);
  }
  const statuses = (await Promise.all([get('/v1/bays', demo), get('/v1/bays', demo)])).map((response) => response.status);
  expect(statuses.toSorted()).toEqual([200, 429]);
});

test('without limits no request is refused, and public documents are never counted', async () => {
  const { get, demo } = await anApi({ perMinute: 1, atOnce: 0 });
  for (let request = 0; request < 3; request += 1) expect((await get('/v1/', demo)).status).toBe(200);
  const open = await anApi({ perMinute: 0, atOnce: 0 });
  for (let request = 0; request < 20; request += 1) expect((await open.get('/v1/bays', open.demo)).status).toBe(200);
});
