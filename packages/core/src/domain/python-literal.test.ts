import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLiteral } from './python-literal.js';

test('reads what Python writes, as Python reads it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))),
      (value) => {
        expect(parseLiteral(JSON.stringify(value))).toEqual(value);
      },
    ),
    { numRuns: 300 },
  );
});

test('agrees with a real Python about quotes, escapes, unicode and None', () => {
  const values = [{ "it's": 'a "b"', n: null, t: true, list: [1, -2, 'ü', '\n\t\\'] }, {}, [], 'plain'];
  const written = execFileSync('python3', ['-c', 'import json,sys\nfor v in json.load(sys.stdin): print(repr(v))'], {
    input: JSON.stringify(values),
    encoding: 'utf8',
  });
  expect(
    written
      .trimEnd()
      .split('\n')
      .map((line) => parseLiteral(line)),
  ).toEqual(values);
});

test.each([
  '{',
  '{"a"}',
  '[1,',
  'open("x")',
  '__import__',
  '1 2',
  "'a",
  '{[]: 1}',
  '1.2.3',
  `${'['.repeat(40)}${']'.repeat(40)}`,
])('%s is no literal', (text) => {
  expect(parseLiteral(text)).toBeUndefined();
});
