import { UNSEEN_BAY, type Bay, type BayDesired } from '../domain/bay.js';
import { bayEvent } from '../domain/bay-event.js';
import type { BayModel } from '../domain/bay-model.js';
import { checkVolumeSize } from '../domain/bay-model-rules.js';
import { STATUS_OF, type BayStatus, type Operation } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { deadlineOf } from '../domain/intent.js';
import { labelProblems, type Labels, type Problem } from '../domain/labels.js';
import { generatedName } from '../domain/names.js';
import { DEFAULT_WORKER } from '../domain/node-group.js';
import type { BayRow, New, Page, Repositories } from '../ports/store.js';
import { requireCloudResources } from './cloud-resources.js';
import { cloudAccess, ownRows, type Access, type AppDeps } from './deps.js';
import { findBay, findBayModel } from './find.js';
import { growGroup, newDefaultGroups, shrinkGroup } from './node-groups.js';

/** What a caller says of a new bay; null means: as the model has it. */
export interface CreateBay {
  readonly name: string | null;
  readonly bayModel: string;
  readonly nodeCount: number;
  readonly masterCount: number;
  readonly createTimeout: number;
  readonly keypair: string | null;
  readonly dockerVolumeSize: number | null;
  readonly labels: Labels | null;
  readonly masterFlavorId: string | null;
  readonly flavorId: string | null;
  readonly discoveryUrl: string | null;
  readonly fixedNetwork: string | null;
  readonly fixedSubnet: string | null;
  readonly floatingIpEnabled: boolean | null;
  readonly masterLbEnabled: boolean | null;
}

/** An accepted change: the generation to wait for, and what is odd but not refused (shown as warnings). */
export interface Accepted {
  readonly bayId: BayId;
  readonly generation: number;
  readonly warnings: readonly Problem[];
}

export async function listBays(deps: AppDeps, access: Access, page: Page): Promise<readonly BayRow[]> {
  deps.policy.require(access.action, access.actor);
  return deps.store.read((repos) => repos.bays.list(ownRows(access.actor), page));
}

/** One transaction writes bay, groups, nodes, intent and work item; then the doorbell rings. Contract, validation §1. */
export async function createBay(deps: AppDeps, access: Access, wanted: CreateBay, signal: AbortSignal): Promise<Accepted> {
  const { actor } = access;
  const model = await modelFor(deps, access, wanted.bayModel);
  const driver = deps.engines.driverOf(model);
  const desired = desiredFrom(wanted, model);
  checkVolumeSize(model.dockerStorageDriver, desired.dockerVolumeSize);
  deps.policy.require(access.action, actor);
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
    },
    cloudAccess(actor),
    signal,
  );
  if (wanted.masterCount > 1 && !desired.masterLbEnabled) {
    throw new DomainError('invalid-parameter', {
      field: 'master_count',
      message: 'master_count must be 1 when master_lb_enabled is False. Enable the load balancer to have more masters.',
    });
  }
  const bay = newBay(deps, access, wanted.name, desired);
  const { groups, nodes } = newDefaultGroups(deps, bay, model, wanted);
  const problems =
    driver.check?.({
      bay: { ...bay, sequence: 0 },
      model,
      nodeGroups: groups.map((group) => ({ ...group, sequence: 0 })),
      nodes: nodes.map((node) => ({ ...node, sequence: 0 })),
    }) ?? [];
  const [problem] = problems;
  if (problem) throw new DomainError('invalid-parameter', problem);
  await deps.store.write(async (repos) => {
    await repos.bays.insert(bay);
    for (const group of groups) await repos.nodeGroups.insert(group);
    for (const node of nodes) await repos.nodes.insert(node);
    await recordIntent(deps, repos, bay, 'create', false);
  });
  await deps.bus.cast({ kind: 'wake', bayId: bay.id });
  return { bayId: bay.id, generation: bay.generation, warnings: labelProblems(driver.labels, desired.labels) };
}

/** An unknown model in a body is the body's fault: 400 rather than 404 (contract, README §4). */
async function modelFor(deps: AppDeps, access: Access, ident: string): Promise<BayModel> {
  try {
    return await findBayModel(deps, access.actor, ident);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'bay-model-not-found') {
      throw new DomainError('invalid-parameter', { field: 'baymodel_id', message: error.message });
    }
    throw error;
  }
}

function desiredFrom(wanted: CreateBay, model: BayModel): BayDesired {
  return {
    bayModelId: model.id,
    keypair: wanted.keypair ?? model.keypairId,
    dockerVolumeSize: wanted.dockerVolumeSize ?? model.dockerVolumeSize,
    labels: wanted.labels ?? model.labels,
    masterFlavorId: wanted.masterFlavorId ?? model.masterFlavorId,
    flavorId: wanted.flavorId ?? model.flavorId,
    createTimeout: wanted.createTimeout,
    discoveryUrl: wanted.discoveryUrl,
    fixedNetwork: wanted.fixedNetwork ?? model.fixedNetwork,
    fixedSubnet: wanted.fixedSubnet ?? model.fixedSubnet,
    floatingIpEnabled: wanted.floatingIpEnabled ?? model.floatingIpEnabled,
    masterLbEnabled: wanted.masterLbEnabled ?? model.masterLbEnabled,
  };
}

function newBay(deps: AppDeps, access: Access, name: string | null, desired: BayDesired): New<Bay> {
  return {
    id: deps.random.uuid() as BayId, // a new UUID is an id by being given here
    projectId: access.actor.projectId ?? '',
    userId: access.actor.userId,
    name: name ?? generatedName('bay', (limit) => deps.random.below(limit)),
    generation: 1,
    desired,
    observed: UNSEEN_BAY,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
}

async function recordIntent(
  deps: AppDeps,
  repos: Repositories,
  bay: New<Bay>,
  operation: Operation,
  rollbackOnFailure: boolean,
): Promise<void> {
  const startedAt = deps.clock.now();
  await repos.intents.put({
    bayId: bay.id,
    operation,
    generation: bay.generation,
    rollbackOnFailure,
    startedAt,
    deadline: deadlineOf(startedAt, bay.desired.createTimeout),
    traceparent: deps.tracer?.current() ?? null,
  });
  const { running } = STATUS_OF[operation];
  await repos.events.append([bayEvent(bay, { kind: 'accepted', status: running, reason: null }, startedAt)]);
  await repos.work.wake(bay.id);
}

/** Where an update would be lost or pointless. In every other state, failed ones included, it is the way on. */
const NOT_UPDATABLE: ReadonlySet<BayStatus> = new Set([
  'CREATE_IN_PROGRESS',
  'DELETE_IN_PROGRESS',
  'ROLLBACK_IN_PROGRESS',
  'DELETE_FAILED',
  'DELETE_COMPLETE',
]);

export interface UpdateBay {
  readonly nodeCount: number;
  readonly rollbackOnFailure: boolean;
}

/** `change` gets the bay as it is and says what is wanted; it throws where that is not allowed. */
export async function updateBay(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (row: BayRow) => UpdateBay,
): Promise<Accepted> {
  const row = await findBay(deps, access, ident);
  const wanted = change(row);
  const { bay } = row;
  if (NOT_UPDATABLE.has(bay.observed.status)) {
    throw new DomainError(
      'not-supported',
      `Updating a bay when status is "${bay.observed.status}" is not supported. Wait until it has settled, or delete the bay.`,
    );
  }
  const next = withOperation(deps, bay, 'update');
  await deps.store.write(async (repos) => {
    if (!(await repos.bays.saveDesired(next, bay.generation))) throw changedMeanwhile(bay);
    await resizeWorkers(deps, repos, next, wanted.nodeCount);
    await recordIntent(deps, repos, next, 'update', wanted.rollbackOnFailure);
  });
  await deps.bus.cast({ kind: 'wake', bayId: bay.id });
  return { bayId: bay.id, generation: next.generation, warnings: [] };
}

async function resizeWorkers(deps: AppDeps, repos: Repositories, bay: Bay, wantedWorkers: number): Promise<void> {
  const groups = await repos.nodeGroups.ofBay(bay.id);
  const workers = groups.find((group) => group.name === DEFAULT_WORKER);
  if (!workers) throw new DomainError('internal', `Bay ${bay.id} has no group ${DEFAULT_WORKER}.`);
  const nodes = await repos.nodes.ofBay(bay.id);
  const present = nodes.filter((node) => node.nodeGroupId === workers.id && node.desired === 'present');
  if (wantedWorkers > present.length) await growGroup(deps, repos, workers, nodes, wantedWorkers - present.length);
  if (wantedWorkers < present.length) await shrinkGroup(repos, present, present.length - wantedWorkers);
  await repos.nodeGroups.saveCount(workers.id, wantedWorkers);
  for (const group of groups) await repos.nodeGroups.saveStatus(group.id, 'UPDATE_IN_PROGRESS', null);
}

/** Accepted in every state; a bay that is being deleted already stays so. */
export async function deleteBay(deps: AppDeps, access: Access, ident: string): Promise<Accepted> {
  const { bay } = await findBay(deps, access, ident);
  if (bay.observed.status === 'DELETE_IN_PROGRESS') return { bayId: bay.id, generation: bay.generation, warnings: [] };
  return beginDelete(deps, bay);
}

export async function beginDelete(deps: AppDeps, bay: Bay): Promise<Accepted> {
  const next = withOperation(deps, bay, 'delete');
  await deps.store.write(async (repos) => {
    if (!(await repos.bays.saveDesired(next, bay.generation))) throw changedMeanwhile(bay);
    for (const group of await repos.nodeGroups.ofBay(bay.id))
      await repos.nodeGroups.saveStatus(group.id, 'DELETE_IN_PROGRESS', null);
    await recordIntent(deps, repos, next, 'delete', false);
  });
  await deps.bus.cast({ kind: 'wake', bayId: bay.id });
  return { bayId: bay.id, generation: next.generation, warnings: [] };
}

function withOperation(deps: AppDeps, bay: Bay, operation: Operation): Bay {
  return {
    ...bay,
    generation: bay.generation + 1,
    updatedAt: deps.clock.now(),
    observed: { ...bay.observed, status: STATUS_OF[operation].running, statusReason: null },
  };
}

function changedMeanwhile(bay: Bay): DomainError {
  return new DomainError(
    'conflict',
    `Bay ${bay.id} was changed by another request at the same time. Look at it again, then repeat the request.`,
  );
}
