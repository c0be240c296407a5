import { expect, test } from 'vitest';
import { addJitter, backoffMs } from './backoff.js';

test('waits double up to the bound, and stay numbers however many failures there were', () => {
  const waits = [0, 1, 2, 5, 6, 10_000].map((doublings) => backoffMs({ firstMs: 1_000, maxMs: 60_000 }, doublings));
  expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  expect(backoffMs({ firstMs: 10_000 }, 4)).toBe(160_000);
  expect(Number.isFinite(backoffMs({ firstMs: 1_000 }, 5_000))).toBe(true);
});

test('jitter stays in the upper half of the wait', () => {
  expect(addJitter(1_000, { below: () => 0 })).toBe(500);
  expect(addJitter(1_000, { below: (limit) => limit - 1 })).toBe(999);
});
