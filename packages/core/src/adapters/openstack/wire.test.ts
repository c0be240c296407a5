import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { CONNECTION_BOUNDS } from '../../domain/connections.js';
import { countingServer, openAtMost, type CountingNeighbour } from '../../testing/counting-neighbour.js';
import { selfSigned } from '../../testing/self-signed.js';
import { failureOf } from './failures.js';
import { OversizedAnswerError, wireTo } from './wire.js';

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

const MIB = 1024 ** 2;
const ENDLESS = 'x'.repeat(MIB);

/** Writes until the other side goes away. */
function writeOn(response: ServerResponse): void {
  const write = (): void => {
    while (!response.destroyed && response.write(ENDLESS));
  };
  response.on('drain', write);
  write();
}

describe('the bytes of an answer', () => {
  const start = async (listener: (response: ServerResponse) => void, service?: string) => {
    const counting = await countingServer((_request, response) => listener(response));
    neighbour = counting;
    const request = { method: 'GET', url: `http://localhost:${counting.port}/`, headers: {}, body: undefined };
    const ask = () => wireTo({})({ ...request, ...(service ? { neighbour: service } : {}) }, new AbortController().signal);
    return { counting, ask };
  };

  test.each([
    ['orchestration', 32],
    ['network', 8],
    [undefined, 8],
  ])(
    'of %s end at %i MiB, and so does the connection',
    async (service, mebibytes) => {
      const { counting, ask } = await start(writeOn, service);
      await expect(ask()).rejects.toThrow(new OversizedAnswerError(mebibytes * MIB));
      await openAtMost(counting, 0);
    },
    30_000,
  );

  test('that are announced to be more are not read', async () => {
    const { ask } = await start((response) => response.writeHead(200, { 'content-length': 9 * MIB }).flushHeaders());
    await expect(ask()).rejects.toThrow('the answer is larger than 8 MiB');
  });

  test('may be those of the largest true answer', async () => {
    const resource = { resource_name: 'floating', resource_status_reason: 'x'.repeat(900), links: [] };
    const text = JSON.stringify({ resources: Array.from({ length: 8_000 }, () => resource) });
    const { ask } = await start((response) => response.end(text), 'orchestration');
    expect((await ask()).text).toBe(text);
  }, 30_000);

  test('of a refusal are cut, and its beginning is shown', async () => {
    const { counting, ask } = await start((response) => {
      response.writeHead(502);
      response.write('<html><h1>Bad gateway</h1>');
      response.write('<'.repeat(64 * 1024));
      writeOn(response);
    });
    const reply = await ask();
    expect(reply.text).toHaveLength(64 * 1024);
    const { message } = failureOf({ neighbour: 'Heat', call: 'GET /v1' }, reply);
    expect(message).toMatch(/^Heat: Bad gateway </);
    expect(message.length).toBeLessThan(2_100);
    await openAtMost(counting, 0);
  }, 30_000);
});
