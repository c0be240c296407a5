import type { Actor } from '../domain/actor.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError, isDomainError, type ErrorName } from '../domain/errors.js';
import type { Federation } from '../domain/federation.js';
import type { BayId } from '../domain/ids.js';
import type { BayRow, NodeGroupRow, NodeRow, Repositories, Visibility } from '../ports/store.js';
import type { Vocabulary, Words } from '../domain/words.js';
import type { Container } from '../domain/container.js';
import type { X509KeyPair } from '../domain/x509-key-pair.js';
import { ownRows, visibleRows, type Access, type AppDeps } from './deps.js';

type FindDeps = Pick<AppDeps, 'store' | 'policy'>;

/** By UUID or name among the caller's bays; the policy is asked about the bay found. Errors: `bay-not-found`, `not-unique`, `forbidden`. */
export async function findBay(deps: FindDeps, access: Access, ident: string): Promise<BayRow> {
  const { actor } = access;
  const visible = visibleRows(deps, access);
  const rows = (await deps.store.read((repos) => repos.bays.find(ident, visible))).filter((row) => isVisible(actor, row));
  const row = only(rows, ident, { kind: 'bay-not-found', noun: (words) => words.Bay });
  deps.policy.require(access.action, actor, { projectId: row.bay.projectId, userId: row.bay.userId, bayId: row.bay.id });
  return row;
}

/**
 * What belongs to a bay that was found a moment ago. It goes with the bay: only where there is nothing can the bay be gone, and then the answer
 * is not that it has nothing. Errors: `bay-not-found`.
 */
export async function readOfBay<T>(
  deps: Pick<AppDeps, 'store'>,
  { id }: Pick<BayRow['bay'], 'id'>,
  read: (repos: Repositories) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const { found, isThere } = await deps.store.read(async (repos) => {
    const items = await read(repos);
    return { found: items, isThere: items.length > 0 || (await repos.bays.get(id)) !== undefined };
  });
  if (isThere) return found;
  throw new DomainError('bay-not-found', (words) => `${words.Bay} ${id} could not be found.`);
}

/** The account of a bay's nodes sees its own bay alone. */
function isVisible(actor: Actor, row: BayRow): boolean {
  return actor.trusteeOf === null || actor.trusteeOf.bayId === row.bay.id;
}

export async function findBayModel(deps: FindDeps, access: Access, ident: string): Promise<BayModel> {
  const visible = visibleRows(deps, access);
  const models = await deps.store.read((repos) => repos.bayModels.find(ident, visible));
  return only(models, ident, { kind: 'bay-model-not-found', noun: (words) => words.BayModel });
}

/** The same for a model that a new bay names, where its number in the database will do too (docs/contract/lists.md#lookup). */
export async function findBayModelToUse(deps: FindDeps, access: Access, ident: string): Promise<BayModel> {
  return findModelAmong(deps, access, ident, ownRows(access.actor));
}

/** The same for an upgrade: an administrator who may upgrade the bays of all projects may name their models (docs/contract/lists.md#lookup). */
export async function findBayModelToUpgradeTo(deps: FindDeps, access: Access, ident: string): Promise<BayModel> {
  return findModelAmong(deps, access, ident, visibleRows(deps, access));
}

async function findModelAmong(deps: FindDeps, access: Access, ident: string, rows: Visibility): Promise<BayModel> {
  const visible = { ...rows, seesHidden: deps.policy.isAdministrator(access.actor) };
  const named = await deps.store.read((repos) => repos.bayModels.find(ident, visible));
  const numbered = named.length === 0 && access.vocabulary === 'cluster' && /^[1-9]\d{0,9}$/.test(ident);
  const models = numbered ? await deps.store.read((repos) => repos.bayModels.findNumber(Number(ident), visible)) : named;
  return only(models, ident, { kind: 'bay-model-not-found', noun: (words) => words.BayModel });
}

export async function findNode(deps: FindDeps, access: Access, ident: string): Promise<NodeRow> {
  deps.policy.require(access.action, access.actor);
  const rows = await deps.store.read((repos) => repos.nodes.find(ident, ownRows(access.actor)));
  return only(rows, ident, { kind: 'node-not-found', noun: () => 'Node' });
}

/** A bay that a body names: an unknown one is the body's fault, 400 rather than 404 (docs/contract/protocol.md#statuses). */
export async function findBayInBody(
  deps: FindDeps,
  access: Access,
  { field, ident }: { readonly field: string; readonly ident: string },
): Promise<BayRow> {
  try {
    return await findBay(deps, access, ident);
  } catch (error) {
    if (!isDomainError(error, 'bay-not-found')) throw error;
    throw new DomainError('invalid-parameter', { field, message: error.in(wordingOf(field)) });
  }
}

/** The wording of the field that names the bay decides how it is called. */
export function wordingOf(field: string): Vocabulary {
  return field.startsWith('cluster') ? 'cluster' : 'bay';
}

export async function findX509KeyPair(deps: FindDeps, access: Access, ident: string): Promise<X509KeyPair> {
  const pairs = await deps.store.read((repos) => repos.x509KeyPairs.find(ident, ownRows(access.actor)));
  const pair = only(pairs, ident, { kind: 'x509-key-pair-not-found', noun: () => 'X509KeyPair' });
  deps.policy.require(access.action, access.actor, { projectId: pair.projectId, userId: pair.userId });
  return pair;
}

export async function findContainer(deps: FindDeps, access: Access, ident: string): Promise<Container> {
  const containers = await deps.store.read((repos) => repos.containers.find(ident, ownRows(access.actor)));
  const container = only(containers, ident, { kind: 'container-not-found', noun: () => 'Container' });
  deps.policy.require(access.action, access.actor, { projectId: container.projectId, userId: container.userId });
  return container;
}

/** By UUID, name or number within its bay, with the addresses of its nodes. Errors: `node-group-not-found`, `not-unique`. */
export async function findNodeGroup(deps: Pick<AppDeps, 'store'>, bayId: BayId, ident: string): Promise<NodeGroupRow> {
  const found = await deps.store.read((repos) => repos.nodeGroups.find(bayId, ident));
  // A name that looks like another group's number is a name.
  const named = found.length > 1 ? found.filter(({ group }) => group.name === ident) : found;
  return only(named, ident, { kind: 'node-group-not-found', noun: () => 'Nodegroup' });
}

/** By UUID or name among the project's federations. Errors: `federation-not-found`, `not-unique`, `forbidden`. */
export async function findFederation(deps: FindDeps, access: Access, ident: string): Promise<Federation> {
  const { actor } = access;
  const found = await deps.store.read((repos) => repos.federations.find(ident, ownRows(actor)));
  const federation = only(found, ident, { kind: 'federation-not-found', noun: () => 'Federation' });
  deps.policy.require(access.action, actor, { projectId: federation.projectId, userId: '' });
  return federation;
}

function only<T>(
  found: readonly T[],
  ident: string,
  what: { readonly kind: ErrorName; readonly noun: (words: Words) => string },
): T {
  const [first, second] = found;
  if (first === undefined)
    throw new DomainError(what.kind, (words) => `${what.noun(words)} ${printable(ident)} could not be found.`);
  if (second === undefined) return first;
  throw new DomainError(
    'not-unique',
    (words) =>
      `Multiple ${what.noun(words).toLowerCase()}s exist with same name ${printable(ident)}. Please use the uuid instead.`,
  );
}

/** An identifier as the caller wrote it, short and without control characters, so that an error can repeat it safely. */
export function printable(ident: string): string {
  return ident.slice(0, 255).replaceAll(/[\u0000-\u001f\u007f]/g, '?');
}
