import { describe, expect, test } from 'vitest';
import { TimeoutError, WaiterError, type Bay, type BayEvent } from './index.js';
import { aBay, aTestClient, failing, type Handler } from './testing/test-client.js';

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

  test('ends when it is complete, and reports every event once', async () => {
    const client = aTestClient(
      through(
        [{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_COMPLETE' }],
        [{ id: 1 }, { id: 2 }, { id: 3 }],
      ),
    );
    const seen: number[] = [];
    const bay = await client.magnum.bays.waitUntil('my-bay', { onEvent: ({ id }) => seen.push(id) });
    expect(bay.status).toBe('CREATE_COMPLETE');
    expect(seen).toEqual([1, 2, 3]);
  });

  test('fails with the reason as soon as the bay has failed', async () => {
    const client = aTestClient(
      through([{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_FAILED', status_reason: 'no such flavor' }]),
    );
    const error = await client.magnum.bays.waitUntil('my-bay').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaiterError);
    expect(error).toMatchObject({ status: 'CREATE_FAILED', reason: 'no such flavor' });
  });

  test('for its deletion ends with 404', async () => {
    const client = aTestClient(through([{ status: 'DELETE_IN_PROGRESS' }, { status: 'DELETE_COMPLETE' }]));
    await expect(client.magnum.bays.waitUntilDeleted('my-bay', { onEvent: () => undefined })).resolves.toBeUndefined();
  });

  test('ends with TimeoutError after its deadline', async () => {
    const client = aTestClient(through([{ status: 'CREATE_IN_PROGRESS' }]));
    await expect(client.magnum.bays.waitUntil('my-bay', { timeoutMs: 10_000 })).rejects.toBeInstanceOf(TimeoutError);
    expect(client.slept.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(10_000);
  });
});
