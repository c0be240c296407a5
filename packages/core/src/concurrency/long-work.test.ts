import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LongWork, restAfter } from './long-work.js';

const { signal } = new AbortController();

test('a group has one piece at a time, and waits for no piece of another group', async () => {
  const work = new LongWork();
  const began: string[] = [];
  const running = new Map<string, number>();
  const piece = (group: string, name: string) =>
    work.run({ group, signal }, async () => {
      running.set(group, (running.get(group) ?? 0) + 1);
      expect(running.get(group)).toBe(1);
      began.push(name);
      await turn();
      running.set(group, 0);
    });
  await Promise.all([piece('a', 'a1'), piece('a', 'a2'), piece('a', 'a3'), piece('b', 'b1'), piece('a', 'a4')]);
  expect(began).toEqual(['a1', 'b1', 'a2', 'a3', 'a4']);
});

test('few groups work at the same time, and those that wait take turns', async () => {
  const work = new LongWork();
  const began: string[] = [];
  let running = 0;
  let most = 0;
  const piece = (group: string) =>
    work.run({ group, signal }, async () => {
      most = Math.max(most, (running += 1));
      began.push(group);
      await turn();
      running -= 1;
    });
  const groups = ['a', 'b', 'c', 'd', 'e', 'f'];
  await Promise.all([...groups.map(piece), ...groups.map(piece)]);
  expect(most).toBe(4);
  expect(began.slice(0, 6)).toEqual(groups);
  expect(began).toHaveLength(12);
});

test('a rest is as long as the step, and longer where others keep the thread busy, or several groups work', async () => {
  const spin = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };
  const pause = async (workers: number) => {
    const rest = restAfter(() => workers);
    spin(10);
    const began = performance.now();
    await rest();
    return performance.now() - began;
  };
  expect(await pause(1)).toBeGreaterThanOrEqual(9);
  const others = setInterval(() => spin(2), 1);
  expect(await pause(1)).toBeGreaterThanOrEqual(29);
  expect(await pause(2)).toBeGreaterThanOrEqual(69);
  clearInterval(others);
});

test('few requests of a group are admitted, and one that has ended, failed or gone lets the next one in', async () => {
  const work = new LongWork();
  const ends: (() => void)[] = [];
  const held = (group: string) => work.admit({ group, signal }, () => new Promise<void>((resolve) => void ends.push(resolve)));
  const first = ['a', 'a', 'a'].map(held);
  const [gone, late] = [new AbortController(), held('b')];
  const fourth = work.admit({ group: 'a', signal: gone.signal }, () => Promise.resolve('never'));
  const failing = work.admit({ group: 'a', signal }, () => Promise.reject(new Error('failed')));
  const last = work.admit({ group: 'a', signal }, () => Promise.resolve('done'));
  await turn();
  expect(ends).toHaveLength(4);
  gone.abort(new Error('gone'));
  ends[0]?.();
  await expect(fourth).rejects.toThrow('gone');
  await expect(failing).rejects.toThrow('failed');
  expect(await last).toBe('done');
  for (const end of ends) end();
  await Promise.all([...first, late]);
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
