import { expect, test } from 'vitest';
import type { JsonValue } from '../../domain/json.js';
import { holds, resolve, type References } from './functions.js';
import { jsonText } from './json-text.js';

const PARAMETERS: Readonly<Record<string, JsonValue>> = {
  word: 'heat',
  deep: { list: [1, { key: 'found' }] },
  names: ['a', 'b'],
  yes: true,
  four: 4,
};
const REFS: References = {
  parameter: (name) => PARAMETERS[name] ?? null,
  resource: (name) => `id-of-${name}`,
  attribute: (name, path) => (path[0] === 'later' ? undefined : `${name}.${path.join('.')}`),
  file: (name) => `content of ${name}`,
  condition: (name) => name === 'always',
};

test.each<[string, JsonValue, JsonValue]>([
  ['get_param', { get_param: 'word' }, 'heat'],
  ['get_param with a path', { get_param: ['deep', 'list', 1, 'key'] }, 'found'],
  ['get_param beyond what is there', { get_param: ['deep', 'list', 9, 'key'] }, null],
  ['get_resource', { get_resource: 'server' }, 'id-of-server'],
  ['get_attr', { get_attr: ['port', 'fixed_ips', 0, 'ip_address'] }, 'port.fixed_ips.0.ip_address'],
  ['get_attr of what is not there yet', { get_attr: ['port', 'later'] }, null],
  ['get_file', { get_file: 'a.sh' }, 'content of a.sh'],
  ['if, true', { if: ['always', 1, 2] }, 1],
  ['if, false', { if: [{ not: 'always' }, 1, 2] }, 2],
  ['if without else, in a list', ['x', { if: ['never', 1] }], ['x']],
  ['if without else, in a map', { a: { if: ['never', 1] }, b: 2 }, { b: 2 }],
  ['list_join', { list_join: ['-', ['a', 'b'], null, [{ k: [1, 2] }]] }, 'a-b-{"k": [1, 2]}'],
  ['list_concat', { list_concat: [['a'], null, ['b']] }, ['a', 'b']],
  ['map_merge', { map_merge: [{ a: 1, b: 1 }, null, { b: 2 }] }, { a: 1, b: 2 }],
  ['digest', { digest: ['sha256', 'x'] }, '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'],
  ['str_split', { str_split: [',', 'a,b'] }, ['a', 'b']],
  ['str_split with an index', { str_split: [',', 'a,b', 1] }, 'b'],
  [
    'repeat',
    { repeat: { template: { name: '<%n%>-x' }, for_each: { '<%n%>': { get_param: 'names' } } } },
    [{ name: 'a-x' }, { name: 'b-x' }],
  ],
  [
    'repeat over all pairs',
    { repeat: { template: '%a%%b%', for_each: { '%a%': ['1', '2'], '%b%': ['x', 'y'] } } },
    ['1x', '1y', '2x', '2y'],
  ],
  [
    'repeat in step',
    { repeat: { template: '%a%%b%', for_each: { '%a%': ['1', '2'], '%b%': ['x', 'y'] }, permutations: false } },
    ['1x', '2y'],
  ],
  ['functions inside functions', { list_join: ['', [{ get_param: 'word' }, { get_resource: 'r' }]] }, 'heatid-of-r'],
  ['a map with two keys is data', { get_param: 'word', other: 1 }, { get_param: 'word', other: 1 }],
])('%s', (_, value, expected) => {
  expect(resolve(value, REFS)).toEqual(expected);
});

test('str_replace puts the longest placeholder first and never looks at what it put in', () => {
  const value = { str_replace: { template: '$name $name_long', params: { $name: '$name_long', $name_long: 'L' } } };
  expect(resolve(value, REFS)).toBe('$name_long L');
});

test('str_replace writes values as Python does', () => {
  const params = { A: { b: ['ü', 1, null], a: true }, B: true, C: 4, D: null };
  expect(resolve({ str_replace: { template: 'A|B|C|D', params } }, REFS)).toBe('{"a": true, "b": ["\\u00fc", 1, null]}|True|4|');
});

test('str_replace keeps replacement patterns of regular expressions as they are', () => {
  expect(resolve({ str_replace: { template: 'x', params: { x: '$& $1 \\' } } }, REFS)).toBe('$& $1 \\');
});

test('str_replace_strict names the params that the template lacks', () => {
  expect(() => resolve({ str_replace_strict: { template: 'a', params: { a: '1', zz: '2' } } }, REFS)).toThrow(
    'The following params were not found in the template: zz',
  );
});

test.each(['yaql', 'get_nothing', 'Fn::Join', 'make_url'])('the unknown function %s is refused by name', (name) => {
  expect(() => resolve({ [name]: 'x' }, REFS)).toThrow(`The function "${name}" is not supported`);
});

test('a function of conditions is refused in a value', () => {
  expect(() => resolve({ equals: [1, 1] }, REFS)).toThrow('The function "equals" is not allowed in a value');
});

test.each<[JsonValue, boolean]>([
  ['always', true],
  [{ equals: [{ get_param: 'word' }, 'heat'] }, true],
  [{ and: ['always', { not: 'never' }] }, true],
  [{ or: ['never', { equals: [1, 2] }] }, false],
  [{ get_param: 'yes' }, true],
  [{ contains: ['a', { get_param: 'names' }] }, true],
])('the condition %j is %s', (condition, expected) => {
  expect(holds(condition, REFS)).toBe(expected);
});

test('JSON text sorts keys by code point and escapes beyond ASCII', () => {
  expect(jsonText({ '\u{1f600}': 1, '\ufb01': 2, a: '\u007f\u2028"' })).toBe(
    '{"a": "\u007f\\u2028\\"", "\\ufb01": 2, "\\ud83d\\ude00": 1}',
  );
});
