import { baySecretsContext, type BaySecretValue } from '../domain/bay-secrets.js';
import { credentialContext, wantedCredential } from '../domain/credential.js';
import { DomainError } from '../domain/errors.js';
import { isUuid, type BayId } from '../domain/ids.js';
import { Secret } from '../domain/secret.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay, printable } from './find.js';
import { provenNode, secretHashOf } from './node-proof.js';

/** What a node should log in with. `password`: null where the caller holds this credential already. */
export interface NodeCredential {
  readonly bayId: BayId;
  /** Counted from 0. */
  readonly generation: number;
  readonly userId: string;
  readonly password: Secret | null;
  readonly trustId: string | null;
  /** Private addresses of the bay's masters, as far as they are known. */
  readonly controlPlanes: readonly string[];
}

/** Every node asks now and then: only where there is something new, a conductor is asked for it. */
export async function getCredential(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<NodeCredential> {
  const { bay } = await findBay(deps, access, ident);
  await provenNode(deps, access, bay.id);
  const { generation, trustee } = wantedCredential(bay, await deps.store.read((repos) => repos.support.get(bay.id)));
  const controlPlanes = await deps.store.read((repos) => repos.nodes.masterAddresses(bay.id));
  if (trustee && access.actor.trusteeOf?.generation === generation) {
    const { userId, trustId = null } = trustee;
    return { bayId: bay.id, generation, userId, password: null, trustId, controlPlanes };
  }
  const { sealedPassword, ...newest } = await deps.bus.call(
    'credential.newest',
    { bayId: bay.id },
    { timeoutMs: QUESTION_MS, signal },
  );
  const password = new Secret(deps.sealer.open(sealedPassword, credentialContext(bay.id)));
  return { bayId: bay.id, ...newest, password, controlPlanes };
}

/** Records that a node holds the credential with which it asks. Errors: `node-not-found`, `forbidden` for a caller that is no node. */
export async function confirmCredential(deps: AppDeps, access: Access, ident: string, nodeName: string): Promise<void> {
  const { bay } = await findBay(deps, access, ident);
  const { trusteeOf } = access.actor;
  if (!trusteeOf) throw new DomainError('forbidden', 'Only the account of the nodes of a bay can tell what they hold.');
  await requireOwnName(deps, access, bay.id, nodeName);
  const isKnown = await deps.store.write((repos) => repos.nodes.saveCredential(bay.id, nodeName, trusteeOf.generation));
  if (!isKnown)
    throw new DomainError('node-not-found', (words) => `Node ${printable(nodeName)} could not be found in this ${words.bay}.`);
}

/** A node confirms for itself alone. One that cannot prove which node it is confirms only for nodes of that kind. */
async function requireOwnName(deps: AppDeps, access: Access, bayId: BayId, nodeName: string): Promise<void> {
  const own = await provenNode(deps, access, bayId);
  if (own === nodeName) return;
  const named = await deps.store.read((repos) => repos.nodes.enrolmentOf(bayId, nodeName));
  if (own === null && (!named || named.state === 'before')) return;
  throw new DomainError('forbidden', 'A node tells of itself alone.');
}

/** The bay's secrets that are for the role of the node that asks. Errors: `forbidden` for a node that cannot prove which it is, or whose role gets none. */
export async function getBaySecrets(
  deps: AppDeps,
  access: Access,
  ident: string,
  signal: AbortSignal,
): Promise<{ readonly bayId: BayId; readonly secrets: readonly BaySecretValue[] }> {
  const { bay } = await findBay(deps, access, ident);
  const nodeName = await provenNode(deps, access, bay.id);
  if (nodeName === null) throw new DomainError('forbidden', 'A node from before nodes had secrets gets no secret of its bay.');
  const { sealedSecrets } = await deps.bus.call(
    'secrets.ofNode',
    { bayId: bay.id, nodeName },
    { timeoutMs: QUESTION_MS, signal },
  );
  // Sealed by a conductor for this context, so it is what `secretsOfNode` has written.
  const secrets = JSON.parse(deps.sealer.open(sealedSecrets, baySecretsContext(bay.id))) as readonly BaySecretValue[];
  return { bayId: bay.id, secrets };
}

export interface WantedEnrolment {
  readonly bay: string;
  readonly nodeName: string;
  readonly token: string;
  readonly secret: string;
}

/**
 * Gives a new node the credential of its bay's nodes for its enrolment token, and notes the secret that it has made. Asked without
 * any other credential, so a wrong token, name or bay gets one and the same answer. Errors: `forbidden`.
 */
export async function enrolNode(deps: AppDeps, wanted: WantedEnrolment, signal: AbortSignal): Promise<NodeCredential> {
  const secretHash = secretHashOf(new Secret(wanted.secret));
  // The id is looked up as it is: no name will do here.
  const bayId = wanted.bay as BayId;
  const found = isUuid(bayId) ? await deps.store.read((repos) => repos.nodes.enrolmentOf(bayId, wanted.nodeName)) : undefined;
  const mayEnrol = found?.state === 'awaited' || (found?.state === 'done' && found.secretHash === secretHash);
  if (!mayEnrol) throw new DomainError('forbidden', 'The enrolment token belongs to no node that still has to enrol.');
  const question = { bayId, nodeName: wanted.nodeName, token: wanted.token, secretHash };
  const { sealedPassword, ...newest } = await deps.bus.call('node.enrol', question, { timeoutMs: QUESTION_MS, signal });
  const password = new Secret(deps.sealer.open(sealedPassword, credentialContext(bayId)));
  // A node joins where its user data says, and learns of the others at its first check.
  return { bayId, ...newest, password, controlPlanes: [] };
}
