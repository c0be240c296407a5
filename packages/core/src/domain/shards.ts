import type { Node } from './node.js';

/**
 * Maximum of nodes in one shard of a group. A change of one node makes the orchestrator examine its whole shard, and a template
 * of a thousand nodes would exceed the orchestrator's limit: fifty nodes take about 30 kB.
 */
export const SHARD_SIZE = 50;

/**
 * Shards for so many more nodes of a group: the first ones with room. `nodes` are the group's own; those that leave make room.
 */
export function shardsFor(nodes: readonly Pick<Node, 'shard' | 'desired'>[], count: number): readonly number[] {
  const used = new Map<number, number>();
  for (const { shard, desired } of nodes)
    if (shard !== null && desired === 'present') used.set(shard, (used.get(shard) ?? 0) + 1);
  const chosen: number[] = [];
  for (let shard = 0; chosen.length < count; shard += 1) {
    const room = Math.max(0, SHARD_SIZE - (used.get(shard) ?? 0));
    chosen.push(...Array.from({ length: Math.min(room, count - chosen.length) }, () => shard));
  }
  return chosen;
}
