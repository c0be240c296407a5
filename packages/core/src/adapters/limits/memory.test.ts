import { expect, test } from 'vitest';
import { memoryLimits } from './memory.js';

const limitsOf = (options: { perMinute: number; atOnce: number }) => {
  const limits = memoryLimits(options);
  if (!limits) throw new Error('no limits were made');
  return limits;
};

test('nothing is limited by default', () => {
  expect(memoryLimits({ perMinute: 0, atOnce: 0 })).toBeUndefined();
});

test('a project that asks too often is told when to come back; another one is served', async () => {
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
  const entered = await Promise.allSettled([1, 2, 3].map(() => limits.enter('p')));
  expect(entered.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  const [first] = entered;
  if (first?.status === 'fulfilled') first.value();
  await expect(limits.enter('p')).resolves.toBeTypeOf('function');
});

test('a refused request does not take a place', async () => {
  const limits = limitsOf({ perMinute: 1, atOnce: 1 });
  (await limits.enter('p'))();
  await expect(limits.enter('p')).rejects.toThrow('in a minute');
  await expect(limits.enter('p')).rejects.toThrow('in a minute');
});
