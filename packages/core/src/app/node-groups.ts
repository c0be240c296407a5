import type { Bay } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError } from '../domain/errors.js';
import type { NodeGroupId } from '../domain/ids.js';
import { mergedLabels, type Labels, type Problem } from '../domain/labels.js';
import { isMaster, type NodeGroup, type Taint } from '../domain/node-group.js';
import { checkNodeGroup } from '../domain/node-group-rules.js';
import { groupAccepts, type GroupOperation } from '../domain/transitions.js';
import { laterThan } from '../domain/time.js';
import type { BayDriver } from '../ports/bay-driver.js';
import type { CloudImage } from '../ports/cloud.js';
import type { BayRow, New, NodeGroupRow, Page } from '../ports/store.js';
import { changeBay, requireAccepts, type BayCheck } from './bay-changes.js';
import { requireCloudResources } from './cloud-resources.js';
import { cloudAccess, ownRows, visibleRows, type Access, type AppDeps } from './deps.js';
import { checkLabels } from './drivers.js';
import { findBay, findNodeGroup, readOfBay } from './find.js';
import { newNodes } from './group-sizes.js';
import { requireGrownFits } from './stack-limits.js';
import { withReports, type BayNodeView } from './nodes.js';
import { requireGroupRoom } from './row-limits.js';

/** What a caller says of a new group; null means: as the bay has it. */
export interface CreateNodeGroup {
  readonly name: string;
  readonly role: string;
  readonly nodeCount: number;
  readonly minNodeCount: number;
  readonly maxNodeCount: number | null;
  readonly dockerVolumeSize: number | null;
  readonly labels: Labels | null;
  /** Lay the labels over the bay's, in place of replacing them. */
  readonly mergeLabels: boolean;
  readonly flavorId: string | null;
  readonly imageId: string | null;
  readonly version: string | null;
  readonly nodeLabels: Labels | null;
  readonly nodeTaints: readonly Taint[] | null;
}

export type NodeGroupChange = Pick<NodeGroup, 'minNodeCount' | 'maxNodeCount' | 'nodeLabels' | 'nodeTaints'>;

/** A group with the bay that it belongs to. */
export interface OwnedGroup {
  readonly bay: Bay;
  readonly row: NodeGroupRow;
  /** Labels that are odd but not refused. */
  readonly warnings?: readonly Problem[];
}

export async function listNodeGroups(
  deps: AppDeps,
  access: Access,
  bayIdent: string,
  role: string | null,
  page: Page,
): Promise<{ readonly bay: Bay; readonly groups: readonly NodeGroup[] }> {
  const { bay } = await findBay(deps, access, bayIdent);
  return { bay, groups: await readOfBay(deps, bay, (repos) => repos.nodeGroups.list(bay.id, role, page)) };
}

export async function getNodeGroup(deps: AppDeps, access: Access, bayIdent: string, ident: string): Promise<OwnedGroup> {
  const { bay } = await findBay(deps, access, bayIdent);
  return { bay, row: await findNodeGroup(deps, bay.id, ident) };
}

export async function listNodesOfGroup(
  deps: AppDeps,
  access: Access,
  place: { readonly bay: string; readonly group: string },
  page: Page,
  signal: AbortSignal,
): Promise<{ readonly bay: Bay; readonly views: readonly BayNodeView[] }> {
  const { bay, row } = await getNodeGroup(deps, access, place.bay, place.group);
  const visible = access.policies.allProjects === undefined ? ownRows(access.actor) : visibleRows(deps, access);
  const rows = await deps.store.read((repos) => repos.nodes.list(visible, { nodeGroupId: row.group.id }, page));
  const views = await withReports(deps, rows, signal);
  return { bay, views: views.flatMap((view) => (view.kind === 'node' ? [view] : [])) };
}

/** Rules: docs/contract/validation.md#node-groups. Errors: `bay-not-reachable`, `conflict`, `node-group-invalid` (409); a master's role (400). */
export async function createNodeGroup(
  deps: AppDeps,
  access: Access,
  bayIdent: string,
  wanted: CreateNodeGroup,
  signal: AbortSignal,
): Promise<OwnedGroup> {
  const found = await findBay(deps, access, bayIdent);
  const { bay } = found;
  const model = await modelOf(deps, found);
  const group = newGroup(deps, found, wanted, wanted.imageId ?? model.imageId);
  const driver = deps.engines.driverOf(model);
  const warnings = checkLabels(deps, driver, group.labels);
  requireReachable(bay);
  requireAccepts(bay, 'nodegroup-create');
  if (isMaster(group))
    throw new DomainError('invalid-parameter', {
      field: 'role',
      message: 'A node group of the role master cannot be made: masters are the default group alone. Choose another role.',
    });
  checkNodeGroup(group);
  const { flavorId, imageId } = wanted;
  await requireCloudResources(
    deps.cloud,
    {
      flavorId,
      imageId,
      masterFlavorId: null,
      keypair: null,
      externalNetworkId: null,
      fixedNetwork: null,
      fixedSubnet: null,
      // The labels of its bay: a group has no release of its own.
      checkImage: (image) => [
        ...userDataProblems(driver, model, image),
        ...(driver.checkImage?.(image, bay.desired.labels) ?? []),
      ],
    },
    cloudAccess(access.actor),
    signal,
  );
  const wish = { operation: 'update', by: access.actor, nodes: found.nodeCount + group.nodeCount } as const;
  const { generation } = await changeBay(deps, bay, wish, async (repos, next) => {
    const groups = await repos.nodeGroups.ofBay(bay.id);
    requireGroupRoom(deps, groups.length);
    if (groups.some(({ name }) => name === group.name)) throw nameIsTaken(bay, group.name);
    await repos.nodeGroups.insert(group);
    const taken = new Set((await repos.nodes.ofBay(bay.id)).map((node) => node.name));
    const made = newNodes(deps, { bay: next, group, bayModelId: next.desired.bayModelId, taken, count: group.nodeCount });
    await repos.nodes.insert(...made);
    await requireGrownFits(deps, repos, next);
    await access.once?.made(repos, group.id);
  });
  return { bay: { ...bay, generation }, row: await findNodeGroup(deps, bay.id, group.id), warnings };
}

/** `change` gets the group as it is and says what is wanted; it throws where that is not allowed. */
export async function updateNodeGroup(
  deps: AppDeps,
  access: Access,
  place: { readonly bay: string; readonly group: string },
  change: (owned: OwnedGroup) => NodeGroupChange,
): Promise<OwnedGroup> {
  const owned = await getNodeGroup(deps, access, place.bay, place.group);
  const { bay, row } = owned;
  const next = { ...row.group, ...change(owned), updatedAt: laterThan(row.group, deps.clock.now()) };
  requireAccepts(bay, 'nodegroup-update');
  requireGroupAccepts(row.group, 'update');
  checkNodeGroup(next);
  const { generation } = await changeBay(deps, bay, { operation: 'update', by: access.actor }, async (repos) => {
    await repos.nodeGroups.saveWanted(next);
    await repos.nodeGroups.saveStatus(next.id, 'UPDATE_IN_PROGRESS', null);
  });
  return { bay: { ...bay, generation }, row: await findNodeGroup(deps, bay.id, next.id) };
}

/** Its nodes go, and when they are gone the group is. Asking again is no error. */
export async function deleteNodeGroup(
  deps: AppDeps,
  access: Access,
  place: { readonly bay: string; readonly group: string },
  check: BayCheck,
): Promise<void> {
  const { bay, row } = await getNodeGroup(deps, access, place.bay, place.group);
  check(bay);
  const { group } = row;
  if (group.isDefault)
    throw new DomainError(
      'not-supported',
      ({ bay: noun }) => `Deleting the default node group ${group.name} is not supported: it stays as long as its ${noun}.`,
    );
  if (group.status === 'DELETE_IN_PROGRESS') return;
  requireAccepts(bay, 'nodegroup-delete');
  await changeBay(deps, bay, { operation: 'update', by: access.actor }, async (repos) => {
    const nodes = await repos.nodes.ofBay(bay.id);
    for (const node of nodes.filter((known) => known.nodeGroupId === group.id)) await repos.nodes.setDesired(node.id, 'absent');
    await repos.nodeGroups.saveStatus(group.id, 'DELETE_IN_PROGRESS', null);
  });
}

/** Errors: `not-supported` for a group that is going. */
export function requireGroupAccepts(group: NodeGroup, operation: GroupOperation): void {
  if (groupAccepts(group.status, operation)) return;
  throw new DomainError(
    'not-supported',
    `Node group ${group.name} is ${group.status}: it cannot be changed any more. Delete it again if it stays.`,
  );
}

async function modelOf(deps: AppDeps, { bay }: BayRow): Promise<BayModel> {
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  if (model) return model;
  throw new DomainError('internal', `Bay model ${bay.desired.bayModelId} of bay ${bay.id} is missing.`);
}

/** A stack has user data of one form, which the servers of each group must be able to read. */
function userDataProblems(driver: BayDriver, { clusterDistro }: BayModel, { name, distro }: CloudImage): readonly Problem[] {
  const [ofBay, ofImage] = [driver.bootsBy?.(clusterDistro), driver.bootsBy?.(distro ?? null)];
  if (ofBay === ofImage) return [];
  const message = `servers of image ${name} boot by ${ofImage}, those of the cluster by ${ofBay}; choose an image like that of its template`;
  return [{ field: 'image_id', message }];
}

function newGroup(deps: AppDeps, { bay }: BayRow, wanted: CreateNodeGroup, imageId: string): New<NodeGroup> {
  const { mergeLabels, labels, ...fields } = wanted;
  const { desired } = bay;
  return {
    ...fields,
    id: deps.random.uuid() as NodeGroupId, // a new UUID is an id by being given here
    bayId: bay.id,
    projectId: bay.projectId,
    imageId,
    flavorId: wanted.flavorId ?? desired.flavorId,
    dockerVolumeSize: wanted.dockerVolumeSize ?? desired.dockerVolumeSize,
    labels: mergedLabels(desired.labels, { labels, mergeLabels }),
    isDefault: false,
    stackId: null,
    status: 'CREATE_IN_PROGRESS',
    statusReason: null,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

function requireReachable(bay: Bay): void {
  if (bay.observed.apiAddress !== null) return;
  throw new DomainError(
    'bay-not-reachable',
    ({ Bay: noun }) =>
      `${noun} ${bay.id} has no API address yet: it is ${bay.observed.status}. Add node groups when it is complete.`,
  );
}

function nameIsTaken(bay: Bay, name: string): DomainError {
  return new DomainError('conflict', ({ bay: noun }) => `A node group with name ${name} already exists in ${noun} ${bay.id}.`);
}
