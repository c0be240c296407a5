import { isMaster, type NodeGroup } from '../../../domain/node-group.js';
import { resourceNameOf } from '../../../domain/names.js';
import { shardOf, slugOf, type NamedShard } from './named-shard.js';
import { renderShard, SHARD_OUTPUT } from './shard.js';
import type { Settings } from '../node/settings.js';
import { getAttribute, getParam, getResource, templateText, type HotTemplate } from './template.js';

/*
 * Each group of workers as a nested stack of its own, in the shape that programs outside this service know.
 *
 * The autoscaler of Kubernetes knows no API for the nodes of a group: it takes the group's `stack_id`, looks there for one resource by
 * name, and reads from that resource's stack which nodes there are, in which state, and, in the output `refs_map`, which server each of
 * them is. So these names, and these two levels, are a contract: root, group, holder of the nodes, node.
 *
 * The values of `refs_map` are references and no attributes, because a reference is a text from the beginning, while an attribute is
 * null until the node exists, and the autoscaler ends at a null.
 *
 * All nodes of a group stand in one template, of some 600 bytes for each node. The group's own template only passes its parameters on,
 * and is there for groups without nodes as well: a group is scaled up from zero.
 */

/** Stacks of all groups of workers, in the order of the groups. */
export function* groupStacksOf(settings: Settings, dependsOn: readonly string[]): Iterable<NamedShard> {
  for (const group of settings.input.nodeGroups.filter((one) => !isMaster(one))) yield groupStackOf(settings, group, dependsOn);
}

/** Name of a group's resource in the root template. Its physical id is the group's `stack_id`. */
export function groupResourceName(group: Pick<NodeGroup, 'id' | 'name'>): string {
  return `group-${slugOf(group)}`;
}

function groupStackOf(settings: Settings, group: NodeGroup, dependsOn: readonly string[]): NamedShard {
  const nodes = settings.nodes.filter((node) => node.group === group);
  const members = renderShard({
    ...shardOf(settings, { name: `nodes-${slugOf(group)}`, nodes, dependsOn }),
    furtherOutputs: {
      refs_map: {
        value: Object.fromEntries(nodes.map(({ node }) => [resourceNameOf(node), getResource(resourceNameOf(node))])),
      },
    },
  });
  const name = groupResourceName(group);
  const holder = settings.shape.groupNodes ?? '';
  const template: HotTemplate = {
    description: `The node group ${group.name}`,
    parameters: members.parameters,
    resources: {
      [holder]: {
        type: members.file,
        properties: Object.fromEntries(Object.keys(members.parameters).map((parameter) => [parameter, getParam(parameter)])),
      },
    },
    outputs: { [SHARD_OUTPUT]: { value: getAttribute(holder, SHARD_OUTPUT) } },
  };
  const file = `${name}.yaml`;
  return {
    name,
    resource: { ...members.resource, type: file },
    files: { [file]: templateText(template), [members.file]: members.text },
  };
}
