import { expect, test } from 'vitest';
import { Semaphore } from './semaphore.js';

const SIGNAL = new AbortController().signal;

test('no more than its permits run at a time, in the order in which they came, also after a failure', async () => {
  const semaphore = new Semaphore(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (index: number): Promise<number> => {
    begun.push(index);
    most = Math.max(most, (running += 1));
    await new Promise(setImmediate);
    running -= 1;
    if (index % 4 === 0) throw new Error(`work ${index}`);
    return index;
  };
  const indexes = Array.from({ length: 20 }, (_, index) => index);
  const results = await Promise.allSettled(indexes.map((index) => semaphore.run(SIGNAL, () => work(index))));
  expect(most).toBe(3);
  expect(begun).toEqual(indexes);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
});

test('work whose caller gave up while it waited is not begun, and its permit goes on', async () => {
  const semaphore = new Semaphore(1);
  const control = new AbortController();
  let release = (): void => undefined;
  const first = semaphore.run(SIGNAL, () => new Promise<void>((done) => (release = done)));
  const begun: string[] = [];
  const given = semaphore.run(control.signal, async () => void begun.push('given up'));
  const last = semaphore.run(SIGNAL, async () => void begun.push('last'));
  control.abort(new Error('the caller is gone'));
  release();
  await expect(given).rejects.toThrow('the caller is gone');
  await Promise.all([first, last]);
  expect(begun).toEqual(['last']);
});
