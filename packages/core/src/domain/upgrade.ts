import type { Bay } from './bay.js';
import type { BayModelId, NodeGroupId } from './ids.js';
import type { LabelSchema, Labels } from './labels.js';
import { isMaster, type NodeGroup } from './node-group.js';
import type { Node } from './node.js';

/**
 * The target of an upgrade. The bay keeps its old model until every node of the groups is replaced. Rules:
 * docs/contract/validation.md#upgrading.
 */
export interface Upgrade {
  readonly bayModelId: BayModelId;
  readonly imageId: string;
  /** Those of the new model that may change while a bay lives; laid over the bay's and the groups' own. */
  readonly labels: Labels;
  readonly groupIds: readonly NodeGroupId[];
  /** Nodes that are replaced at a time; managers are replaced one at a time, so that the others keep their quorum. */
  readonly maxBatchSize: number;
  /** The default groups are among them: the bay itself gets the new model in the end. */
  readonly ofBay: boolean;
}

/** One batch of an upgrade: new nodes join (surge), and then as many old ones leave (drain). */
export type UpgradeBatch =
  | { readonly kind: 'surge'; readonly group: NodeGroup; readonly count: number }
  | { readonly kind: 'drain'; readonly group: NodeGroup; readonly nodes: readonly Node[] };

/**
 * The next batch, derived from the nodes' rows alone; undefined when every node is of the new model. Valid only while the stack
 * is complete with the batches before.
 */
export function nextBatch(upgrade: Upgrade, groups: readonly NodeGroup[], nodes: readonly Node[]): UpgradeBatch | undefined {
  const applyUpgrade = groups.filter((group) => upgrade.groupIds.includes(group.id));
  const mastersFirst = applyUpgrade.toSorted((one, other) => Number(isMaster(other)) - Number(isMaster(one)));
  for (const group of mastersFirst) {
    const batch = batchOf(upgrade, group, nodes);
    if (batch) return batch;
  }
  return undefined;
}

function batchOf(upgrade: Upgrade, group: NodeGroup, nodes: readonly Node[]): UpgradeBatch | undefined {
  const present = nodes.filter((node) => node.nodeGroupId === group.id && node.desired === 'present');
  const old = present.filter((node) => isOld(upgrade, node)).toSorted((one, other) => one.sequence - other.sequence);
  const surplus = present.length - group.nodeCount;
  if (surplus > 0) {
    const young = present.filter((node) => !isOld(upgrade, node)).toSorted((one, other) => other.sequence - one.sequence);
    return { kind: 'drain', group, nodes: [...old, ...young].slice(0, surplus) };
  }
  if (old.length === 0) return undefined;
  const most = isMaster(group) ? 1 : upgrade.maxBatchSize;
  return { kind: 'surge', group, count: Math.min(most, old.length) };
}

export function isOld(upgrade: Upgrade, node: Pick<Node, 'bayModelId'>): boolean {
  return node.bayModelId !== upgrade.bayModelId;
}

/**
 * Labels of a new model that take effect in an existing bay: labels that the driver calls fixed were decided when the bay was
 * made.
 */
export function upgradeLabels(schema: LabelSchema, labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !(Object.hasOwn(schema, name) && schema[name]?.fixed === true)),
  );
}

/** A bay and its groups after an upgrade, except for the bay's model. */
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

/** A group after its upgrade. */
export function upgradeGroup(group: NodeGroup, upgrade: Upgrade): NodeGroup {
  return { ...group, imageId: upgrade.imageId, labels: { ...group.labels, ...upgrade.labels } };
}

const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/;

/**
 * Labels in which a new model has an older version than the bay runs: those that the driver knows and that end in `_tag` or
 * `_version`. Versions that cannot be read are let pass (docs/contract/validation.md#upgrading).
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
