import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { Condition } from './condition.js';

const signal = new AbortController().signal;

test('a notification wakes every waiter of its key, and no other', async () => {
  const condition = new Condition();
  const clock = new ManualClock();
  const woken: string[] = [];
  const waits = ['a', 'a', 'b'].map((key, index) =>
    condition.wait(key, 1_000, { clock, signal }).then(() => woken.push(`${key}${index}`)),
  );
  condition.notifyAll('a');
  await Promise.all(waits.slice(0, 2));
  expect(woken).toEqual(['a0', 'a1']);
  clock.advance(1_000);
  await Promise.all(waits);
  expect(woken).toEqual(['a0', 'a1', 'b2']);
});

test('a wait rejects when its signal aborts, and before it begins', async () => {
  const condition = new Condition();
  const limits = new AbortController();
  const wait = condition.wait('a', 1_000, { clock: new ManualClock(), signal: limits.signal });
  limits.abort(new Error('given up'));
  await expect(wait).rejects.toThrow('given up');
  await expect(condition.wait('a', 1_000, { clock: new ManualClock(), signal: limits.signal })).rejects.toThrow('given up');
});
