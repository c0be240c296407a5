import { expect, test } from 'vitest';
import { faultsIn, type History, type Value, type Write } from './model.js';
import { BLOWS, planOf } from './plan.js';

const write = (value: Value, began: number, ended: number, more: Partial<Write> = {}): Write => ({
  register: 'bay',
  value,
  began,
  ended,
  ...more,
});
const read = (value: Value, began: number, ended = began + 1) => ({ register: 'bay', value, began, ended });
const grown = (value: number, began: number, ended = began + 1) => ({ name: 'bay generation', value, began, ended });
const LINGERS = { lingers: true };
const WRITES = [write(1, 10, 20, { ids: ['id'] }), write(2, 30, 40), write(null, 60, 70, LINGERS)];
const faults = (reads: History['reads'], writes: History['writes'] = WRITES): readonly string[] =>
  faultsIn({ writes, reads, growing: [] });

test('what the service may show is no fault', () => {
  expect(faults([read(null, 5), read(null, 12), read(1, 15), read(1, 35), read(2, 36), read(2, 75), read(null, 80)])).toEqual([]);
});

test.each([
  ['a lost update', [read(1, 45)], 'showed 1'],
  ['a bay that is not there right after its creation', [read(null, 25)], 'showed null'],
  ['a read that goes back while the write lasts', [read(2, 32), read(1, 36)], 'went back'],
  ['a deleted bay that comes again', [read(null, 80), read(2, 90)], 'seen again'],
  ['a size that no client asked for', [read(7, 45)], 'showed 7'],
  ['a list that does not contain what a read has shown', [read(1, 25), read(null, 28)], 'showed null'],
])('%s is found', (_name, reads, words) => {
  expect(faults(reads)).toEqual(expect.arrayContaining([expect.stringContaining(words)]));
});

test('a thing that is deleted at once is not seen after the answer', () => {
  const writes = [write('a', 10, 20), write(null, 60, 70)];
  expect(faults([read('a', 65), read(null, 75)], writes)).toEqual([]);
  expect(faults([read('a', 75)], writes)).toEqual([expect.stringContaining('showed a, of null')]);
});

test('a creation that made two bays is found', () => {
  expect(faults([], [write(1, 10, 20, { ids: ['one', 'other'] })])).toEqual([expect.stringContaining('several ids: one, other')]);
});

test('a time or a generation that goes back is found, unless the reads overlap', () => {
  const of = (growing: History['growing']): readonly string[] => faultsIn({ writes: [], reads: [], growing });
  expect(of([grown(3, 10), grown(3, 20), grown(5, 30), grown(4, 30, 32)])).toEqual([]);
  expect(of([grown(3, 10), grown(5, 20), grown(4, 30)])).toEqual(['bay generation: a read at 30 showed 4 behind 5']);
});

test('a seed repeats its plan, another one has another, and every kind of blow comes before one comes twice', () => {
  expect(planOf(7, 60, 5)).toEqual(planOf(7, 60, 5));
  expect(planOf(8, 60, 5)).not.toEqual(planOf(7, 60, 5));
  const kinds = planOf(7, 90, 5).map(({ kind }) => kind);
  expect(new Set(kinds.slice(0, BLOWS.length))).toEqual(new Set(BLOWS));
});
