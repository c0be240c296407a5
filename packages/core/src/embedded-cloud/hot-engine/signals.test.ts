import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../testing/until.js';
import {
  ACCESS,
  aFleet,
  aTemplate,
  aWait,
  aHotEngine,
  ENDPOINT,
  SIGNAL,
  requireSettled,
  type HotEngineFixture,
} from './engine.test-support.js';

let hot: HotEngineFixture;
beforeEach(async () => {
  hot = await aHotEngine();
});
afterEach(() => hot.close());

async function signalled(body: unknown, token?: string): Promise<Response> {
  const stack = await until(
    'the stack has an endpoint',
    async () => {
      const found = await hot.find('stack');
      return found?.outputs['endpoint'] ? found : undefined;
    },
    { everyMs: 3 },
  );
  const headers = { 'x-auth-token': token ?? String(stack.outputs['token']) };
  const request = new Request(String(stack.outputs['endpoint']), {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const response = await hot.engine.handle(request);
  if (!response) throw new Error('not the path of a signal');
  return response;
}

test('a wait condition ends at its time, and says how much came', async () => {
  await hot.create({ template: aTemplate(aWait(60, 2), { outputs: ENDPOINT }) });
  await signalled({ status: 'SUCCESS', reason: 'half' });
  await until(
    'the stack has failed',
    async () => (hot.clock.advance(1000), (await hot.find('stack'))?.state === 'FAILED' || undefined),
    { everyMs: 3 },
  );
  expect((await hot.find('stack'))?.reason).toBe(
    'Resource CREATE failed: WaitConditionTimeout: resources.wait: 1 of 2 received - half',
  );
});

test('signals complete a wait condition and give it their data', async () => {
  await hot.create({ template: aTemplate(aWait(60), { outputs: ENDPOINT }) });
  expect((await signalled({ status: 'SUCCESS', id: 'node', data: { word: 'join-me' } })).status).toBe(200);
  const stack = await requireSettled(hot);
  expect(stack.outputs['data']).toBe('{"node":{"word":"join-me"}}');
  const raw = JSON.stringify([await hot.db('hot_signal'), await hot.db('hot_resource'), await hot.db('hot_event')]);
  expect(raw).not.toContain('join-me');
});

test('a signal with the same id again replaces what it said', async () => {
  await hot.create({ template: aTemplate(aWait(60, 2), { outputs: ENDPOINT }) });
  await signalled({ id: 'node', data: 1 });
  await signalled({ id: 'node', data: 2 });
  expect(await hot.db('hot_signal')).toHaveLength(1);
  await signalled({ id: 'other' });
  expect((await requireSettled(hot)).outputs['data']).toBe('{"node":2,"other":null}');
});

test('a signal of failure fails the stack with its reason', async () => {
  await hot.create({ template: aTemplate(aWait(60), { outputs: ENDPOINT }) });
  await signalled({ status: 'FAILURE', reason: 'disk full' });
  expect((await requireSettled(hot)).reason).toBe('Resource CREATE failed: WaitConditionFailure: resources.wait: disk full');
  const events = await hot.engine.events((await requireSettled(hot)).id, 0, 100, ACCESS, SIGNAL);
  expect(events.find((event) => event.action === 'SIGNAL')).toMatchObject({
    state: 'FAILED',
    reason: 'Signal: status:FAILURE reason:disk full',
  });
});

test('signals without the token, to nowhere, or without sense are refused', async () => {
  await hot.create({ template: aTemplate(aWait(60), { outputs: ENDPOINT }) });
  expect((await signalled({}, 'guess')).status).toBe(401);
  expect((await signalled('{')).status).toBe(400);
  expect((await signalled([])).status).toBe(400);
  expect((await signalled({ status: 'MAYBE' })).status).toBe(400);
  expect((await signalled('x'.repeat(300_000))).status).toBe(413);
  const nowhere = new Request('http://x/orchestration/v1/p/stacks/s/i/resources/r/signal', {
    method: 'POST',
    headers: { 'x-auth-token': 't' },
  });
  expect((await hot.engine.handle(nowhere))?.status).toBe(404);
  expect(await hot.engine.handle(new Request('http://x/v1/bays'))).toBeUndefined();
});

test('a wait condition for a simulated server completes by itself and says why', async () => {
  const fleet = aFleet(['one'], { get_attr: ['handle', 'curl_cli'] });
  await hot.create({ template: aTemplate({ ...fleet, ...aWait(60) }) });
  const stack = await requireSettled(hot);
  expect(stack.state).toBe('COMPLETE');
  const events = await hot.engine.events(stack.id, 0, 100, ACCESS, SIGNAL);
  expect(events.find((event) => event.action === 'SIGNAL')?.reason).toBe('simulated server: no user-data was run');
});

test('a signal nested without end is refused, and one that is repeated without end fills no journal', async () => {
  await hot.create({ template: aTemplate(aWait(60, 2), { outputs: ENDPOINT }) });
  const deep = `{"id":"a","data":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
  const refused = await signalled(deep);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ explanation: expect.stringContaining('nested deeper than 32 levels') });
  await signalled({ id: 'a', reason: 'first' });
  const [event] = await hot.db('hot_event').where({ action: 'SIGNAL' }).select();
  const { id: _id, ...copy } = event as Record<string, unknown>; // the row that the signal has just made
  for (let block = 0; block < 20; block += 1) await hot.db('hot_event').insert(Array.from({ length: 100 }, () => copy));
  expect((await signalled({ id: 'a', reason: 'last' })).status).toBe(200);
  const [count] = await hot.db('hot_event').where({ action: 'SIGNAL' }).count('* as n');
  expect(count).toEqual({ n: 2_001 });
  expect(await hot.db('hot_signal').select('signal_id', 'reason')).toEqual([{ signal_id: 'a', reason: 'last' }]);
});
