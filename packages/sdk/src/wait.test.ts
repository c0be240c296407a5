import { describe, expect, test } from 'vitest';
import { TimeoutError, WaiterError, type Bay, type BayEvent } from './index.js';
import { aBay, aWorld, failing, type Handler } from './testing/a-world.js';

describe('waiting for a bay', () => {
  const through = (statuses: readonly Partial<Bay>[], events: readonly Partial<BayEvent>[] = []): Handler => {
    let turn = 0;
    return (_request, url) => {
      if (url.pathname.endsWith('/events')) {
        const after = Number(url.searchParams.get('after'));
        return Response.json({ events: events.filter(({ id = 0 }) => id > after && id <= turn) });
      }
      const state = statuses[Math.min(turn, statuses.length - 1)];
      turn += 1;
      return state?.status === 'DELETE_COMPLETE' ? failing(404) : Response.json(aBay(state));
    };
  };

  test('ends when it is complete, and tells every event once', async () => {
    const world = aWorld(
      through(
        [{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_COMPLETE' }],
        [{ id: 1 }, { id: 2 }, { id: 3 }],
      ),
    );
    const seen: number[] = [];
    const bay = await world.magnum.bays.waitUntil('my-bay', { onEvent: ({ id }) => seen.push(id) });
    expect(bay.status).toBe('CREATE_COMPLETE');
    expect(seen).toEqual([1, 2, 3]);
  });

  test('fails at once, with the reason, when the bay has failed', async () => {
    const world = aWorld(
      through([{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_FAILED', status_reason: 'no such flavor' }]),
    );
    const error = await world.magnum.bays.waitUntil('my-bay').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaiterError);
    expect(error).toMatchObject({ status: 'CREATE_FAILED', reason: 'no such flavor' });
  });

  test('for its end takes 404 for the end', async () => {
    const world = aWorld(through([{ status: 'DELETE_IN_PROGRESS' }, { status: 'DELETE_COMPLETE' }]));
    await expect(world.magnum.bays.waitUntilDeleted('my-bay', { onEvent: () => undefined })).resolves.toBeUndefined();
  });

  test('gives up after its time', async () => {
    const world = aWorld(through([{ status: 'CREATE_IN_PROGRESS' }]));
    await expect(world.magnum.bays.waitUntil('my-bay', { timeoutMs: 10_000 })).rejects.toBeInstanceOf(TimeoutError);
    expect(world.slept.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(10_000);
  });
});
