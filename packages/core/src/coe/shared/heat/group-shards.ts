import type { NodeGroup } from '../../../domain/node-group.js';
import { resourceNameOf } from '../../../domain/names.js';
import { renderShard, type RenderedShard } from './shard.js';
import { nodeProperties } from './node-properties.js';
import { parametersOf, templateNameOf } from './node-template.js';
import type { NodeSettings, Settings } from '../node/settings.js';

/** A shard and the name of its resource in the root template. */
export interface NamedShard extends RenderedShard {
  readonly name: string;
}

const OUTPUTS = { private: 'private_address', public: 'public_address' };

/** Whether a node is a resource of the root template: masters, whose outputs other resources read, and nodes of earlier releases. */
export function isInRoot({ node, master }: NodeSettings): boolean {
  return master || node.shard === null;
}

/** Shards of all nodes outside the root template, in the order of the nodes. A shard is rendered when the caller takes it. */
export function* shardsOf(settings: Settings, dependsOn: readonly string[]): Iterable<NamedShard> {
  const shards = new Map<string, NodeSettings[]>();
  for (const node of settings.nodes.filter((one) => !isInRoot(one))) {
    const name = shardName(node.group, node.node.shard ?? 0);
    const members = shards.get(name);
    if (members) members.push(node);
    else shards.set(name, [node]);
  }
  for (const [name, nodes] of shards) yield { name, ...renderGroup(settings, name, nodes, dependsOn) };
}

function renderGroup(
  settings: Settings,
  name: string,
  nodes: readonly NodeSettings[],
  dependsOn: readonly string[],
): RenderedShard {
  const kinds = new Map(nodes.map((node) => [templateNameOf(node), node]));
  return renderShard({
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
  });
}

const LONGEST_SLUG = 30;

/** Name of a shard's resource. Heat names the nested stack after it: letters, digits and dashes only. The group's id makes it unique. */
export function shardName(group: Pick<NodeGroup, 'id' | 'name'>, shard: number): string {
  const slug = group.name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replaceAll(/^-+|-+$/g, '');
  return `nodes-${slug}-${group.id.slice(-8)}-${shard}`;
}
