import { expect, test } from 'vitest';
import { zonesFor, zonesIn } from './zones.js';

const at = (zone: string | null, desired: 'present' | 'absent' = 'present') => ({ zone, desired });

test('the label names one zone or several', () => {
  expect(zonesIn({})).toEqual([]);
  expect(zonesIn({ availability_zone: 'nova' })).toEqual(['nova']);
  expect(zonesIn({ availability_zone: ' a, b ,,a,c' })).toEqual(['a', 'b', 'c']);
});

test('new nodes go where their group has fewest, and those that leave do not count', () => {
  expect(zonesFor(['a', 'b', 'c'], [], 3)).toEqual(['a', 'b', 'c']);
  expect(zonesFor(['a', 'b'], [], 5)).toEqual(['a', 'b', 'a', 'b', 'a']);
  expect(zonesFor(['a', 'b', 'c'], [at('a'), at('c')], 1)).toEqual(['b']);
  expect(zonesFor(['a', 'b', 'c'], [at('a'), at('b', 'absent'), at('c')], 1)).toEqual(['b']);
  // Of a zone that the label does not name, and of nodes of earlier releases.
  expect(zonesFor(['a', 'b'], [at('x'), at(null), at('a')], 2)).toEqual(['b', 'a']);
});

test('where there is no choice, none is stored', () => {
  expect([zonesFor([], [], 1), zonesFor(['a'], [], 2)]).toEqual([[null], [null, null]]);
});
