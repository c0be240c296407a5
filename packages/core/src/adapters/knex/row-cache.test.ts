import { expect, test } from 'vitest';
import { RowCache } from './row-cache.js';

interface Made {
  readonly text: string;
}

const aMemory = () => {
  let count = 0;
  const memory = new RowCache<Made>(([id, name]) => {
    count += 1;
    return { text: `${String(id)} ${String(name)}` };
  }, 0);
  return { memory, made: () => count };
};

test('the same values are the very same thing, made once', () => {
  const { memory, made } = aMemory();
  const first = memory.of(['a', 'one', null]);
  expect(memory.of(['a', 'one', null])).toBe(first);
  expect(made()).toBe(1);
});

test.each([
  ['another value', ['a', 'two', null]],
  ['a value where there was none', ['a', 'one', 0]],
  ['one column more', ['a', 'one', null, 1]],
  ['one column less', ['a', 'one']],
])('%s is another thing', (_, values) => {
  const { memory } = aMemory();
  const first = memory.of(['a', 'one', null]);
  expect(memory.of(values)).not.toBe(first);
  expect(memory.of(values).text).toBe(`a ${String(values[1])}`);
});

test('a row that changed back is read anew, and each row has its own', () => {
  const { memory } = aMemory();
  expect([memory.of(['a', 'one']), memory.of(['a', 'two']), memory.of(['a', 'one']), memory.of(['b', 'one'])]).toEqual(
    ['a one', 'a two', 'a one', 'b one'].map((text) => ({ text })),
  );
});

test('what is in use stays, what is not goes, and the memory has an end', () => {
  const { memory, made } = aMemory();
  const used = memory.of(['used', 'x']);
  const unused = memory.of(['unused', 'x']);
  for (let row = 0; row < 10_000; row += 1) {
    memory.of([`row-${row}`, 'x']);
    if (row % 100 === 0) expect(memory.of(['used', 'x'])).toBe(used);
  }
  expect(memory.of(['unused', 'x'])).not.toBe(unused);
  expect(made()).toBe(10_003);
});

test('the memory has an end in bytes, too, and what is very large is not kept', () => {
  const { memory, made } = aMemory();
  const small = memory.of(['small', 'x']);
  for (let row = 0; row < 200; row += 1) memory.of([`row-${row}`, 'x'.repeat(30_000)]);
  // Two generations of two mebibytes hold some 140 rows of that size.
  expect(memory.of(['small', 'x'])).not.toBe(small);
  const before = made();
  memory.of(['row-199', 'x'.repeat(30_000)]);
  expect(made()).toBe(before);
  for (let time = 0; time < 3; time += 1) memory.of(['huge', 'x'.repeat(40_000)]);
  expect(made()).toBe(before + 3);
});
