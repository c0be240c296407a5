import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.js';

const MINUTE = 60_000;

test.each([
  ['stands still', () => new ManualClock()],
  ['runs', () => ManualClock.running()],
])('a clock that %s wakes its sleepers when it is moved to their time, and no others', async (_kind, open) => {
  const clock = open();
  const woken: string[] = [];
  const sleeping = [
    clock.sleep(5 * MINUTE).then(() => woken.push('first')),
    clock.sleep(9 * MINUTE).then(() => woken.push('second')),
  ];
  clock.advance(6 * MINUTE);
  await sleeping[0];
  expect(woken).toEqual(['first']);
  clock.advance(4 * MINUTE);
  await sleeping[1];
  expect(woken).toEqual(['first', 'second']);
});

test('a running clock wakes sleepers by itself, and keeps the distance it was moved by', async () => {
  const clock = ManualClock.running();
  const begun = clock.now().getTime();
  clock.advance(MINUTE);
  await clock.sleep(5);
  expect(clock.now().getTime() - begun).toBeGreaterThanOrEqual(MINUTE);
});

test('a sleep ends with the reason of its signal, also when that was aborted before', async () => {
  const clock = new ManualClock();
  const reason = new Error('stopping');
  const stop = new AbortController();
  const sleeping = clock.sleep(MINUTE, stop.signal);
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(clock.sleep(MINUTE, stop.signal)).rejects.toBe(reason);
});
