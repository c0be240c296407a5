import { describe, expect, test } from 'vitest';
import { ApiError, NotFoundError, type BayEvent } from './index.js';
import { aWorld, failing } from './testing/a-world.js';

const sse = (...texts: readonly string[]): Response =>
  new Response(texts.join(''), { headers: { 'content-type': 'text/event-stream' } });
const event = (id: number): string => `id: ${id}\ndata: ${JSON.stringify({ id, status: 'x' })}\n\n`;
const idsOf = async (events: AsyncIterable<BayEvent>): Promise<readonly number[]> => {
  const ids: number[] = [];
  for await (const { id } of events) ids.push(id);
  return ids;
};

describe('following a bay', () => {
  test('goes on over connections that end or break, after the last event seen, until the bay is gone', async () => {
    const answers = [
      sse('retry: 2000\n\n', event(1), ': nothing new\n\n', event(2), 'id: 3\nda'),
      failing(503),
      sse(event(3)),
      sse('event: gone\ndata: {}\n\n'),
    ];
    const world = aWorld(() => answers.shift() ?? failing(500), { retries: { attempts: 1 } });
    expect(await idsOf(world.magnum.bays.follow('my bay'))).toEqual([1, 2, 3]);
    expect(world.requests.map(({ url }) => url.replace(/.*after=/, ''))).toEqual(['0', '2', '2', '3']);
    expect(world.requests[0]?.headers.get('accept')).toBe('text/event-stream');
    expect(world.requests[0]?.url).toContain('/v1/bays/my%20bay/events');
  });

  test('begins where it is told to', async () => {
    const world = aWorld(() => sse(event(8), 'event: gone\ndata: {}\n\n'));
    expect(await idsOf(world.magnum.bays.follow('b1', { after: 7 }))).toEqual([8]);
    expect(world.requests[0]?.url).toMatch(/after=7$/);
  });

  test('of one that went while nobody listened ends; of one that never was, it is an error', async () => {
    const answers = [sse(event(1)), failing(404)];
    expect(await idsOf(aWorld(() => answers.shift() ?? failing(500)).magnum.bays.follow('b1'))).toEqual([1]);
    await expect(idsOf(aWorld(() => failing(404)).magnum.bays.follow('b1'))).rejects.toThrow(NotFoundError);
  });

  test('of a server without streams says so, and one that stays away is given up', async () => {
    await expect(idsOf(aWorld(() => failing(406)).magnum.bays.follow('b1'))).rejects.toMatchObject({ status: 406 });
    const away = aWorld(() => failing(503), { retries: { attempts: 1 } });
    await expect(idsOf(away.magnum.bays.follow('b1'))).rejects.toThrow(ApiError);
    expect(away.requests).toHaveLength(6);
  });

  test('ends with its signal, also while nothing comes', async () => {
    const enough = new AbortController();
    const silent = new Response(new ReadableStream({}), { headers: { 'content-type': 'text/event-stream' } });
    const following = idsOf(aWorld(() => silent).magnum.bays.follow('b1', { signal: enough.signal }));
    setTimeout(() => enough.abort(new Error('enough')), 20);
    await expect(following).rejects.toThrow('enough');
  });
});
