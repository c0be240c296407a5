import { expect, test } from 'vitest';
import { Wakeup } from './wakeup.js';

test('a wake-up that comes before the wait is not lost, and a second one does no harm', async () => {
  const wakeup = new Wakeup();
  const order: string[] = [];
  const early = wakeup.woken.then(() => order.push('woken'));
  order.push('waiting');
  wakeup.wake();
  wakeup.wake();
  await early;
  await wakeup.woken;
  expect(order).toEqual(['waiting', 'woken']);
});
