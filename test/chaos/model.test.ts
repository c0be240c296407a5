import { expect, test } from 'vitest';
import { faultsIn, type History, type Value } from './model.js';
import { BLOWS, planOf } from './plan.js';

const write = (value: Value, began: number, ended: number, ids?: readonly string[]) => ({
  bay: 'bay',
  value,
  began,
  ended,
  ...(ids ? { ids } : {}),
});
const read = (value: Value, began: number, ended = began + 1) => ({ bay: 'bay', value, began, ended });
const WRITES = [write(1, 10, 20, ['id']), write(2, 30, 40), write(null, 60, 70)];
const faults = (reads: History['reads'], writes: History['writes'] = WRITES): readonly string[] => faultsIn({ writes, reads });

test('what the service may show is no fault', () => {
  expect(faults([read(null, 5), read(null, 12), read(1, 15), read(1, 35), read(2, 36), read(2, 75), read(null, 80)])).toEqual([]);
});

test.each([
  ['a lost update', [read(1, 45)], 'showed 1'],
  ['a bay that is not there right after its creation', [read(null, 25)], 'showed null'],
  ['a read that goes back while the write lasts', [read(2, 32), read(1, 36)], 'went back'],
  ['a deleted bay that comes again', [read(null, 80), read(2, 90)], 'seen again'],
  ['a size that nobody asked for', [read(7, 45)], 'showed 7'],
])('%s is found', (_name, reads, words) => {
  expect(faults(reads)).toEqual(expect.arrayContaining([expect.stringContaining(words)]));
});

test('a creation that made two bays is found', () => {
  expect(faults([], [write(1, 10, 20, ['one', 'other'])])).toEqual([expect.stringContaining('several bays: one, other')]);
});

test('a seed repeats its plan, another one has another, and every kind of blow comes before one comes twice', () => {
  expect(planOf(7, 60, 5)).toEqual(planOf(7, 60, 5));
  expect(planOf(8, 60, 5)).not.toEqual(planOf(7, 60, 5));
  const kinds = planOf(7, 60, 5).map(({ kind }) => kind);
  expect(new Set(kinds.slice(0, BLOWS.length))).toEqual(new Set(BLOWS));
});
