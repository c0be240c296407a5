import { trusteeUsername } from '../../domain/actor.js';
import type { Trustee } from '../../domain/reconciler-state.js';
import { bayEvent } from '../../domain/bay-event.js';
import { baySecretRefs } from '../../domain/bay-secrets.js';
import { awaitsCredential, enrolmentKeyRef, trusteePasswordRef } from '../../domain/credential.js';
import { factsRequest } from '../../domain/facts-request.js';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import { postInstallRef } from '../../domain/post-install.js';
import { referencesOf } from '../../domain/rotation.js';
import type { Lease } from '../../ports/store.js';
import { ensureMainPairs, type AuthorityDeps } from './key-pairs.js';
import { ensurePostInstall, type PostInstallDeps } from './post-install.js';
import { ensureAccount, ensureTrusts, releaseTrusts, type TrustDeps } from './trusts.js';
import type { BayState } from '../bay-state.js';
import { saveState, saveWithEvents } from '../save-state.js';
import type { ConductorDeps } from '../deps.js';
import { accessOf } from '../desired.js';

export type ReleaseSupportDeps = TrustDeps & Pick<ConductorDeps, 'cloud' | 'engines'>;
export type EnsureDeps = TrustDeps & AuthorityDeps & PostInstallDeps & Pick<ConductorDeps, 'cloud' | 'clock' | 'engines'>;

/**
 * Makes everything that rendering a stack needs. Each part is looked up before it is made, so that a crash after any of them
 * can be repeated.
 */
export async function ensureSupport(deps: EnsureDeps, lease: Lease, state: BayState, signal: AbortSignal): Promise<BayState> {
  const known = await ensureNextTrustee(deps, lease, await ensureTrustee(deps, lease, state, signal), signal);
  const delegated = await ensureTrusts(deps, lease, known, signal);
  requireNextTrust(deps, delegated);
  const certified = await ensureCertificates(deps, lease, delegated);
  const located = await ensureFacts(deps, lease, certified, signal);
  return ensurePostInstall(deps, { lease, state: located }, signal);
}

/** The account under which the bay's nodes call this service. */
async function ensureTrustee(deps: EnsureDeps, lease: Lease, state: BayState, signal: AbortSignal): Promise<BayState> {
  if (state.support.trustee) return state;
  const trustee = await makeTrustee(deps, state, state.support.credentialGeneration, signal);
  return saveState(deps, { lease, state }, { trustee });
}

/**
 * The account of the nodes' next credential. Old and new are both valid until the last node has reported that it holds the new
 * one.
 */
async function ensureNextTrustee(deps: EnsureDeps, lease: Lease, state: BayState, signal: AbortSignal): Promise<BayState> {
  const { bay, support } = state;
  if (!awaitsCredential(bay, support) || support.nextTrustee) return state;
  const nextTrustee = await makeTrustee(deps, state, bay.desired.credentialGeneration, signal);
  const reason = 'Rotation of the credential: nodes fetch the new credential; the old one stays valid until every node holds it.';
  const event = bayEvent(bay, { kind: 'status', status: bay.observed.status, reason }, deps.clock.now());
  return saveWithEvents(deps, { lease, state }, { change: { nextTrustee }, events: [event] });
}

async function makeTrustee(deps: EnsureDeps, { bay }: BayState, generation: number, signal: AbortSignal): Promise<Trustee> {
  const username = trusteeUsername(bay, generation);
  const passwordRef = trusteePasswordRef(bay.id, generation);
  const { userId, domainId } = await ensureAccount(deps, { username, passwordRef }, signal);
  return { userId, domainId, username, passwordRef };
}

/** Refuses a new credential with fewer rights than the one that it replaces. */
function requireNextTrust(deps: Pick<EnsureDeps, 'identity' | 'trustRules'>, { support }: BayState): void {
  const { nextTrustee } = support;
  if (!deps.identity.trusts || !deps.trustRules.forNodes || !nextTrustee || nextTrustee.trustId) return;
  throw new DomainError(
    'cloud-refused',
    'The new credential of the nodes needs a trust of the owner, and the request left no token to make one with. ' +
      'Rotate the credential again with a token of the project.',
  );
}

async function ensureCertificates(deps: EnsureDeps, lease: Lease, state: BayState): Promise<BayState> {
  if (state.support.caRef && state.support.clientRef) return state;
  return saveState(deps, { lease, state }, await ensureMainPairs(deps, state, state.support.caGeneration));
}

async function ensureFacts(deps: EnsureDeps, lease: Lease, state: BayState, signal: AbortSignal): Promise<BayState> {
  if (state.support.facts) return state;
  const needs = deps.engines.driverOf(state.model).cloudNeeds(state.bay.desired);
  const facts = await deps.cloud.facts(factsRequest(state, needs), accessOf(state), signal);
  return saveState(deps, { lease, state }, { facts });
}

/** Deletes all of the above, from any partial state. The account is deleted last, because the other parts may need it. */
export async function releaseSupport(deps: ReleaseSupportDeps, state: BayState, signal: AbortSignal): Promise<void> {
  const { bay, support } = state;
  const generations = new Set([support.caGeneration, support.rotation?.generation ?? 0, bay.desired.caGeneration]);
  const refs = [
    ...[...generations].flatMap((generation) => referencesOf(bay.id, generation)),
    ...deps.engines.secretNames().flatMap((name) => baySecretRefs(bay.id, name, Math.max(...generations))),
    enrolmentKeyRef(bay.id),
  ];
  await deps.cloud.releaseFacts(state.bay.id, signal);
  if (support.postInstall) await deps.store.write((repos) => repos.secrets.delete(postInstallRef(bay.id)));
  await releaseTrusts(deps, state, signal);
  for (const ref of refs) await deps.vault.delete(ref);
  for (const generation of new Set([support.credentialGeneration, bay.desired.credentialGeneration])) {
    await deps.vault.delete(trusteePasswordRef(bay.id, generation));
    const username = trusteeUsername(bay, generation);
    const known = [support.trustee, support.nextTrustee].find((trustee) => trustee?.username === username);
    await deps.identity.deleteTrustee(username, signal, known?.userId);
  }
}

export function missing(what: string, bayId: BayId): DomainError {
  return new DomainError('internal', `${what} of bay ${bayId} is missing.`);
}
