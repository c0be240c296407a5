import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpProxy, type HttpFault } from './http-proxy.js';

const asked: string[] = [];
const server = createServer((request, answer) => {
  asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ at: 'http://inner/v1' }));
});
let proxy: HttpProxy;

beforeEach(async () => {
  asked.length = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await HttpProxy.before((server.address() as AddressInfo).port); // it listens on TCP
  proxy.rewrite = (text) => text.replace('inner', 'outer');
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (signal?: AbortSignal): Promise<Response> =>
  fetch(`http://127.0.0.1:${proxy.port}/v1/things`, { method: 'POST', body: '{}', ...(signal ? { signal } : {}) });
const fail = (fault: HttpFault): void => proxy.fail({ fault, share: 1, random: () => 0 });

test('passes requests on, and says other addresses', async () => {
  expect(await (await ask()).json()).toEqual({ at: 'http://outer/v1' });
  expect(asked).toEqual(['POST /v1/things']);
});

test.each([
  ['answers 500', 500, 'Internal Server Error', 0],
  ['answers 503', 503, '503 Service Unavailable', 0],
  ['answers with a page', 200, 'Please sign in', 0],
] as const)('%s', async (fault, status, words, times) => {
  fail(fault);
  const answer = await ask();
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
  expect(asked).toHaveLength(times);
});

test.each([
  ['answers half', 1],
  ['acts, then closes', 1],
] as const)('%s: the service has done it, and the client does not know', async (fault, times) => {
  fail(fault);
  await expect(ask().then((answer) => answer.text())).rejects.toThrow();
  expect(asked).toHaveLength(times);
});

test.each(['answers nothing', 'is half-open'] as const)('%s, until it is healed', async (fault) => {
  fail(fault);
  const waiting = ask().then(
    () => 'answered',
    () => 'closed',
  );
  await expect.poll(() => proxy.failed).toBe(1);
  proxy.heal();
  expect(await waiting).toBe('closed');
  expect((await ask()).status).toBe(200);
});
