import { describe, expect, test } from 'vitest';
import { ApiError, ConnectionError, NotFoundError } from './index.js';
import { aBay, aWorld, failing, type Handler, type World } from './testing/a-world.js';

describe('retries', () => {
  const flaky = (failures: number, answer: () => Response): Handler => {
    let count = 0;
    return () => ((count += 1) <= failures ? failing(503) : answer());
  };

  test('repeat a GET twice, with growing pauses and the same request id', async () => {
    const world = aWorld(flaky(2, () => Response.json(aBay())));
    await world.magnum.bays.get('x');
    expect(world.slept).toEqual([500, 1000]);
    expect(new Set(world.requests.map(({ headers }) => headers.get('x-openstack-request-id'))).size).toBe(1);
  });

  test('give up after three attempts', async () => {
    const world = aWorld(() => failing(503));
    await expect(world.magnum.bays.get('x')).rejects.toBeInstanceOf(ApiError);
    expect(world.requests).toHaveLength(3);
  });

  test('never repeat what may have been done: POST and PUT', async () => {
    const world = aWorld(() => failing(503));
    await expect(world.magnum.bays.create({ baymodel_id: 'm' })).rejects.toBeInstanceOf(ApiError);
    await expect(world.magnum.containers.start('c')).rejects.toBeInstanceOf(ApiError);
    expect(world.requests).toHaveLength(2);
  });

  test('repeat a POST whose connection was never made', async () => {
    let count = 0;
    const world = aWorld(() => {
      if ((count += 1) === 1)
        throw Object.assign(new TypeError('fetch failed'), {
          cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
        });
      return Response.json({ uuid: 'b1' }, { status: 202 });
    });
    expect(await world.magnum.bays.create({ baymodel_id: 'm' })).toEqual({ uuid: 'b1' });
  });

  test('take 404 at the second DELETE for success, and at the first for what it is', async () => {
    let count = 0;
    const repeated = aWorld(() => failing((count += 1) === 1 ? 502 : 404));
    await expect(repeated.magnum.bays.delete('x')).resolves.toBeUndefined();
    await expect(aWorld(() => failing(404)).magnum.bays.delete('x')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('wait as long as the server asks, within reason', async () => {
    const asked = (value: string): World => {
      let count = 0;
      return aWorld(() => ((count += 1) === 1 ? failing(503, { 'retry-after': value }) : Response.json(aBay())));
    };
    const [short, long] = [asked('7'), asked('86400')];
    await short.magnum.bays.get('x');
    await long.magnum.bays.get('x');
    expect([short.slept, long.slept]).toEqual([[7_000], [60_000]]);
  });

  test('stop for all callers when the budget is spent', async () => {
    const world = aWorld(() => failing(503));
    for (let call = 0; call < 100; call += 1) await world.magnum.bays.get('x').catch(() => undefined);
    expect(world.requests.length).toBeLessThanOrEqual(200);
  });

  test('report an unreachable server as ConnectionError', async () => {
    const world = aWorld(() => {
      throw new TypeError('fetch failed');
    });
    await expect(world.magnum.bays.get('x')).rejects.toBeInstanceOf(ConnectionError);
  });
});
