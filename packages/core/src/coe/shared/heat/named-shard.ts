import { resourceNameOf } from '../../../domain/names.js';
import type { NodeGroup } from '../../../domain/node-group.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import { nodeProperties } from './node-properties.js';
import { parametersOf, templateNameOf } from './node-template.js';
import type { Shard } from './shard.js';
import type { HotResource } from './template.js';

/** A nested stack of nodes: its resource in the root template, with its name there, and the files that only it needs. */
export interface NamedShard {
  readonly name: string;
  readonly resource: HotResource;
  readonly files: Readonly<Record<string, string>>;
}

const OUTPUTS = { private: 'private_address', public: 'public_address' };

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

/** The group's name as far as it may stand in a resource's name, and the end of its id, which makes it unique. */
export function slugOf(group: Pick<NodeGroup, 'id' | 'name'>): string {
  const slug = group.name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replaceAll(/^-+|-+$/g, '');
  return `${slug}-${group.id.slice(-8)}`;
}
