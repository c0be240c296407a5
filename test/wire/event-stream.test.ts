import { createMagnum, type BayEvent } from '@magnum-ts/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { Listeners } from '../../packages/server/src/app.js';
import { aService, itemsOf, type Service } from '../support/service.js';

let service: Service;
let listeners: Listeners;
let endpoint: string;
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  listeners = new Listeners(service.answer);
  endpoint = `http://127.0.0.1:${await listeners.listen(0, '127.0.0.1')}`;
});
afterAll(async () => {
  await listeners.close(500);
  await service.stop();
});

const stream = (bay: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${endpoint}/v1/bays/${bay}/events`, {
    headers: { accept: 'text/event-stream', 'x-auth-token': service.tokens.demo, ...headers },
    ...(signal ? { signal } : {}),
  });

/** Reads until the text is there, and ends the stream. */
async function readUntil(response: Response, text: string): Promise<string> {
  let read = '';
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    read += new TextDecoder().decode(next.value);
    if (!read.includes(text)) continue;
    await reader?.cancel();
    return read;
  }
  throw new Error(`the stream ended before ${text}: ${read}`);
}

const client = () => createMagnum({ endpoint, token: service.tokens.demo });

test('all events of a bay arrive as they happen, each once, to the end', { timeout: 60_000 }, async () => {
  const magnum = client();
  const { uuid } = await magnum.bays.create({ name: 'followed', baymodel_id: 'swarm' });
  const followed: BayEvent[] = [];
  const following = (async () => {
    for await (const event of magnum.bays.follow(uuid)) followed.push(event);
  })();
  await service.until(uuid, 'CREATE_COMPLETE');
  const page = itemsOf(await service.request('GET', `/v1/bays/${uuid}/events`), 'events');
  await until('every event of the list was followed', () => followed.length >= page.length);
  await magnum.bays.delete(uuid);
  await following;
  expect(followed.slice(0, page.length)).toEqual(page);
  const own = followed.filter((event) => event.source === 'magnum').map((event) => `${event.kind} ${event.status}`);
  expect(own.slice(0, 3)).toEqual(['accepted CREATE_IN_PROGRESS', 'claimed CREATE_IN_PROGRESS', 'settled CREATE_COMPLETE']);
  const ids = followed.map((event) => event.id);
  expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => one - other));
  const server = followed.find((event) => event.resource_type === 'OS::Nova::Server' && event.status === 'CREATE_COMPLETE');
  expect(server).toMatchObject({ kind: 'stack', source: 'stack', resource_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test('a client that lost its connection reads on after the last event that it saw', async () => {
  const bay = await service.createBay({ name: 'resumed' });
  const first = await stream(bay.uuid);
  expect([first.status, first.headers.get('content-type'), first.headers.get('cache-control')]).toEqual([
    200,
    'text/event-stream',
    'no-store',
  ]);
  const ids = [...(await readUntil(first, 'CREATE_COMPLETE"')).matchAll(/^id: (\d+)$/gm)].map((found) => found[1] ?? '');
  const rest = await readUntil(await stream(bay.uuid, { 'last-event-id': ids[1] ?? '' }), `id: ${ids.at(-1) ?? ''}`);
  expect([...rest.matchAll(/^id: (\d+)$/gm)].map((found) => found[1])).toEqual(ids.slice(2));
  for (const nonsense of ['-1', 'x', '9'.repeat(40), "1' OR 1=1"])
    expect(await readUntil(await stream(bay.uuid, { 'last-event-id': nonsense }), 'id: ')).toContain(`id: ${ids[0] ?? ''}\n`);
});

test('what cannot be streamed is refused before it begins', async () => {
  const bay = await service.createBay({ name: 'refused' });
  expect((await stream('nobody')).status).toBe(404);
  expect((await stream(bay.uuid, { 'x-auth-token': 'wrong' })).status).toBe(401);
  expect((await stream(bay.uuid, { 'x-auth-token': service.tokens.other })).status).toBe(404);
  expect((await stream(bay.uuid, { accept: 'text/html' })).status).toBe(406);
  const other = await fetch(`${endpoint}/v1/bays`, {
    headers: { accept: 'text/event-stream', 'x-auth-token': service.tokens.demo },
  });
  expect(other.status).toBe(406);
});

test('one project may have so many streams and no more, until one is given back', { timeout: 30_000 }, async () => {
  const bay = await service.createBay({ name: 'crowded' });
  const open = (): Promise<Response> =>
    service.fetch(
      new Request(`${endpoint}/v1/bays/${bay.uuid}/events`, {
        headers: { accept: 'text/event-stream', 'x-auth-token': service.tokens.demo },
      }),
    );
  const streams = await Promise.all(Array.from({ length: 100 }, open));
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await open();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await refused.text()).toContain('Too many streams of events are open (100 of this project)');
  expect((await service.request('GET', `/v1/bays/${bay.uuid}/events`)).status).toBe(200);
  await streams[0]?.body?.cancel();
  const again = await open();
  expect(again.status).toBe(200);
  for (const { body } of [...streams.slice(1), again]) await body?.cancel();
});

test('a closing server ends streams at once, and a client that goes gives its place back', { timeout: 30_000 }, async () => {
  const bay = await service.createBay({ name: 'closed' });
  const own = new Listeners(service.answer);
  const port = await own.listen(0, '127.0.0.1');
  const response = await fetch(`http://127.0.0.1:${port}/v1/bays/${bay.uuid}/events`, {
    headers: { accept: 'text/event-stream', 'x-auth-token': service.tokens.demo },
  });
  const text = response.text();
  const begun = Date.now();
  await own.close(10_000);
  expect(await text).toContain('CREATE_COMPLETE');
  expect(Date.now() - begun).toBeLessThan(5_000);
});
