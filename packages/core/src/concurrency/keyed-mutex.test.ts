import { expect, test } from 'vitest';
import { KeyedMutex } from './keyed-mutex.js';

test('work for one key runs one piece at a time, in order, also after a failure; other keys do not wait', async () => {
  const mutex = new KeyedMutex();
  const log: string[] = [];
  let release = (): void => undefined;
  const first = mutex.with('a', async () => {
    log.push('first begins');
    await new Promise<void>((resolve) => (release = resolve));
    log.push('first fails');
    throw new Error('refused');
  });
  const second = mutex.with('a', async () => void log.push('second'));
  await mutex.with('b', async () => void log.push('other key'));
  release();
  await expect(first).rejects.toThrow('refused');
  await second;
  expect(log).toEqual(['first begins', 'other key', 'first fails', 'second']);
});

test('a key is forgotten with its last piece of work', async () => {
  const mutex = new KeyedMutex();
  const work = ['a', 'a', 'b'].map((key) => mutex.with(key, () => Promise.resolve(key)));
  expect(mutex.size).toBe(2);
  expect(await Promise.all(work)).toEqual(['a', 'a', 'b']);
  expect(mutex.size).toBe(0);
});
