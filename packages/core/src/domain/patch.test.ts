import { describe, expect, test } from 'vitest';
import { applyPatch, parsePatch, type PatchRules } from './patch.js';

const RULES: PatchRules = {
  fields: new Set(['name', 'node_count', 'labels', 'coe', 'uuid']),
  internal: new Set(['uuid']),
  notRemovable: new Set(['coe']),
  maps: new Set(['labels']),
};
const DOCUMENT = { name: 'a', node_count: 1, labels: { x: '1' }, coe: 'swarm', uuid: 'u' };
const apply = (...operations: { op: string; path: string; value?: string | number | boolean }[]) =>
  applyPatch(DOCUMENT, parsePatch(operations), RULES);

describe('a patch', () => {
  test('replaces, adds and removes fields and keys of maps, and leaves the original alone', () => {
    expect(apply({ op: 'replace', path: '/node_count', value: 3 }).node_count).toBe(3);
    expect(apply({ op: 'add', path: '/labels/y', value: 2 }).labels).toEqual({ x: '1', y: 2 });
    expect(apply({ op: 'remove', path: '/labels/x' }).labels).toEqual({});
    expect(apply({ op: 'remove', path: '/name' }).name).toBeNull();
    expect(DOCUMENT.labels).toEqual({ x: '1' });
  });

  test('takes a whole map as the text of a Python dict, as python-magnumclient sends it', () => {
    expect(apply({ op: 'replace', path: '/labels', value: "{'a': 'b', u'c': True}" }).labels).toEqual({ a: 'b', c: true });
  });

  test('keeps a key named __proto__ as data', () => {
    const labels = apply({ op: 'add', path: '/labels/__proto__', value: 'x' }).labels;
    expect(Object.keys(labels ?? {})).toContain('__proto__');
    expect(Object.getPrototypeOf({})).not.toHaveProperty('x');
  });

  test.each([
    [{ op: 'move', path: '/name', value: 'x' }, 'op must be one of'],
    [{ op: 'replace', path: 'name', value: 'x' }, 'path must look like'],
    [{ op: 'replace', path: '/a/b.c', value: 'x' }, 'path must look like'],
    [{ op: 'replace', path: '/uuid', value: 'x' }, 'internal'],
    [{ op: 'replace', path: '/nope', value: 'x' }, 'unknown field'],
    [{ op: 'remove', path: '/coe' }, 'mandatory'],
    [{ op: 'replace', path: '/node_count' }, 'needs a value'],
    [{ op: 'replace', path: '/node_count', value: 1.5 }, 'an integer'],
    [{ op: 'add', path: '/name', value: 'x' }, 'use replace'],
    [{ op: 'remove', path: '/labels/nope' }, 'does not exist'],
    [{ op: 'replace', path: '/labels', value: '{broken' }, 'must be an object'],
    [{ op: 'replace', path: '/name/deeper', value: 'x' }, 'does not exist'],
  ])('%j is refused by name', (operation, words) => {
    expect(() => applyPatch(DOCUMENT, parsePatch([operation]), RULES)).toThrow(words);
  });

  test('is refused when it is no list, or too long', () => {
    expect(() => parsePatch({ op: 'add' })).toThrow('must be a list');
    expect(() => parsePatch(Array.from({ length: 1001 }, () => ({ op: 'remove', path: '/name' })))).toThrow('at most 1000');
  });
});
