import type { NodeGroup } from '../../../domain/node-group.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import { groupStacksOf } from './group-stack.js';
import { shardOf, slugOf, type NamedShard } from './named-shard.js';
import { renderShard } from './shard.js';

/** Whether a node is a resource of the root template: masters, whose outputs other resources read, and nodes of earlier releases. */
export function isInRoot(settings: Settings, { node, master }: NodeSettings): boolean {
  return master || (node.shard === null && settings.shape.groupNodes === undefined);
}

/** Nested stacks of all nodes outside the root template, in the order of the nodes. Each is rendered when the caller takes it. */
export function* shardsOf(settings: Settings, dependsOn: readonly string[]): Iterable<NamedShard> {
  if (settings.shape.groupNodes !== undefined) return yield* groupStacksOf(settings, dependsOn);
  const shards = new Map<string, NodeSettings[]>();
  for (const node of settings.nodes.filter((one) => !isInRoot(settings, one))) {
    const name = shardName(node.group, node.node.shard ?? 0);
    const members = shards.get(name);
    if (members) members.push(node);
    else shards.set(name, [node]);
  }
  for (const [name, nodes] of shards) {
    const { resource, file, text } = renderShard(shardOf(settings, { name, nodes, dependsOn }));
    yield { name, resource, files: { [file]: text } };
  }
}

/** Name of a shard's resource. Heat names the nested stack after it: letters, digits and dashes only. The group's id makes it unique. */
export function shardName(group: Pick<NodeGroup, 'id' | 'name'>, shard: number): string {
  return `nodes-${slugOf(group)}-${shard}`;
}
