import type { Bay } from './bay.js';
import type { BayModelId, NodeGroupId } from './ids.js';
import type { LabelSchema, Labels } from './labels.js';
import { isMaster, type NodeGroup } from './node-group.js';
import type { Node } from './node.js';

/** What an upgrade leads to. The bay keeps its old model until every node of the groups is replaced. Rules: docs/contract/validation.md#upgrading. */
export interface Upgrade {
  readonly bayModelId: BayModelId;
  readonly imageId: string;
  /** Those of the new model that may change while a bay lives; laid over the bay's and the groups' own. */
  readonly labels: Labels;
  readonly groupIds: readonly NodeGroupId[];
  /** Nodes that are replaced at a time; managers always go one by one, so that those that stay agree. */
  readonly maxBatchSize: number;
  /** The default groups are among them: in the end the bay itself has the new model. */
  readonly ofBay: boolean;
}

/** One stride of an upgrade: first new nodes come, and when they have come as many old ones go. */
export type UpgradeBatch =
  | { readonly kind: 'come'; readonly group: NodeGroup; readonly count: number }
  | { readonly kind: 'go'; readonly group: NodeGroup; readonly nodes: readonly Node[] };

/**
 * The next stride, from what the database holds alone; undefined when every node is of the new model. It is to be asked only when
 * the stack has done all that was wanted so far.
 */
export function nextBatch(upgrade: Upgrade, groups: readonly NodeGroup[], nodes: readonly Node[]): UpgradeBatch | undefined {
  const applyUpgrade = groups.filter((group) => upgrade.groupIds.includes(group.id));
  const mastersFirst = applyUpgrade.toSorted((one, other) => Number(isMaster(other)) - Number(isMaster(one)));
  for (const group of mastersFirst) {
    const stride = batchOf(upgrade, group, nodes);
    if (stride) return stride;
  }
  return undefined;
}

function batchOf(upgrade: Upgrade, group: NodeGroup, nodes: readonly Node[]): UpgradeBatch | undefined {
  const present = nodes.filter((node) => node.nodeGroupId === group.id && node.desired === 'present');
  const old = present.filter((node) => isOld(upgrade, node)).toSorted((one, other) => one.sequence - other.sequence);
  const surplus = present.length - group.nodeCount;
  if (surplus > 0) {
    const young = present.filter((node) => !isOld(upgrade, node)).toSorted((one, other) => other.sequence - one.sequence);
    return { kind: 'go', group, nodes: [...old, ...young].slice(0, surplus) };
  }
  if (old.length === 0) return undefined;
  const most = isMaster(group) ? 1 : upgrade.maxBatchSize;
  return { kind: 'come', group, count: Math.min(most, old.length) };
}

export function isOld(upgrade: Upgrade, node: Pick<Node, 'bayModelId'>): boolean {
  return node.bayModelId !== upgrade.bayModelId;
}

/** Labels of a new model that take effect in a bay that lives: what a driver calls fixed was decided when the bay was made. */
export function upgradeLabels(schema: LabelSchema, labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !(Object.hasOwn(schema, name) && schema[name]?.fixed === true)),
  );
}

/** A bay and its groups as an upgrade leaves them, but for the bay's model. */
export function upgraded<T extends Bay>(
  { bay, nodeGroups }: { readonly bay: T; readonly nodeGroups: readonly NodeGroup[] },
  upgrade: Upgrade,
): { readonly bay: T; readonly nodeGroups: readonly NodeGroup[] } {
  const labels = { ...bay.desired.labels, ...upgrade.labels };
  return {
    bay: upgrade.ofBay ? { ...bay, desired: { ...bay.desired, labels } } : bay,
    nodeGroups: nodeGroups.map((group) => (upgrade.groupIds.includes(group.id) ? upgradeGroup(group, upgrade) : group)),
  };
}

/** A group as its upgrade leaves it. */
export function upgradeGroup(group: NodeGroup, upgrade: Upgrade): NodeGroup {
  return { ...group, imageId: upgrade.imageId, labels: { ...group.labels, ...upgrade.labels } };
}

const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/;

/**
 * Labels in which a new model would go back behind what runs: those that the driver knows and that end in `_tag` or `_version`.
 * Versions that cannot be read are let pass (docs/contract/validation.md#upgrading).
 */
export function downgrades(schema: LabelSchema, current: Labels, wanted: Labels): readonly string[] {
  return Object.keys(wanted).filter((name) => {
    if (!/_(tag|version)$/.test(name) || !Object.hasOwn(schema, name)) return false;
    const [before, after] = [versionOf(current[name]), versionOf(wanted[name])];
    return before !== undefined && after !== undefined && isLower(after, before);
  });
}

function versionOf(text: string | undefined): readonly number[] | undefined {
  const parts = text === undefined ? null : VERSION.exec(text);
  return parts ? [1, 2, 3].map((index) => Number(parts[index] ?? 0)) : undefined;
}

function isLower(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
