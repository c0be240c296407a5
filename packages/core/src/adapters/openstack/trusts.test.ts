import { expect, test } from 'vitest';
import { rolesToHandOn } from './trusts.js';

const roles = (...names: readonly string[]) => names.map((name) => ({ id: `id of ${name}`, name }));
const handed = (held: readonly string[], wanted: readonly string[], isLeast: boolean): readonly string[] =>
  rolesToHandOn(roles(...held), { roles: wanted, isLeast }).map(({ name }) => name);

test.each<readonly [string, readonly string[], readonly string[], readonly string[]]>([
  ['an administrator hands on what a member has', ['admin', 'member', 'reader'], [], ['member', 'reader']],
  ['a member hands on everything', ['member', 'reader', 'creator'], [], ['member', 'reader', 'creator']],
  ['who is an administrator and nothing else has nothing else to hand on', ['admin'], [], ['admin']],
  ['named roles are handed on as far as they are held', ['admin', 'member', 'reader'], ['member', 'creator'], ['member']],
  ['an administrator role that is named is meant', ['admin', 'member'], ['admin'], ['admin']],
])('of the trust for stacks: %s', (_what, held, wanted, expected) => {
  expect(handed(held, wanted, true)).toEqual(expected);
});

test('of the trust for stacks: at least one named role must be held', () => {
  expect(() => handed(['reader'], ['member', 'creator'], true)).toThrow(
    'none of the roles member, creator that [trust] delegate_roles names',
  );
});

test('of the trust for nodes: all where none is named, and each named one must be held', () => {
  expect(handed(['admin', 'member'], [], false)).toEqual(['admin', 'member']);
  expect(handed(['admin', 'member'], ['member'], false)).toEqual(['member']);
  expect(() => handed(['reader'], ['member'], false)).toThrow('lacks the roles member that [trust] roles names');
});
