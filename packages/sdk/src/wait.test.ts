import { describe, expect, test } from 'vitest';
import { NotFoundError, TimeoutError, WaiterError, type Bay, type BayEvent, type Bays } from './index.js';
import { aBay, aTestClient, failing, type Handler } from './client.test-support.js';

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

  test.each(['waitUntil', 'waitUntilDeleted'] as const)('that never was is NotFoundError: %s', async (wait) => {
    const { bays, clusters } = aTestClient(() => failing(404)).magnum;
    await expect(bays[wait]('nope')).rejects.toBeInstanceOf(NotFoundError);
    await expect(clusters[wait]('nope')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('goes on until the bay has the status that is asked for', async () => {
    const statuses = [{ status: 'CREATE_COMPLETE' }, { status: 'UPDATE_IN_PROGRESS' }, { status: 'UPDATE_COMPLETE' }] as const;
    const bay = await aTestClient(through(statuses)).magnum.bays.waitUntil('my-bay', { target: 'UPDATE_COMPLETE' });
    expect(bay.status).toBe('UPDATE_COMPLETE');
    const failed = aTestClient(through([{ status: 'CREATE_COMPLETE' }, { status: 'UPDATE_FAILED' }])).magnum.bays;
    await expect(failed.waitUntil('my-bay', { target: 'UPDATE_COMPLETE' })).rejects.toBeInstanceOf(WaiterError);
    await expect(failed.waitUntil('my-bay', { target: 'UPDATE_FAILED' })).resolves.toMatchObject({ status: 'UPDATE_FAILED' });
  });

  test('follows a change by itself: create, update, delete, resize, upgrade', async () => {
    const changed: Handler = (request, url) =>
      request.method === 'GET'
        ? through([{ status: 'UPDATE_COMPLETE' }])(request, url)
        : Response.json({ uuid: 'b1' }, { status: 202 });
    const client = aTestClient(changed);
    const { bays, clusters } = client.magnum;
    for (const change of [
      bays.create({ name: 'my-bay', baymodel_id: 'm' }),
      bays.update('my-bay', { node_count: 2 }),
      clusters.resize('my-bay', { node_count: 2 }),
      clusters.upgrade('my-bay', { cluster_template: 't' }),
    ]) {
      expect((await change.wait()).status).toBe('UPDATE_COMPLETE');
      expect(await change).toEqual({ uuid: 'b1' });
    }
    expect(client.requests.filter(({ method }) => method === 'GET').every(({ url }) => url.endsWith('/b1'))).toBe(true);
    const gone = aTestClient((request) => (request.method === 'DELETE' ? new Response(null, { status: 204 }) : failing(404)));
    await expect(gone.magnum.bays.delete('my-bay').wait()).resolves.toBeUndefined();
    const refused = aTestClient(() => failing(409)).magnum.bays;
    await expect(refused.create({ baymodel_id: 'm' }).wait()).rejects.toMatchObject({ status: 409 });
    await expect(refused.delete('b').wait()).rejects.toMatchObject({ status: 409 });
  });

  test('that is deleted during the wait is WaiterError', async () => {
    const client = aTestClient(through([{ status: 'CREATE_IN_PROGRESS' }, { status: 'DELETE_COMPLETE' }]));
    await expect(client.magnum.bays.waitUntil('my-bay')).rejects.toMatchObject({ status: 'DELETE_COMPLETE' });
  });

  test.each<readonly [string, (bays: Bays) => Promise<unknown>, options: { isDeleting: boolean }]>([
    ['this client has asked for its deletion', (bays) => bays.delete('my-bay'), { isDeleting: false }],
    ['this client has seen it', (bays) => bays.get('b1'), { isDeleting: false }],
    ['this client has made it', (bays) => bays.create({ name: 'my-bay', baymodel_id: 'm' }), { isDeleting: false }],
    ['this client has changed it', (bays) => bays.update('my-bay', { node_count: 2 }), { isDeleting: false }],
    ['the caller says so', async () => undefined, { isDeleting: true }],
  ])('ends at once for a bay that is gone already, where %s', async (_why, act, options) => {
    let isGone = false;
    const { bays } = aTestClient(() => (isGone ? failing(404) : Response.json(aBay()))).magnum;
    await act(bays);
    isGone = true;
    await expect(bays.waitUntilDeleted('my-bay', options)).resolves.toBeUndefined();
    await expect(bays.waitUntilDeleted('my-bai')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('refuses options that are none', async () => {
    const { bays } = aTestClient(() => failing(404)).magnum;
    const wait = bays.waitUntil as (ident: string, options: unknown) => Promise<Bay>; // as a caller in JavaScript can
    await expect(wait('my-bay', 'CREATE_COMPLETE')).rejects.toMatchObject({ code: 'invalid-parameter' });
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
