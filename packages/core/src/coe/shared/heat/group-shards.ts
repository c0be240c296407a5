import type { NodeGroup } from '../../../domain/node-group.js';
import { resourceNameOf } from '../../../domain/names.js';
import { groupStacksOf } from './group-stack.js';
import { renderShard, type Shard } from './shard.js';
import { nodeProperties } from './node-properties.js';
import { parametersOf, templateNameOf } from './node-template.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import type { HotResource } from './template.js';

/** A nested stack of nodes: its resource in the root template, with its name there, and the files that only it needs. */
export interface NamedShard {
  readonly name: string;
  readonly resource: HotResource;
  readonly files: Readonly<Record<string, string>>;
}

const OUTPUTS = { private: 'private_address', public: 'public_address' };

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

interface Members {
  readonly name: string;
  readonly nodes: readonly NodeSettings[];
  readonly dependsOn: readonly string[];
}

/** What the template of those nodes is made of. */
export function shardOf(settings: Settings, { name, nodes, dependsOn }: Members): Shard {
  const kinds = new Map(nodes.map((node) => [templateNameOf(node), node]));
  return {
    name,
    description: `Nodes of the group ${nodes[0]?.group.name ?? ''}`,
    parameters: Object.assign({}, ...[...kinds.values()].map((node) => parametersOf(settings, node))),
    members: nodes.map((node) => ({
      name: resourceNameOf(node.node),
      type: templateNameOf(node),
      properties: nodeProperties(settings, node),
    })),
    outputs: OUTPUTS,
    dependsOn,
  };
}

const LONGEST_SLUG = 30;

/** Name of a shard's resource. Heat names the nested stack after it: letters, digits and dashes only. The group's id makes it unique. */
export function shardName(group: Pick<NodeGroup, 'id' | 'name'>, shard: number): string {
  return `nodes-${slugOf(group)}-${shard}`;
}

/** The group's name as far as it may stand in a resource's name, and the end of its id, which makes it unique. */
export function slugOf(group: Pick<NodeGroup, 'id' | 'name'>): string {
  const slug = group.name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replaceAll(/^-+|-+$/g, '');
  return `${slug}-${group.id.slice(-8)}`;
}
