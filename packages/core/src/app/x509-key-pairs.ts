import type { X509KeyPairId } from '../domain/ids.js';
import { Secret } from '../domain/secret.js';
import { keyContext, type X509KeyPair } from '../domain/x509-key-pair.js';
import type { New, Page } from '../ports/store.js';
import { ownRows, owningProject, type Access, type AppDeps } from './deps.js';
import { findBayInBody, findX509KeyPair } from './find.js';
import { requireRowRoom } from './row-limits.js';

export interface CreateX509KeyPair {
  readonly bay: string;
  readonly name: string | null;
  readonly caCertificate: string | null;
  readonly certificate: string | null;
  readonly privateKey: Secret | null;
}

/** A key pair with its private key in the open; null also for callers who may not see it. */
export interface X509KeyPairView {
  readonly pair: X509KeyPair;
  readonly privateKey: Secret | null;
}

/** A list is seen by every reader of the project, and no private key is in it. */
export async function listX509KeyPairs(deps: AppDeps, access: Access, page: Page): Promise<readonly X509KeyPairView[]> {
  deps.policy.require(access.action, access.actor);
  const pairs = await deps.store.read((repos) => repos.x509KeyPairs.list(ownRows(access.actor), page));
  return pairs.map((pair) => ({ pair, privateKey: null }));
}

export async function getX509KeyPair(deps: AppDeps, access: Access, ident: string): Promise<X509KeyPairView> {
  const pair = await findX509KeyPair(deps, access, ident);
  const rule = access.policies.privateKey;
  const isShown =
    rule !== undefined && deps.policy.allows(rule, access.actor, { projectId: pair.projectId, userId: pair.userId });
  return isShown ? unsealKeyPair(deps, pair) : { pair, privateKey: null };
}

export async function createX509KeyPair(deps: AppDeps, access: Access, wanted: CreateX509KeyPair): Promise<X509KeyPairView> {
  const { actor } = access;
  deps.policy.require(access.action, actor);
  const { bay } = await findBayInBody(deps, { ...access, action: 'bay:get' }, { field: 'bay_uuid', ident: wanted.bay });
  const id = deps.random.uuid() as X509KeyPairId; // a new UUID is an id by being given here
  const pair: New<X509KeyPair> = {
    id,
    bayId: bay.id,
    projectId: owningProject(actor),
    userId: actor.userId,
    name: wanted.name,
    caCertificate: wanted.caCertificate,
    certificate: wanted.certificate,
    sealedPrivateKey: wanted.privateKey && deps.sealer.seal(wanted.privateKey.reveal(), keyContext(id)),
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'x509KeyPair', pair.projectId);
    await repos.x509KeyPairs.insert(pair);
  });
  return { pair: { ...pair, sequence: 0 }, privateKey: wanted.privateKey };
}

export async function deleteX509KeyPair(deps: AppDeps, access: Access, ident: string): Promise<void> {
  const { id } = await findX509KeyPair(deps, access, ident);
  await deps.store.write((repos) => repos.x509KeyPairs.delete(id));
}

function unsealKeyPair(deps: AppDeps, pair: X509KeyPair): X509KeyPairView {
  const sealed = pair.sealedPrivateKey;
  return { pair, privateKey: sealed === null ? null : new Secret(deps.sealer.open(sealed, keyContext(pair.id))) };
}
