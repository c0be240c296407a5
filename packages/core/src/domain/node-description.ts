import type { Node } from './node.js';
import type { NodeGroup, Taint } from './node-group.js';

/** How a node is described to its engine, which places workloads by such marks. All nodes of a group are described alike. */
export interface NodeDescription {
  readonly name: string;
  readonly role: Node['role'];
  /** Name of its group. */
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

/** Descriptions of the nodes that a bay should have. */
export function describeNodes(groups: readonly NodeGroup[], nodes: readonly Node[]): readonly NodeDescription[] {
  const known = new Map(groups.map((group) => [group.id, group]));
  return nodes.flatMap(({ name, role, desired, nodeGroupId }) => {
    const group = known.get(nodeGroupId);
    if (!group || desired !== 'present') return [];
    return [{ name, role, group: group.name, labels: group.nodeLabels ?? {}, taints: group.nodeTaints ?? [] }];
  });
}
