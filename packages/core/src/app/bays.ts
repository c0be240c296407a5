import type { Actor } from '../domain/actor.js';
import { UNSEEN_BAY, type Bay, type BayDesired } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import { checkVolumeSize } from '../domain/bay-model-rules.js';
import { isFailed, type Health } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { mergedLabels, type Labels, type Problem } from '../domain/labels.js';
import { generatedName } from '../domain/names.js';
import { DEFAULT_WORKER, type NodeGroup } from '../domain/node-group.js';
import { WORDS } from '../domain/words.js';
import type { BayRow, New, Page } from '../ports/store.js';
import { changeBay, recordIntent, requireAccepts, type Accepted } from './bay-changes.js';
import { requireCloudResources } from './cloud-resources.js';
import { cloudAccess, owningProject, visibleRows, type Access, type AppDeps } from './deps.js';
import { requireDriverAccepts } from './driver-check.js';
import { checkLabels, withoutEffect } from './drivers.js';
import { findBay, findBayModelToUse, findNodeGroup } from './find.js';
import { requireDelegable, keepRequestToken } from './delegation.js';
import { newDefaultGroups, requireWithinBounds, setGroupSize } from './group-sizes.js';
import { bayPlan, desiredIn, preflight, type BayDraft, type BayPlan } from './preflight.js';
import { requireLeft } from './quotas.js';
import { requireRowRoom } from './row-limits.js';
import { countWorkloads, UNCOUNTED, type Workloads } from './scale-in.js';
import { inTurn, LARGE, requireMayFit, requireStackFits } from './stack-limits.js';

/** What a caller says of a new bay; null means: as the model has it. */
export interface CreateBay {
  readonly name: string | null;
  /** UUID, name or, in the cluster wording, number. */
  readonly bayModel: string;
  readonly nodeCount: number;
  readonly masterCount: number;
  readonly createTimeout: number;
  readonly keypair: string | null;
  readonly dockerVolumeSize: number | null;
  readonly labels: Labels | null;
  /** Lay the labels over the model's, in place of replacing them. */
  readonly mergeLabels: boolean;
  readonly masterFlavorId: string | null;
  readonly flavorId: string | null;
  readonly discoveryUrl: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  readonly floatingIpEnabled: boolean | null;
  readonly masterLbEnabled: boolean | null;
}

/** `whole`: with the labels of their models. */
export async function listBays(deps: AppDeps, access: Access, page: Page, whole: boolean): Promise<readonly BayRow[]> {
  deps.policy.require(access.action, access.actor);
  return deps.store.read((repos) => repos.bays.list(visibleRows(deps, access), page, whole));
}

/** A bay with its groups that failed: why it is what it is. */
export async function getBay(
  deps: AppDeps,
  access: Access,
  ident: string,
): Promise<{ readonly row: BayRow; readonly failed: readonly NodeGroup[] }> {
  const row = await findBay(deps, access, ident);
  if (!isFailed(row.bay.observed.status)) return { row, failed: [] };
  const groups = await deps.store.read((repos) => repos.nodeGroups.ofBay(row.bay.id));
  return { row, failed: groups.filter((group) => isFailed(group.status)) };
}

/** One transaction writes bay, groups, nodes, intent and work item; then the doorbell rings. Checks: docs/contract/validation.md#creating-a-cluster. */
export function createBay(deps: AppDeps, access: Access, wanted: CreateBay, signal: AbortSignal): Promise<Accepted> {
  return oneOfFew(deps, access, { nodes: wanted.nodeCount, signal }, () => createOne(deps, access, wanted, signal));
}

async function createOne(deps: AppDeps, access: Access, wanted: CreateBay, signal: AbortSignal): Promise<Accepted> {
  const { actor } = access;
  const draft = await draftBay(deps, access, wanted, signal);
  const { bay, groups, nodes, warnings } = draft;
  await inTurn(deps, { nodes: nodes.length, group: bay.projectId, signal }, (rest) =>
    requireStackFits(deps, draft.driver, { desired: draft.desired, facts: null }, rest),
  );
  const shortages = await preflight(deps, draft, cloudAccess(actor), signal);
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'bay', bay.projectId);
    if (access.vocabulary === 'cluster') await requireLeft(deps, repos, bay.projectId);
    await repos.bays.insert(bay);
    await repos.nodeGroups.insert(...groups);
    await repos.nodes.insert(...nodes);
    await recordIntent(deps, repos, bay, { operation: 'create' });
    await keepRequestToken(deps, repos, bay, actor);
    await access.once?.made(repos, bay.id);
  });
  await deps.bus.cast({ kind: 'wake', bayId: bay.id });
  return { bayId: bay.id, generation: bay.generation, warnings: [...warnings, ...shortages] };
}

/** What creating it would make, from the same checks and the same rendering. Nothing is written, nothing is made. */
export function planNewBay(deps: AppDeps, access: Access, wanted: CreateBay, signal: AbortSignal): Promise<BayPlan> {
  return oneOfFew(deps, access, { nodes: wanted.nodeCount, signal }, async () => {
    const draft = await draftBay(deps, access, wanted, signal);
    if (access.vocabulary === 'cluster') await deps.store.read((repos) => requireLeft(deps, repos, draft.bay.projectId));
    return bayPlan(deps, draft, cloudAccess(access.actor), signal);
  });
}

/** Drafts of large bays are held in memory while neighbours are asked: few of a project at a time. */
function oneOfFew<T>(
  deps: AppDeps,
  { actor }: Access,
  { nodes, signal }: { readonly nodes: number; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  if (nodes <= LARGE) return work();
  return deps.longWork.admit({ group: `bays of ${actor.projectId ?? actor.userId}`, signal }, work);
}

/** A bay that has passed every check but that of its rendered stack, and is not written yet. */
async function draftBay(deps: AppDeps, access: Access, wanted: CreateBay, signal: AbortSignal): Promise<BayDraft> {
  const { actor } = access;
  const model = await findBayModelToUse(deps, access, wanted.bayModel);
  if (model.hidden && access.vocabulary === 'cluster' && !deps.policy.isAdministrator(actor))
    throw new DomainError('forbidden', `ClusterTemplate ${model.id} is hidden: only administrators make clusters of it.`);
  const driver = deps.engines.driverOf(model);
  deps.engines.requireEnabled(driver);
  const desired = desiredFrom(wanted, model);
  checkVolumeSize(model.dockerStorageDriver, desired.dockerVolumeSize);
  const warnings = [
    ...checkLabels(deps, driver, desired.labels),
    ...withoutEffect(driver, { ...model, labels: desired.labels }),
    ...(wanted.discoveryUrl === null ? [] : [NO_DISCOVERY]),
  ];
  deps.policy.require(access.action, actor);
  const projectId = owningProject(actor);
  requireDelegable(deps, actor);
  const { volumeType, bootVolumeSize } = driver.cloudNeeds(desired);
  await requireCloudResources(
    deps.cloud,
    {
      imageId: model.imageId,
      flavorId: desired.flavorId,
      masterFlavorId: desired.masterFlavorId,
      keypair: desired.keypair,
      externalNetworkId: model.externalNetworkId,
      fixedNetwork: desired.fixedNetwork,
      fixedSubnet: desired.fixedSubnet,
      volumeType: volumeType ?? null,
      bootVolumeSize: bootVolumeSize ?? null,
      checkImage: (image) => driver.checkImage?.(image, desired.labels) ?? [],
    },
    cloudAccess(actor),
    signal,
  );
  if (access.vocabulary === 'cluster' && wanted.masterCount % 2 === 0) {
    throw new DomainError('invalid-parameter', {
      field: 'master_count',
      message: `master_count ${wanted.masterCount} must be odd, so that masters can agree: use ${wanted.masterCount + 1}.`,
    });
  }
  if (wanted.masterCount > 1 && !desired.masterLbEnabled) {
    throw new DomainError('invalid-parameter', {
      field: 'master_count',
      message: 'master_count must be 1 when master_lb_enabled is False. Enable the load balancer to have more masters.',
    });
  }
  const bay = newBay(deps, access, { projectId, name: wanted.name, desired });
  // A thousand nodes take milliseconds to make, too.
  return inTurn(deps, { nodes: wanted.nodeCount, group: projectId, signal }, async (rest) => {
    const { groups, nodes } = newDefaultGroups(deps, bay, model, wanted);
    await rest();
    const desiredBay = desiredIn({ bay, model, groups, nodes });
    requireDriverAccepts(driver, { ...desiredBay, trusted: deps.nodesHaveTrust });
    requireMayFit(deps, driver, desiredBay);
    return { bay, model, driver, groups, nodes, desired: desiredBay, warnings };
  });
}

const NO_DISCOVERY: Problem = {
  field: 'discovery_url',
  message: 'accepted and shown, and has no effect: the nodes find each other through this service',
};

function desiredFrom(wanted: CreateBay, model: BayModel): BayDesired {
  return {
    bayModelId: model.id,
    keypair: wanted.keypair ?? model.keypairId,
    dockerVolumeSize: wanted.dockerVolumeSize ?? model.dockerVolumeSize,
    labels: mergedLabels(model.labels, wanted),
    masterFlavorId: wanted.masterFlavorId ?? model.masterFlavorId,
    flavorId: wanted.flavorId ?? model.flavorId,
    createTimeout: wanted.createTimeout,
    discoveryUrl: wanted.discoveryUrl,
    fixedNetwork: wanted.fixedNetwork ?? model.fixedNetwork,
    fixedSubnet: wanted.fixedSubnet ?? model.fixedSubnet,
    floatingIpEnabled: wanted.floatingIpEnabled ?? model.floatingIpEnabled,
    masterLbEnabled: wanted.masterLbEnabled ?? model.masterLbEnabled,
    caGeneration: 0,
    credentialGeneration: 0,
  };
}

function newBay(
  deps: AppDeps,
  access: Access,
  { projectId, name, desired }: { readonly projectId: string; readonly name: string | null; readonly desired: BayDesired },
): New<Bay> {
  return {
    id: deps.random.uuid() as BayId, // a new UUID is an id by being given here
    projectId,
    userId: access.actor.userId,
    name: name ?? generatedName(WORDS[access.vocabulary].bayName, (limit) => deps.random.below(limit)),
    generation: 1,
    desired,
    observed: UNSEEN_BAY,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

export interface UpdateBay {
  /** What the caller says of the bay's health; null for nothing. */
  readonly health: { readonly status: Health | null; readonly reason: Readonly<Record<string, string>> } | null;
  /** Undefined: nothing but the health changes, and no work is to be done. */
  readonly work: UpdateWork | undefined;
}

export interface UpdateWork {
  /** Of the default worker group; null leaves it as it is. */
  readonly nodeCount: number | null;
  readonly rollbackOnFailure: boolean;
}

/** `change` gets the bay as it is and says what is wanted; it throws where that is not allowed. */
export async function updateBay(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (row: BayRow) => UpdateBay,
): Promise<Accepted> {
  const row = await findBay(deps, reporting(access), ident);
  const { health, work } = change(row);
  const { bay } = row;
  const target = { projectId: bay.projectId, bayId: bay.id };
  if (work) deps.policy.require(access.action, access.actor, { ...target, userId: bay.userId });
  // A caller who may change a bay of the project may report its health: the rule is about the caller (docs/contract/endpoints.md#clusters).
  if (health && access.policies.health !== undefined)
    deps.policy.require(access.policies.health, access.actor, { ...target, userId: access.actor.userId });
  if (work) return beginUpdate(deps, access.actor, row, { work, health });
  if (health) await deps.store.write((repos) => repos.bays.saveHealth(bay.id, health.status, health.reason));
  return { bayId: bay.id, generation: bay.generation, warnings: [] };
}

/** The account of a bay's nodes may report the health of its bay, and nothing else of it. */
function reporting(access: Access): Access {
  return access.actor.trusteeOf && access.policies.health !== undefined ? { ...access, action: access.policies.health } : access;
}

async function beginUpdate(
  deps: AppDeps,
  actor: Actor,
  row: BayRow,
  { work, health }: { readonly work: UpdateWork; readonly health: UpdateBay['health'] },
): Promise<Accepted> {
  const { bay } = row;
  requireAccepts(bay, 'update');
  const { rollbackOnFailure } = work;
  const workloads = await countDefaultWorkloads(deps, row, work.nodeCount);
  return changeBay(
    deps,
    bay,
    { operation: 'update', rollbackOnFailure, by: actor, nodes: row.nodeCount + (work.nodeCount ?? 0) },
    async (repos, next, upgrade) => {
      if (health) await repos.bays.saveHealth(bay.id, health.status, health.reason);
      const group = (await repos.nodeGroups.ofBay(bay.id)).find(({ name }) => name === DEFAULT_WORKER);
      if (!group) throw new DomainError('internal', `Bay ${bay.id} has no group ${DEFAULT_WORKER}.`);
      const size = work.nodeCount ?? group.nodeCount;
      // A group may have been made smaller than its bounds, and a change that leaves it so is none of its size.
      if (size !== group.nodeCount) requireWithinBounds(group, size);
      await setGroupSize(deps, repos, { bay: next, group, upgrade, size, leaving: new Set(), workloads });
    },
  );
}

/** For the default workers. `size` null: it stays. */
async function countDefaultWorkloads(deps: AppDeps, { bay, nodeCount }: BayRow, size: number | null): Promise<Workloads> {
  if (size === null || size >= nodeCount) return UNCOUNTED;
  const { group } = await findNodeGroup(deps, bay.id, DEFAULT_WORKER);
  return countWorkloads(deps, bay, { group, size });
}

/** Accepted in every state; a bay that is being deleted already stays so. `check` throws where the caller meant another version. */
export async function deleteBay(
  deps: AppDeps,
  access: Access,
  ident: string,
  check: (bay: Bay) => void = () => undefined,
): Promise<Accepted> {
  const { bay } = await findBay(deps, access, ident);
  check(bay);
  if (bay.observed.status === 'DELETE_IN_PROGRESS') return { bayId: bay.id, generation: bay.generation, warnings: [] };
  return beginDelete(deps, bay);
}

export async function beginDelete(deps: AppDeps, bay: Bay): Promise<Accepted> {
  return changeBay(deps, bay, { operation: 'delete' }, async (repos) => {
    for (const group of await repos.nodeGroups.ofBay(bay.id))
      await repos.nodeGroups.saveStatus(group.id, 'DELETE_IN_PROGRESS', null);
  });
}
