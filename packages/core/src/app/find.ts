import type { Actor } from '../domain/actor.js';
import type { BayModel } from '../domain/bay-model.js';
import { DomainError, type ErrorName } from '../domain/errors.js';
import type { BayRow, NodeRow } from '../ports/store.js';
import type { Container } from '../domain/workload.js';
import { ownRows, type Access, type AppDeps } from './deps.js';

type FindDeps = Pick<AppDeps, 'store' | 'policy'>;

/** By UUID or name among the caller's bays; the policy is asked about the bay found. Errors: `bay-not-found`, `not-unique`, `forbidden`. */
export async function findBay(deps: FindDeps, access: Access, ident: string): Promise<BayRow> {
  const { actor } = access;
  const rows = (await deps.store.read((repos) => repos.bays.find(ident, ownRows(actor)))).filter((row) => isVisible(actor, row));
  const row = only(rows, ident, { kind: 'bay-not-found', noun: 'Bay' });
  deps.policy.require(access.action, actor, { projectId: row.bay.projectId, userId: row.bay.userId, bayId: row.bay.id });
  return row;
}

/** The account of a bay's nodes sees its own bay alone. */
function isVisible(actor: Actor, row: BayRow): boolean {
  return actor.trusteeOf === null || actor.trusteeOf.bayId === row.bay.id;
}

export async function findBayModel(deps: FindDeps, actor: Actor, ident: string): Promise<BayModel> {
  const models = await deps.store.read((repos) => repos.bayModels.find(ident, ownRows(actor)));
  return only(models, ident, { kind: 'bay-model-not-found', noun: 'BayModel' });
}

export async function findNode(deps: FindDeps, access: Access, ident: string): Promise<NodeRow> {
  deps.policy.require(access.action, access.actor);
  const rows = await deps.store.read((repos) => repos.nodes.find(ident, ownRows(access.actor)));
  return only(rows, ident, { kind: 'node-not-found', noun: 'Node' });
}

export async function findContainer(deps: FindDeps, access: Access, ident: string): Promise<Container> {
  const containers = await deps.store.read((repos) => repos.containers.find(ident, ownRows(access.actor)));
  const container = only(containers, ident, { kind: 'container-not-found', noun: 'Container' });
  deps.policy.require(access.action, access.actor, { projectId: container.projectId, userId: container.userId });
  return container;
}

function only<T>(found: readonly T[], ident: string, words: { readonly kind: ErrorName; readonly noun: string }): T {
  const [first, second] = found;
  if (first === undefined) throw new DomainError(words.kind, `${words.noun} ${shown(ident)} could not be found.`);
  if (second === undefined) return first;
  throw new DomainError(
    'not-unique',
    `Multiple ${words.noun.toLowerCase()}s exist with same name ${shown(ident)}. Please use the uuid instead.`,
  );
}

/** What a caller typed is echoed short and without control characters. */
function shown(ident: string): string {
  return ident.slice(0, 255).replaceAll(/[\u0000-\u001f\u007f]/g, '?');
}
