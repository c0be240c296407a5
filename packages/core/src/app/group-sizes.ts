import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError } from '../domain/errors.js';
import type { BayModelId, NodeGroupId, NodeId } from '../domain/ids.js';
import type { Labels } from '../domain/labels.js';
import { nodeNames } from '../domain/names.js';
import { DEFAULT_MASTER, DEFAULT_WORKER, isMaster, type NodeGroup } from '../domain/node-group.js';
import { upperBound } from '../domain/node-group-rules.js';
import { UNSEEN_NODE, type Node } from '../domain/node.js';
import { shardsFor } from '../domain/shards.js';
import { zonesFor, zonesIn } from '../domain/zones.js';
import { isOld, type Upgrade } from '../domain/upgrade.js';
import { laterThan } from '../domain/time.js';
import type { New, Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';
import { UNCOUNTED, type Workloads } from './scale-in.js';
import { requireGrownFits } from './stack-limits.js';

export interface Sizes {
  readonly nodeCount: number;
  readonly masterCount: number;
}

/** The two groups that every bay has, with their nodes: docs/contract/resources.md#default-groups. */
export function newDefaultGroups(
  deps: AppDeps,
  bay: New<Bay>,
  model: BayModel,
  sizes: Sizes,
): { groups: readonly New<NodeGroup>[]; nodes: readonly New<Node>[] } {
  const masters = newGroup(deps, bay, model, {
    name: DEFAULT_MASTER,
    role: 'master',
    flavorId: bay.desired.masterFlavorId,
    nodeCount: sizes.masterCount,
    minNodeCount: 0,
    maxNodeCount: null,
  });
  const workers = newGroup(deps, bay, model, {
    name: DEFAULT_WORKER,
    role: 'worker',
    flavorId: bay.desired.flavorId,
    nodeCount: sizes.nodeCount,
    minNodeCount: numberIn(bay.desired.labels, 'min_node_count') ?? 0,
    maxNodeCount: mostWorkers(bay.desired.labels, sizes.nodeCount),
  });
  const masterNodes = newNodes(deps, { bay, group: masters, bayModelId: model.id, taken: new Set(), count: sizes.masterCount });
  const taken = new Set(masterNodes.map((node) => node.name));
  return {
    groups: [masters, workers],
    nodes: [...masterNodes, ...newNodes(deps, { bay, group: workers, bayModelId: model.id, taken, count: sizes.nodeCount })],
  };
}

type GroupShape = Pick<NodeGroup, 'name' | 'role' | 'flavorId' | 'nodeCount' | 'minNodeCount' | 'maxNodeCount'>;

/** Labels with the bounds of the default group of workers: docs/contract/resources.md#default-groups. Errors: `invalid-parameter`. */
function numberIn(labels: Labels, name: 'min_node_count' | 'max_node_count'): number | null {
  const text = labels[name];
  if (text === undefined) return null;
  if (/^\d{1,4}$/.test(text) && Number(text) <= MOST_NODES) return Number(text);
  throw new DomainError('invalid-parameter', {
    field: `labels.${name}`,
    message: `labels.${name}: it must be a whole number from 0 to ${MOST_NODES}, got ${JSON.stringify(text.slice(0, 80))}.`,
  });
}

/** The autoscaler leaves a group without a maximum alone, so one that it is to grow gets one: docs/contract/templates.md#labels. */
function mostWorkers(labels: Labels, nodeCount: number): number | null {
  if (labels['auto_scaling_enabled']?.toLowerCase() !== 'true') return null;
  return numberIn(labels, 'max_node_count') ?? nodeCount + 1;
}

const MOST_NODES = 1_000;

function newGroup(deps: AppDeps, bay: New<Bay>, model: BayModel, shape: GroupShape): New<NodeGroup> {
  return {
    ...shape,
    id: deps.random.uuid() as NodeGroupId, // a new UUID is an id by being given here
    bayId: bay.id,
    projectId: bay.projectId,
    imageId: model.imageId,
    dockerVolumeSize: bay.desired.dockerVolumeSize,
    labels: bay.desired.labels,
    nodeLabels: null,
    nodeTaints: null,
    version: null,
    isDefault: true,
    stackId: null,
    status: 'CREATE_IN_PROGRESS',
    statusReason: null,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

export interface NewNodes {
  readonly bay: Pick<Bay, 'id' | 'name' | 'desired'>;
  readonly group: New<NodeGroup>;
  readonly bayModelId: BayModelId;
  /** Names that the bay's nodes bear. */
  readonly taken: ReadonlySet<string>;
  readonly count: number;
  /** Nodes of the bay, with which new ones share shards and zones; none where the group is new. */
  readonly others?: readonly Pick<Node, 'nodeGroupId' | 'shard' | 'zone' | 'desired'>[];
}

export function newNodes(deps: Pick<AppDeps, 'random' | 'clock'>, wanted: NewNodes): readonly New<Node>[] {
  const { bay, group } = wanted;
  const role = isMaster(group) ? 'master' : 'worker';
  const count = Math.max(0, wanted.count);
  const others = wanted.others?.filter((node) => node.nodeGroupId === group.id) ?? [];
  // Managers stand in the bay's own stack: it hands what they have made to the workers.
  const shards = isMaster(group) ? [] : shardsFor(others, count);
  const zones = zonesFor(zonesIn({ ...bay.desired.labels, ...group.labels }), others, count);
  const place = { bay, role, group: group.isDefault ? null : group.name } as const;
  const names = nodeNames(place, wanted.taken, (limit) => deps.random.below(limit));
  return Array.from({ length: count }, (_, index) => {
    return {
      id: deps.random.uuid() as NodeId, // a new UUID is an id by being given here
      bayId: group.bayId,
      nodeGroupId: group.id,
      name: names.next().value,
      role,
      bayModelId: wanted.bayModelId,
      imageId: group.imageId,
      shard: shards[index] ?? null,
      zone: zones[index] ?? null,
      desired: 'present',
      credentialGeneration: 0,
      observed: UNSEEN_NODE,
      createdAt: deps.clock.now(),
      updatedAt: null,
    };
  });
}

/** Errors: `invalid-parameter` where the group may not have so many nodes. */
export function requireWithinBounds(group: NodeGroup, nodeCount: number): void {
  const most = upperBound(group);
  if (nodeCount >= group.minNodeCount && nodeCount <= most) return;
  const bounds = most === Infinity ? `at least ${group.minNodeCount}` : `${group.minNodeCount} to ${most}`;
  throw new DomainError('invalid-parameter', {
    field: 'node_count',
    message: `node_count ${nodeCount} is out of the bounds of node group ${group.name}: ${bounds}. Change the bounds first.`,
  });
}

export interface GroupSize {
  readonly bay: Bay;
  readonly group: NodeGroup;
  /** Nodes that the group is to have in the end. */
  readonly size: number;
  /** Nodes that go whatever the size is; with the old size they are replaced. */
  readonly leaving: ReadonlySet<NodeId>;
  readonly upgrade: Upgrade | null;
  /** Of nodes, where the engine has counted them for this change. */
  readonly workloads: Workloads;
}

/**
 * Makes and marks nodes until the group has its size. An upgrade under way keeps what it has made beyond the old size: its
 * batches continue from there, and new nodes are of its model.
 */
export async function setGroupSize(
  deps: Pick<AppDeps, 'random' | 'clock' | 'orchestrator' | 'engines'>,
  repos: Repositories,
  { bay, group, size, leaving, upgrade, workloads }: GroupSize,
): Promise<void> {
  const nodes = await repos.nodes.ofBay(bay.id);
  const present = nodes.filter((node) => node.nodeGroupId === group.id && node.desired === 'present');
  const ofGroup = upgrade?.groupIds.includes(group.id) ? upgrade : null;
  const surplus = ofGroup ? Math.max(0, present.length - group.nodeCount) : 0;
  const named = present.filter((node) => leaving.has(node.id));
  const rest = present.filter((node) => !leaving.has(node.id));
  const missing = size + surplus - rest.length;
  const others = nodes.map((node) => (leaving.has(node.id) ? { ...node, desired: 'absent' as const } : node));
  const origin = ofGroup ? { ...group, imageId: ofGroup.imageId } : group;
  const bayModelId = ofGroup?.bayModelId ?? bay.desired.bayModelId;
  const taken = new Set(nodes.map((node) => node.name));
  await repos.nodes.insert(...newNodes(deps, { bay, group: origin, bayModelId, taken, count: missing, others }));
  for (const node of [...named, ...victims(rest, -missing, { upgrade: ofGroup, workloads })])
    await repos.nodes.setDesired(node.id, 'absent');
  // What only replaces nodes or takes some away is never too much.
  if (missing > named.length) await requireGrownFits(deps, repos, bay);
  await repos.nodeGroups.saveWanted({ ...group, updatedAt: laterThan(group, deps.clock.now()) });
  await repos.nodeGroups.saveCount(group.id, size);
  await repos.nodeGroups.saveStatus(group.id, 'UPDATE_IN_PROGRESS', null);
}

/** Surplus nodes of a failed upgrade are removed first by the next change that is no upgrade, before nodes of the bay's own model. */
export async function trimGroups(repos: Repositories, bay: Bay): Promise<void> {
  const nodes = await repos.nodes.ofBay(bay.id);
  for (const group of await repos.nodeGroups.ofBay(bay.id)) {
    const present = nodes.filter((node) => node.nodeGroupId === group.id && node.desired === 'present');
    const foreign = present.filter((node) => node.bayModelId !== bay.desired.bayModelId);
    const order = [...victims(foreign, foreign.length), ...victims(present, present.length)];
    const surplus = Math.max(0, present.length - group.nodeCount);
    for (const node of [...new Set(order)].slice(0, surplus)) await repos.nodes.setDesired(node.id, 'absent');
  }
}

interface Preference {
  readonly upgrade: Upgrade | null;
  readonly workloads: Workloads;
}

/**
 * Nodes that failed go first, then those that an upgrade would replace, then those with the fewest workloads, then the newest. A node whose
 * workloads were not counted counts as one without any: an engine that has counted the others does not know it.
 */
function victims(
  present: readonly Node[],
  count: number,
  { upgrade, workloads }: Preference = { upgrade: null, workloads: UNCOUNTED },
): readonly Node[] {
  const rank = (node: Node): number => {
    if (node.observed.status.endsWith('_FAILED')) return 0;
    return upgrade && isOld(upgrade, node) ? 1 : 2;
  };
  const tasks = (node: Node): number => workloads.get(node.name) ?? 0;
  return present
    .toSorted((one, other) => rank(one) - rank(other) || tasks(one) - tasks(other) || other.sequence - one.sequence)
    .slice(0, Math.max(0, count));
}
