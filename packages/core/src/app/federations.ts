import type { Bay } from '../domain/bay.js';
import { STATUS_OF } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import { NEEDED_PROPERTY, type Federation } from '../domain/federation.js';
import type { BayId, FederationId } from '../domain/ids.js';
import { generatedName } from '../domain/names.js';
import { laterThan } from '../domain/time.js';
import type { Page } from '../ports/store.js';
import { ownRows, owningProject, type Access, type AppDeps } from './deps.js';
import { findBay, findFederation } from './find.js';
import { requireRowRoom } from './row-limits.js';

export interface CreateFederation {
  readonly name: string | null;
  readonly hostBay: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** `joining` and `leaving` are UUIDs or names of bays. */
export interface ChangeFederation {
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

export async function listFederations(deps: AppDeps, access: Access, page: Page): Promise<readonly Federation[]> {
  deps.policy.require(access.action, access.actor);
  return deps.store.read((repos) => repos.federations.list(ownRows(access.actor), page));
}

/** Keeps the record. Nothing can be done in the bays, and the federation's status says so: never a success that is none. */
export async function createFederation(deps: AppDeps, access: Access, wanted: CreateFederation): Promise<FederationId> {
  const { actor } = access;
  deps.policy.require(access.action, actor);
  requireProperty(wanted.properties);
  const { bay } = await findBay(deps, access, wanted.hostBay);
  const id = deps.random.uuid() as FederationId; // a new UUID is an id by being given here
  const federation = {
    id,
    projectId: owningProject(actor),
    name: wanted.name ?? generatedName('federation', (limit) => deps.random.below(limit)),
    hostBayId: bay.id,
    memberIds: [],
    properties: wanted.properties,
    status: STATUS_OF.create.failed,
    statusReason: await reasonFor(deps, bay),
    revision: 1,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'federation', federation.projectId);
    await repos.federations.insert(federation);
    await access.once?.made(repos, id);
  });
  return id;
}

/** Errors: `bay-not-found`, `conflict` for a member that joins again or a change at the same time, `not-found` for one that leaves and is none. */
export async function updateFederation(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (federation: Federation) => ChangeFederation,
): Promise<FederationId> {
  const federation = await findFederation(deps, access, ident);
  const wanted = change(federation);
  requireProperty(wanted.properties);
  const left = await leave(deps, access, federation.memberIds, wanted.leaving);
  const memberIds = await join(deps, access, left, wanted.joining);
  const next: Federation = {
    ...federation,
    memberIds,
    properties: wanted.properties,
    status: STATUS_OF.update.failed,
    revision: federation.revision + 1,
    updatedAt: laterThan(federation, deps.clock.now()),
  };
  if (await deps.store.write((repos) => repos.federations.save(next, federation.revision))) return federation.id;
  throw new DomainError(
    'conflict',
    `Federation ${federation.id} was changed by another request at the same time. Look at it again, then repeat the request.`,
  );
}

export async function deleteFederation(deps: AppDeps, access: Access, ident: string): Promise<void> {
  const federation = await findFederation(deps, access, ident);
  await deps.store.write((repos) => repos.federations.delete(federation.id));
}

async function join(
  deps: AppDeps,
  access: Access,
  members: readonly BayId[],
  idents: readonly string[],
): Promise<readonly BayId[]> {
  let joined = members;
  for (const ident of idents) {
    const { bay } = await findBay(deps, access, ident);
    if (joined.includes(bay.id)) throw new DomainError('conflict', `Cluster ${bay.id} is a member of the federation already.`);
    joined = [...joined, bay.id];
  }
  return joined;
}

/** A member whose bay is gone can leave by its UUID. */
async function leave(
  deps: AppDeps,
  access: Access,
  members: readonly BayId[],
  idents: readonly string[],
): Promise<readonly BayId[]> {
  let left = members;
  for (const ident of idents) {
    const id = left.find((member) => member === ident) ?? (await findBay(deps, access, ident)).bay.id;
    if (!left.includes(id)) throw new DomainError('not-found', `Cluster ${id} is not a member of the federation.`);
    left = left.filter((member) => member !== id);
  }
  return left;
}

function requireProperty(properties: Readonly<Record<string, string>>): void {
  if (Object.hasOwn(properties, NEEDED_PROPERTY)) return;
  throw new DomainError('invalid-parameter', {
    field: 'properties',
    message: `Invalid input for field/attribute properties. It must hold ${NEEDED_PROPERTY}: the zone in which members find each other.`,
  });
}

async function reasonFor(deps: AppDeps, bay: Bay): Promise<string> {
  const model = await deps.store.read((repos) => repos.bayModels.get(bay.desired.bayModelId));
  return `No driver of this service federates clusters of ${model?.coe ?? 'this engine'}: the record is kept, and nothing was changed in the clusters.`;
}
