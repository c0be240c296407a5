import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LongWork } from './long-work.js';

const { signal } = new AbortController();

test('one piece of work runs at a time, and groups take turns', async () => {
  const work = new LongWork();
  const began: string[] = [];
  let running = 0;
  const piece = (group: string, name: string) =>
    work.run({ group, signal }, async () => {
      running += 1;
      expect(running).toBe(1);
      began.push(name);
      await turn();
      running -= 1;
    });
  await Promise.all([piece('a', 'a1'), piece('a', 'a2'), piece('a', 'a3'), piece('b', 'b1'), piece('a', 'a4')]);
  expect(began).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
});

test('others run between the steps of one piece', async () => {
  let turns = 0;
  const others = setInterval(() => (turns += 1), 1);
  const seen: number[] = [];
  await new LongWork().run({ group: 'a', signal }, async (rest) => {
    for (let step = 0; step < 3; step += 1) {
      const end = performance.now() + 20;
      while (performance.now() < end);
      await rest();
      seen.push(turns);
    }
  });
  clearInterval(others);
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[2]).toBeGreaterThan(seen[0] ?? 0);
});

test('work that failed, or whose caller went away, leaves its turn to the next one', async () => {
  const work = new LongWork();
  const gone = AbortSignal.abort(new Error('gone'));
  const first = work.run({ group: 'a', signal }, () => Promise.reject(new Error('failed')));
  const second = work.run({ group: 'a', signal: gone }, () => Promise.resolve('never'));
  const third = work.run({ group: 'a', signal }, () => Promise.resolve('done'));
  await expect(first).rejects.toThrow('failed');
  await expect(second).rejects.toThrow('gone');
  expect(await third).toBe('done');
});
