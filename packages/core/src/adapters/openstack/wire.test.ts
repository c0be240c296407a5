import { afterEach, describe, expect, test } from 'vitest';
import { CONNECTION_BOUNDS } from '../../domain/connections.js';
import { countingServer, openAtMost, type CountingNeighbour } from '../../testing/counting-neighbour.js';
import { selfSigned } from '../../testing/self-signed.js';
import { wireTo } from './wire.js';

const { maxSockets, maxFreeSockets, timeout } = CONNECTION_BOUNDS;
let neighbour: CountingNeighbour | undefined;
afterEach(() => neighbour?.close());

describe.each(['http', 'https'] as const)('connections to a neighbour over %s', (scheme) => {
  const tls = scheme === 'https' ? selfSigned() : undefined;
  const start = async (delay: number) => {
    const counting = await countingServer((_request, response) => void setTimeout(() => response.end('{}'), delay), tls);
    neighbour = counting;
    const wire = wireTo(tls ? { ca: tls.cert } : {});
    const url = `${scheme}://localhost:${counting.port}/`;
    const ask = () => wire({ method: 'GET', url, headers: {}, body: undefined }, new AbortController().signal);
    return { counting, ask };
  };

  test('a burst is answered over few of them, fewer are kept, and none stays', async () => {
    const { counting, ask } = await start(20);
    const replies = await Promise.all(Array.from({ length: 10 * maxSockets }, ask));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(counting.most()).toBe(maxSockets);
    await openAtMost(counting, maxFreeSockets);
    expect((await ask()).status).toBe(200);
    expect(counting.most()).toBe(maxSockets);
    await openAtMost(counting, 0);
  }, 30_000);

  test('an answer that takes longer than a connection may be idle is waited for', async () => {
    const { ask } = await start(timeout + 500);
    expect((await ask()).status).toBe(200);
  }, 30_000);
});
