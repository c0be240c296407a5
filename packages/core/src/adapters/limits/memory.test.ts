import { expect, test } from 'vitest';
import { LIMIT_DEFAULTS, memoryLimits, noLimits, type LimitOptions } from './memory.js';

const NONE: LimitOptions = { perMinute: 0, atOnce: 0, reads: 0, writes: 0, share: 0.25, waitMs: 0 };
const STAYS = new AbortController().signal;

const limitsOf = (options: Partial<LimitOptions>) => {
  const limits = memoryLimits({ ...NONE, ...options });
  return {
    enter: (owner: string, kind: 'read' | 'write' = 'read', by = STAYS): Promise<() => void> =>
      limits.enter(owner, kind, () => by),
  };
};

test('nothing is limited where everything is off', () => {
  expect(memoryLimits(NONE)).toBe(noLimits);
});

test('a project that asks too often gets the time at which it may ask again; another one is served', async () => {
  const limits = limitsOf({ perMinute: 3, atOnce: 0 });
  for (let request = 0; request < 3; request += 1) (await limits.enter('greedy'))();
  await expect(limits.enter('greedy')).rejects.toMatchObject({
    kind: 'too-many-requests',
    status: 429,
    retryAfterSeconds: expect.any(Number),
  });
  (await limits.enter('modest'))();
});

test('a project has so many requests at the same time, and the next one when one has ended', async () => {
  const limits = limitsOf({ perMinute: 0, atOnce: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => limits.enter('p')));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const [first] = outcomes;
  if (first?.status === 'fulfilled') first.value();
  await expect(limits.enter('p')).resolves.toBeTypeOf('function');
});

test('a refused request does not take a place', async () => {
  const limits = limitsOf({ perMinute: 1, atOnce: 1 });
  (await limits.enter('p'))();
  await expect(limits.enter('p')).rejects.toThrow('in a minute');
  await expect(limits.enter('p')).rejects.toThrow('in a minute');
});

const entered = (outcomes: readonly PromiseSettledResult<unknown>[]): number =>
  outcomes.filter(({ status }) => status === 'fulfilled').length;
const many = (count: number, enter: () => Promise<() => void>) => Promise.allSettled(Array.from({ length: count }, enter));

test('by default 400 may read and 200 may write, a quarter of them of one project', async () => {
  const limits = limitsOf({ ...LIMIT_DEFAULTS, waitMs: 0 });
  expect(entered(await many(150, () => limits.enter('one', 'read')))).toBe(100);
  expect(entered(await many(150, () => limits.enter('one', 'write')))).toBe(50);
  for (const owner of ['two', 'three', 'four']) expect(entered(await many(150, () => limits.enter(owner, 'write')))).toBe(50);
  await expect(limits.enter('five', 'write')).rejects.toMatchObject({ status: 429, retryAfterSeconds: 1 });
  await expect(limits.enter('five', 'read')).resolves.toBeTypeOf('function');
});

test('a burst waits for its places, and what is more than a moment of waiting is refused at once', async () => {
  const limits = limitsOf({ writes: 8, waitMs: 5_000 });
  const first = await Promise.all([limits.enter('one', 'write'), limits.enter('one', 'write')]);
  const waiting = [1, 2, 3, 4].map(() => limits.enter('one', 'write'));
  await expect(limits.enter('one', 'write')).rejects.toMatchObject({ status: 429 });
  // Another project does not wait behind them.
  (await limits.enter('two', 'write'))();
  for (const leave of first) leave();
  for (const next of waiting) (await next)();
});

test('who waits in vain is refused, and who goes away leaves the queue', async () => {
  const limits = limitsOf({ writes: 4, waitMs: 20 });
  const leave = await limits.enter('one', 'write');
  await expect(limits.enter('one', 'write')).rejects.toMatchObject({ status: 429 });
  const gone = new AbortController();
  const waiting = limits.enter('one', 'write', gone.signal);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  leave();
  leave();
  (await limits.enter('one', 'write'))();
});
