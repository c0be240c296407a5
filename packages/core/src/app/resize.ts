import type { Bay } from '../domain/bay.js';
import { DomainError } from '../domain/errors.js';
import type { NodeId } from '../domain/ids.js';
import { DEFAULT_WORKER, isMaster } from '../domain/node-group.js';
import type { Node } from '../domain/node.js';
import { changeBay, requireAccepts, type Accepted, type BayCheck } from './bay-changes.js';
import type { Access, AppDeps } from './deps.js';
import { findBay, findNodeGroup } from './find.js';
import { requireWithinBounds, setGroupSize } from './group-sizes.js';
import { requireGroupAccepts } from './node-groups.js';
import { countWorkloads } from './scale-in.js';

export interface ResizeBay {
  readonly nodeCount: number;
  /** Server ids, names, UUIDs, addresses, or places in the group. */
  readonly removeFirst: readonly string[];
  /** UUID, name or number; null: the default workers. */
  readonly group: string | null;
}

/** Exactly the named nodes go. Rules: docs/contract/validation.md#resizing. Errors: `node-group-not-found`, 400 for masters whose driver cannot add
 * and remove them, bounds and unknown nodes. */
export async function resizeBay(
  deps: AppDeps,
  access: Access,
  ident: string,
  wanted: ResizeBay,
  check: BayCheck,
): Promise<Accepted> {
  const row = await findBay(deps, access, ident);
  const { bay } = row;
  check(bay);
  const { group } = await findNodeGroup(deps, bay.id, wanted.group ?? DEFAULT_WORKER);
  if (isMaster(group)) await requireResizableMasters(deps, bay);
  requireWithinBounds(group, wanted.nodeCount);
  requireAccepts(bay, 'resize');
  requireGroupAccepts(group, 'resize');
  const workloads = await countWorkloads(deps, bay, { group, size: wanted.nodeCount });
  return changeBay(
    deps,
    bay,
    { operation: 'update', by: access.actor, nodes: row.nodeCount + wanted.nodeCount },
    async (repos, next, upgrade) => {
      const nodes = (await repos.nodes.ofBay(bay.id)).filter((node) => node.nodeGroupId === group.id);
      const leaving = new Set(wanted.removeFirst.flatMap((name) => namedNode(nodes, name)));
      await setGroupSize(deps, repos, { bay: next, group, size: wanted.nodeCount, leaving, upgrade, workloads });
      await access.once?.made(repos, bay.id);
    },
  );
}

/** How many masters there may be, its driver checks as it does when a bay is made. Error: `not-supported`. */
async function requireResizableMasters(deps: AppDeps, bay: Bay): Promise<void> {
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  if (!model) throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} is missing.`);
  const driver = deps.engines.driverOf(model);
  if (driver.resizesMasters) return;
  throw new DomainError(
    'not-supported',
    `Resizing a node group of masters is not supported by the driver ${driver.name}. Resize a group of workers.`,
  );
}

/** A node that is leaving already is no mistake: autoscalers repeat themselves. */
function namedNode(nodes: readonly Node[], name: string): readonly NodeId[] {
  const present = nodes.filter((node) => node.desired === 'present');
  const byPlace = /^\d{1,4}$/.test(name) ? present[Number(name)] : undefined;
  const found = byPlace ?? nodes.find((node) => isCalled(node, name));
  if (found) return found.desired === 'present' ? [found.id] : [];
  throw new DomainError('invalid-parameter', {
    field: 'nodes_to_remove',
    message: `nodes_to_remove: the node group has no node ${JSON.stringify(name.slice(0, 80))}. Name nodes by server id, name, UUID, address, or place.`,
  });
}

/** Some clients write ids in capitals, or without their dashes. */
function isCalled(node: Node, name: string): boolean {
  const plain = (text: string | null): string => (text ?? '').replaceAll('-', '').toLowerCase();
  const { serverId, privateAddress, publicAddress } = node.observed;
  if (name === '') return false;
  return (
    node.name === name ||
    [node.id, serverId].some((id) => id !== null && plain(id) === plain(name)) ||
    [privateAddress, publicAddress].includes(name)
  );
}
