import { describe, expect, test } from 'vitest';
import { aNode, aNodeGroup } from '../testing/builders.js';
import { decideHealing, type AwayNodes } from './healing.js';
import type { NodeGroupId, NodeId } from './ids.js';

const NOW = new Date('2026-01-01T01:00:00Z');
const RULES = { afterMs: 300_000 };
const minutesAgo = (minutes: number): number => NOW.getTime() - minutes * 60_000;

/** A bay with so many masters and workers: `m-0`, `w-0`. */
function aBay(masters: number, workers: number) {
  const groupOf = (role: 'master' | 'worker', id: string) =>
    aNodeGroup({ id: id as NodeGroupId, role, name: `default-${role}`, nodeCount: role === 'master' ? masters : workers });
  const nodeGroups = [groupOf('master', 'g-m'), groupOf('worker', 'g-w')];
  const nodes = nodeGroups.flatMap((group) =>
    Array.from({ length: group.nodeCount }, (_, index) =>
      aNode({
        id: `${group.role}-${index}` as NodeId,
        nodeGroupId: group.id,
        name: `${group.role[0]}-${index}`,
        role: group.role === 'master' ? 'master' : 'worker',
        observed: { serverId: `server-${index}` },
      }),
    ),
  );
  return { nodes, nodeGroups };
}

const decide = (bay: ReturnType<typeof aBay>, away: readonly string[], known: AwayNodes) =>
  decideHealing(bay, {
    ready: new Set(bay.nodes.map(({ name }) => name).filter((name) => !away.includes(name))),
    known,
    rules: RULES,
    now: NOW,
  });
const namesOf = (nodes: readonly { readonly name: string }[]): readonly string[] => nodes.map(({ name }) => name);

describe('healing', () => {
  test('notes since when a node is away, and forgets it when the node is ready again', () => {
    const bay = aBay(1, 5);
    expect(decide(bay, ['w-1', 'w-2'], { 'w-1': minutesAgo(3), 'w-4': minutesAgo(9) })).toEqual({
      away: { 'w-1': minutesAgo(3), 'w-2': NOW.getTime() },
      replace: [],
      held: [],
    });
  });

  test('replaces a node that has been away for long enough', () => {
    const bay = aBay(1, 5);
    expect(namesOf(decide(bay, ['w-1', 'w-2'], { 'w-1': minutesAgo(5), 'w-2': minutesAgo(4.9) }).replace)).toEqual(['w-1']);
    expect(namesOf(decide(aBay(1, 1), ['w-0'], { 'w-0': minutesAgo(6) }).replace)).toEqual(['w-0']);
  });

  test('replaces none where more than two in five workers are away', () => {
    const since = { 'w-0': minutesAgo(9), 'w-1': minutesAgo(9), 'w-2': minutesAgo(9) };
    expect(namesOf(decide(aBay(1, 5), ['w-0', 'w-1'], since).replace)).toEqual(['w-0', 'w-1']);
    expect(decide(aBay(1, 5), ['w-0', 'w-1', 'w-2'], since)).toMatchObject({
      replace: [],
      held: ['w-0, w-1, w-2 are not replaced: 3 of 5 nodes of default-worker are away at once, and at most 2 may be'],
    });
  });

  test('replaces masters one at a time, while the others have a majority', () => {
    const since = { 'm-0': minutesAgo(9), 'm-1': minutesAgo(9) };
    expect(namesOf(decide(aBay(3, 0), ['m-0'], since).replace)).toEqual(['m-0']);
    expect(namesOf(decide(aBay(5, 0), ['m-0', 'm-1'], since).replace)).toEqual(['m-0']);
    expect(decide(aBay(3, 0), ['m-0', 'm-1'], since)).toMatchObject({
      replace: [],
      held: [expect.stringContaining('no majority')],
    });
    expect(decide(aBay(1, 0), ['m-0'], since)).toMatchObject({ replace: [], held: [expect.stringContaining('no majority')] });
  });

  test('leaves nodes alone that leave, or that have no server yet', () => {
    const bay = aBay(1, 2);
    const nodes = bay.nodes.map((node) =>
      node.name === 'w-0'
        ? { ...node, desired: 'absent' as const }
        : node.name === 'w-1'
          ? { ...node, observed: { ...node.observed, serverId: null } }
          : node,
    );
    expect(decide({ ...bay, nodes }, ['w-0', 'w-1'], { 'w-0': minutesAgo(9), 'w-1': minutesAgo(9) })).toEqual({
      away: {},
      replace: [],
      held: [],
    });
  });
});
