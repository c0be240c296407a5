import type { NodeGroup } from '../../../../domain/node-group.js';
import { resourceNameOf } from '../../../../domain/names.js';
import { renderShard, type RenderedShard } from '../../../hot/shard.js';
import { nodeProperties, parametersOf, templateNameOf } from './node.js';
import type { NodeSettings, Settings } from './settings.js';

/** A shard with its place among the root's resources. */
export interface NamedShard extends RenderedShard {
  readonly name: string;
}

const OUTPUTS = { private: 'private_address', public: 'public_address' };

/** Managers, whose outputs others need, and nodes that an earlier release put into the bay's own stack. */
export function isInRoot({ node, manager }: NodeSettings): boolean {
  return manager || node.shard === null;
}

/** All nodes that are in no root, by group and shard; in the order of the nodes. Each shard is rendered when it is asked for. */
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

/** Heat names a nested stack after its resource, so the name has letters, digits and dashes only; the group's id makes it unique. */
export function shardName(group: Pick<NodeGroup, 'id' | 'name'>, shard: number): string {
  const slug = group.name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replaceAll(/^-+|-+$/g, '');
  return `nodes-${slug}-${group.id.slice(-8)}-${shard}`;
}
