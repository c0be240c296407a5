import { describe, expect, test } from 'vitest';
import { ApiError, NotFoundError, type BayEvent } from './index.js';
import { aTestClient, failing } from './client.test-support.js';

const sse = (...texts: readonly string[]): Response =>
  new Response(texts.join(''), { headers: { 'content-type': 'text/event-stream' } });
const event = (id: number): string => `id: ${id}\ndata: ${JSON.stringify({ id, status: 'x' })}\n\n`;
const idsOf = async (events: AsyncIterable<BayEvent>): Promise<readonly number[]> => {
  const ids: number[] = [];
  for await (const { id } of events) ids.push(id);
  return ids;
};

describe('following a bay', () => {
  test('continues after the last event over connections that end or break, until the bay is gone', async () => {
    const answers = [
      sse('retry: 2000\n\n', event(1), ': nothing new\n\n', event(2), 'id: 3\nda'),
      failing(503),
      sse(event(3)),
      sse('event: gone\ndata: {}\n\n'),
    ];
    const client = aTestClient(() => answers.shift() ?? failing(500), { retries: { attempts: 1 } });
    expect(await idsOf(client.magnum.bays.follow('my bay'))).toEqual([1, 2, 3]);
    expect(client.requests.map(({ url }) => url.replace(/.*after=/, ''))).toEqual(['0', '2', '2', '3']);
    expect(client.requests[0]?.headers.get('accept')).toBe('text/event-stream');
    expect(client.requests[0]?.url).toContain('/v1/bays/my%20bay/events');
  });

  test('starts after the given event', async () => {
    const client = aTestClient(() => sse(event(8), 'event: gone\ndata: {}\n\n'));
    expect(await idsOf(client.magnum.bays.follow('b1', { after: 7 }))).toEqual([8]);
    expect(client.requests[0]?.url).toMatch(/after=7$/);
  });

  test('ends for a bay that was deleted between two connections, and fails for an unknown bay', async () => {
    const answers = [sse(event(1)), failing(404)];
    expect(await idsOf(aTestClient(() => answers.shift() ?? failing(500)).magnum.bays.follow('b1'))).toEqual([1]);
    await expect(idsOf(aTestClient(() => failing(404)).magnum.bays.follow('b1'))).rejects.toThrow(NotFoundError);
  });

  test('fails for a server without streams, and for a server that stays away', async () => {
    await expect(idsOf(aTestClient(() => failing(406)).magnum.bays.follow('b1'))).rejects.toMatchObject({ status: 406 });
    const away = aTestClient(() => failing(503), { retries: { attempts: 1 } });
    await expect(idsOf(away.magnum.bays.follow('b1'))).rejects.toThrow(ApiError);
    expect(away.requests).toHaveLength(6);
  });

  test('ends with its signal, also while no event arrives', async () => {
    const enough = new AbortController();
    const silent = new Response(new ReadableStream({}), { headers: { 'content-type': 'text/event-stream' } });
    const following = idsOf(aTestClient(() => silent).magnum.bays.follow('b1', { signal: enough.signal }));
    setTimeout(() => enough.abort(new Error('enough')), 20);
    await expect(following).rejects.toThrow('enough');
  });
});
