import { credentialContext, wantedCredential } from '../domain/credential.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { Secret } from '../domain/secret.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay, shown } from './find.js';

/** What a node should log in with. `password`: null where the caller holds this credential already. */
export interface NodeCredential {
  readonly bayId: BayId;
  /** Counted from 0. */
  readonly generation: number;
  readonly userId: string;
  readonly password: Secret | null;
  readonly trustId: string | null;
}

/** Every node asks now and then: only where there is something new, a conductor is asked for it. */
export async function getCredential(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<NodeCredential> {
  const { bay } = await findBay(deps, access, ident);
  const { generation, trustee } = wantedCredential(bay, await deps.store.read((repos) => repos.support.get(bay.id)));
  if (trustee && access.actor.trusteeOf?.generation === generation)
    return { bayId: bay.id, generation, userId: trustee.userId, password: null, trustId: trustee.trustId ?? null };
  const { sealedPassword, ...newest } = await deps.bus.call(
    'credential.newest',
    { bayId: bay.id },
    { timeoutMs: QUESTION_MS, signal },
  );
  return { bayId: bay.id, ...newest, password: new Secret(deps.sealer.open(sealedPassword, credentialContext(bay.id))) };
}

/** A node tells which credential it holds by asking with it. Errors: `node-not-found`, `forbidden` for who is no node. */
export async function confirmCredential(deps: AppDeps, access: Access, ident: string, nodeName: string): Promise<void> {
  const { bay } = await findBay(deps, access, ident);
  const { trusteeOf } = access.actor;
  if (!trusteeOf) throw new DomainError('forbidden', 'Only the account of the nodes of a bay can tell what they hold.');
  const isKnown = await deps.store.write((repos) => repos.nodes.saveCredential(bay.id, nodeName, trusteeOf.generation));
  if (!isKnown)
    throw new DomainError('node-not-found', (words) => `Node ${shown(nodeName)} could not be found in this ${words.bay}.`);
}
