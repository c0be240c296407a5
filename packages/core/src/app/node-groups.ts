import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayModelId, NodeGroupId, NodeId } from '../domain/ids.js';
import { nodeName } from '../domain/names.js';
import { DEFAULT_MASTER, DEFAULT_WORKER, isMaster, type NodeGroup } from '../domain/node-group.js';
import { UNSEEN_NODE, type Node } from '../domain/node.js';
import type { New, Repositories } from '../ports/store.js';
import type { AppDeps } from './deps.js';

export interface Sizes {
  readonly nodeCount: number;
  readonly masterCount: number;
}

/** The two groups that every bay has, with their nodes: contract, resources §3 "Default groups". */
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
  });
  const workers = newGroup(deps, bay, model, {
    name: DEFAULT_WORKER,
    role: 'worker',
    flavorId: bay.desired.flavorId,
    nodeCount: sizes.nodeCount,
  });
  const masterNodes = newNodes(deps, { group: masters, bayModelId: model.id, taken: new Set(), count: sizes.masterCount });
  const taken = new Set(masterNodes.map((node) => node.name));
  return {
    groups: [masters, workers],
    nodes: [...masterNodes, ...newNodes(deps, { group: workers, bayModelId: model.id, taken, count: sizes.nodeCount })],
  };
}

type GroupShape = Pick<NodeGroup, 'name' | 'role' | 'flavorId' | 'nodeCount'>;

function newGroup(deps: AppDeps, bay: New<Bay>, model: BayModel, shape: GroupShape): New<NodeGroup> {
  return {
    ...shape,
    id: deps.random.uuid() as NodeGroupId, // a new UUID is an id by being given here
    bayId: bay.id,
    projectId: bay.projectId,
    imageId: model.imageId,
    minNodeCount: 0,
    maxNodeCount: null,
    dockerVolumeSize: bay.desired.dockerVolumeSize,
    labels: bay.desired.labels,
    nodeLabels: null,
    nodeTaints: null,
    version: null,
    isDefault: true,
    status: 'CREATE_IN_PROGRESS',
    statusReason: null,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

export interface NewNodes {
  readonly group: New<NodeGroup>;
  readonly bayModelId: BayModelId;
  /** Names that the bay's nodes bear. */
  readonly taken: ReadonlySet<string>;
  readonly count: number;
}

export function newNodes(deps: Pick<AppDeps, 'random' | 'clock'>, wanted: NewNodes): readonly New<Node>[] {
  const { group } = wanted;
  const role = isMaster(group) ? 'master' : 'worker';
  const names = new Set(wanted.taken);
  return Array.from({ length: wanted.count }, () => {
    const name = nodeName(role, names, (limit) => deps.random.below(limit));
    names.add(name);
    return {
      id: deps.random.uuid() as NodeId, // a new UUID is an id by being given here
      bayId: group.bayId,
      nodeGroupId: group.id,
      name,
      role,
      bayModelId: wanted.bayModelId,
      imageId: group.imageId,
      desired: 'present',
      observed: UNSEEN_NODE,
      createdAt: deps.clock.now(),
      updatedAt: null,
    };
  });
}

export async function growGroup(deps: Pick<AppDeps, 'random' | 'clock'>, repos: Repositories, wanted: NewNodes): Promise<void> {
  for (const node of newNodes(deps, wanted)) await repos.nodes.insert(node);
}

/** Nodes that failed go first, then the newest. */
export async function shrinkGroup(repos: Repositories, present: readonly Node[], count: number): Promise<void> {
  const failedFirst = (node: Node): number => (node.observed.status.endsWith('_FAILED') ? 0 : 1);
  const order = present.toSorted((one, other) => failedFirst(one) - failedFirst(other) || other.sequence - one.sequence);
  for (const node of order.slice(0, count)) await repos.nodes.setDesired(node.id, 'absent');
}
