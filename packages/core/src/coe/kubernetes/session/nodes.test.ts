import { describe, expect, test } from 'vitest';
import type { NodeDescription } from '../../../domain/node-description.js';
import { changeOf, cordonOf } from './nodes.js';

const GPU = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;
const WANTED: NodeDescription = { name: 'worker-1', role: 'worker', group: 'gpu', labels: { zone: 'a' }, taints: [GPU] };
const NOTHING: NodeDescription = { ...WANTED, labels: {}, taints: [] };
const OWN = { 'kubernetes.io/hostname': 'worker-1' };
const UNREACHABLE = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };

const node = (labels: object, taints: readonly object[], annotations: object = {}) =>
  ({ metadata: { resourceVersion: '7', labels, annotations }, spec: { taints } }) as never;
const given = (labels: readonly string[], taints: readonly string[]): object => ({
  'magnum.openstack.org/given': JSON.stringify({ labels, taints }),
});
const GIVEN = given(['zone'], ['gpu:NoSchedule']);
/** Values by path. */
const result = (operations: readonly object[] | undefined): unknown =>
  operations &&
  Object.fromEntries((operations as readonly { path: string; value: unknown }[]).map(({ path, value }) => [path, value]));

describe('the change of a node', () => {
  test('adds labels and taints to those that others have set, under the version that was read', () => {
    expect(result(changeOf(node(OWN, [UNREACHABLE], { mine: 'x' }), WANTED))).toEqual({
      '/metadata/resourceVersion': '7',
      '/metadata/labels': { ...OWN, zone: 'a' },
      '/metadata/annotations': { mine: 'x', ...GIVEN },
      '/spec/taints': [UNREACHABLE, GPU],
    });
  });

  test('is none where the node is as it should be, whatever the order', () => {
    expect(changeOf(node({ zone: 'a', ...OWN }, [GPU, UNREACHABLE], GIVEN), WANTED)).toBeUndefined();
    expect(changeOf(node(OWN, [UNREACHABLE]), NOTHING)).toBeUndefined();
    expect(changeOf(node(OWN, [], given([], [])), NOTHING)).toBeUndefined();
  });

  test('takes away what was given before and is wanted no more, and nothing else', () => {
    const changed = changeOf(node({ ...OWN, zone: 'a', team: 'x' }, [UNREACHABLE, GPU], GIVEN), NOTHING);
    expect(result(changed)).toMatchObject({ '/metadata/labels': { ...OWN, team: 'x' }, '/spec/taints': [UNREACHABLE] });
  });

  test('replaces a value that others have changed', () => {
    const changed = changeOf(node({ zone: 'b' }, [{ ...GPU, value: 'no' }], GIVEN), WANTED);
    expect(result(changed)).toMatchObject({ '/metadata/labels': { zone: 'a' }, '/spec/taints': [GPU] });
  });

  test.each(['no JSON', '[]', '{"labels": 5}', 'null'])('takes nothing away where the note is %j', (note) => {
    const changed = changeOf(node({ team: 'x' }, [UNREACHABLE], { 'magnum.openstack.org/given': note }), WANTED);
    expect(result(changed)).toMatchObject({ '/metadata/labels': { team: 'x', zone: 'a' }, '/spec/taints': [UNREACHABLE, GPU] });
  });
});

describe('a node that was to leave', () => {
  const LEAVING = { 'magnum.openstack.org/leaving': 'true' };
  const cordoned = (annotations: object) =>
    ({ metadata: { resourceVersion: '7', labels: OWN, annotations }, spec: { taints: [], unschedulable: true } }) as never;

  test('is cordoned with a note, and not where others have cordoned it', () => {
    expect(result(cordonOf(node(OWN, [], { mine: 'x' })))).toEqual({
      '/metadata/resourceVersion': '7',
      '/metadata/annotations': { mine: 'x', ...LEAVING },
      '/spec/unschedulable': true,
    });
    expect(cordonOf(cordoned({}))).toBeUndefined();
  });

  test('takes pods again when it stays, and one that others have cordoned does not', () => {
    expect(result(changeOf(cordoned({ mine: 'x', ...LEAVING }), NOTHING))).toMatchObject({
      '/metadata/annotations': { mine: 'x', ...given([], []) },
      '/spec/unschedulable': false,
    });
    expect(changeOf(cordoned({ mine: 'x' }), NOTHING)).toBeUndefined();
  });

  test('is not to end its API server any more, and stays cordoned where others have cordoned it', () => {
    const changed = result(changeOf(cordoned({ mine: 'x', 'magnum.openstack.org/drained': '2026-01-01T00:00:00Z' }), NOTHING));
    expect(changed).toMatchObject({ '/metadata/annotations': { mine: 'x', ...given([], []) } });
    expect(changed).not.toHaveProperty(['/spec/unschedulable']);
  });
});
