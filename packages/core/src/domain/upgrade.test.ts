import { describe, expect, test } from 'vitest';
import { aNode, aNodeGroup } from '../testing/builders.js';
import type { BayModelId, NodeGroupId, NodeId } from './ids.js';
import type { NodeGroup } from './node-group.js';
import type { Node } from './node.js';
import { downgrades, nextBatch, upgradeLabels, type Upgrade } from './upgrade.js';

const [OLD, NEW] = ['old' as BayModelId, 'new' as BayModelId];

function groupOf(name: string, role: string, nodeCount: number): NodeGroup {
  return aNodeGroup({ id: name as NodeGroupId, name, role, nodeCount });
}

function nodeOf(group: NodeGroup, sequence: number, bayModelId = OLD, desired: Node['desired'] = 'present'): Node {
  const name = `${group.name}-${sequence}`;
  const role = group.role === 'master' ? 'master' : 'worker';
  return aNode({ id: name as NodeId, sequence, nodeGroupId: group.id, name, role, bayModelId, desired });
}

const [MASTERS, WORKERS, OTHERS] = [
  groupOf('masters', 'master', 1),
  groupOf('workers', 'worker', 3),
  groupOf('others', 'worker', 1),
];
const upgrade = (maxBatchSize: number): Upgrade => ({
  bayModelId: NEW,
  imageId: 'j',
  labels: {},
  groupIds: [WORKERS.id, MASTERS.id],
  maxBatchSize,
  ofBay: true,
});

/** Plays an upgrade to its end: every batch, and how many nodes there are after it. */
function played(maxBatchSize: number, start: readonly Node[]): readonly string[] {
  let nodes = [...start];
  const story: string[] = [];
  for (let number = 100; story.length < 50; number += 1) {
    const batch = nextBatch(upgrade(maxBatchSize), [MASTERS, WORKERS, OTHERS], nodes);
    if (!batch) return story;
    if (batch.kind === 'drain') {
      const gone = new Set(batch.nodes.map((node) => node.id));
      nodes = nodes.filter((node) => !gone.has(node.id));
      story.push(`${batch.group.name} -${batch.nodes.map((node) => node.sequence).join(',')}`);
    } else {
      for (let count = 0; count < batch.count; count += 1) nodes.push(nodeOf(batch.group, number * 10 + count, NEW));
      story.push(`${batch.group.name} +${batch.count}`);
    }
  }
  throw new Error(`no end: ${story.join(' ')}`);
}

describe('an upgrade', () => {
  const start = [nodeOf(MASTERS, 1), nodeOf(WORKERS, 2), nodeOf(WORKERS, 3), nodeOf(WORKERS, 4), nodeOf(OTHERS, 5)];

  test('replaces masters first, new nodes before old ones go, batch by batch, and leaves other groups alone', () => {
    expect(played(2, start)).toEqual(['masters +1', 'masters -1', 'workers +2', 'workers -2,3', 'workers +1', 'workers -4']);
    expect(played(1, start)).toHaveLength(8);
    expect(played(9, start)).toEqual(['masters +1', 'masters -1', 'workers +3', 'workers -2,3,4']);
  });

  test('goes on where an earlier one stopped', () => {
    const halfway = [
      nodeOf(MASTERS, 1, NEW),
      nodeOf(WORKERS, 2, NEW),
      nodeOf(WORKERS, 3),
      nodeOf(WORKERS, 4),
      nodeOf(WORKERS, 6, NEW),
    ];
    expect(played(1, halfway)).toEqual(['workers -3', 'workers +1', 'workers -4']);
  });

  test('takes away what is too many, also when nothing old is left', () => {
    const many = [nodeOf(MASTERS, 1, NEW), ...[2, 3, 4, 5].map((number) => nodeOf(WORKERS, number, NEW))];
    expect(played(1, many)).toEqual(['workers -5']);
  });

  test('does not count nodes that are leaving', () => {
    const leaving = [
      nodeOf(MASTERS, 1, NEW),
      ...[2, 3, 4].map((number) => nodeOf(WORKERS, number, NEW)),
      nodeOf(WORKERS, 9, OLD, 'absent'),
    ];
    expect(played(1, leaving)).toEqual([]);
  });
});

const SCHEMA = {
  kube_tag: { type: 'string', meaning: '' },
  zone: { type: 'string', fixed: true, meaning: '' },
} as const;

test('what a driver calls fixed does not come from the new model', () => {
  expect(upgradeLabels(SCHEMA, { zone: 'b', kube_tag: 'v2', other: 'x' })).toEqual({ kube_tag: 'v2', other: 'x' });
});

test.each([
  ['v1.23.3', 'v1.22.9', ['kube_tag']],
  ['1.9', '1.10', []],
  ['v1.22.9', 'v1.22.9', []],
  ['v1.22.9-rancher1', 'v1.22.8', ['kube_tag']],
  ['latest', 'v1.0', []],
  ['v1.0', 'latest', []],
])('from %s to %s goes back in %j', (before, after, expected) => {
  expect(downgrades(SCHEMA, { kube_tag: before }, { kube_tag: after, strange_version: '0' })).toEqual(expected);
});
