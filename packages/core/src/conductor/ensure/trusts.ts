import { delegateUsername } from '../../domain/actor.js';
import { requestTokenRef, type ReconcilerState, type Trustee } from '../../domain/reconciler-state.js';
import { DomainError, isDomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import { Secret } from '../../domain/secret.js';
import type { TrusteeAccount, Trusts } from '../../ports/identity.js';
import type { Lease } from '../../ports/store.js';
import type { BayState } from '../bay-state.js';
import { saveState } from '../save-state.js';
import type { ConductorDeps, Fence } from '../deps.js';

export type TrustDeps = Fence & Pick<ConductorDeps, 'identity' | 'delegation' | 'trustRules' | 'vault' | 'random' | 'store'>;

/**
 * Makes the trust under which the service acts for the bay's owner. An account of the bay holds it that the nodes do not know.
 * Each request for a change leaves a token, so that a trust whose trustor was deleted is replaced by one of the user who
 * changes the bay next.
 */
export async function ensureTrusts(deps: TrustDeps, lease: Lease, state: BayState, signal: AbortSignal): Promise<BayState> {
  const { trusts } = deps.identity;
  const { delegation } = deps;
  if (!trusts || !delegation) return state;
  const isAccepted = state.bay.observed.acceptedGeneration >= (state.intent?.generation ?? 0);
  if (state.support.delegate && isAccepted) return state;
  const ownerToken = await requestToken(deps, delegation, state);
  if (!ownerToken) {
    if (state.support.delegate) return state;
    throw new DomainError(
      'cloud-refused',
      'The service has no trust to act for the owner. Update it with a token of its project, or delete it.',
    );
  }
  const owner = { trusts, token: ownerToken };
  const delegate = await ensureDelegate(deps, owner, state, signal);
  const trustee = await ensureNodesTrust(deps, owner, state.support.trustee, signal);
  const nextTrustee = await ensureNodesTrust(deps, owner, state.support.nextTrustee, signal);
  return saveState(deps, { lease, state }, { delegate, trustee, nextTrustee });
}

interface Owner {
  readonly trusts: Trusts;
  readonly token: Secret;
}

/** Heat delegates the trust to itself, for each stack and once more for each nested one. */
const REDELEGATIONS = 3;

async function ensureDelegate(
  deps: TrustDeps,
  owner: Owner,
  state: BayState,
  signal: AbortSignal,
): Promise<NonNullable<ReconcilerState['delegate']>> {
  const passwordRef = delegatePasswordRef(state.bay.id);
  const { userId, password } =
    (await knownAccount(deps, state)) ??
    (await ensureAccount(deps, { username: delegateUsername(state.bay), passwordRef }, signal));
  await deps.stillHeld();
  const trustId = await owner.trusts.ensure(
    {
      trustee: { userId, password },
      ownerToken: owner.token,
      roles: deps.trustRules.delegateRoles,
      // Stacks are made with a member's rights: the bay of an administrator must not hold the rights of the cloud's
      // administration.
      isLeast: true,
      redelegations: REDELEGATIONS,
    },
    signal,
  );
  return { userId, passwordRef, trustId };
}

/** The account that holds the trust already; its password is not changed. */
async function knownAccount(
  deps: TrustDeps,
  { support }: BayState,
): Promise<{ readonly userId: string; readonly password: Secret } | undefined> {
  const password = support.delegate ? await deps.vault.get(support.delegate.passwordRef) : undefined;
  return support.delegate && password ? { userId: support.delegate.userId, password } : undefined;
}

/**
 * Makes the nodes' own trust, where the operator allows it; nodes cannot delegate it further:
 * docs/contract/conductor.md#trusts.
 */
async function ensureNodesTrust(
  deps: TrustDeps,
  owner: Owner,
  trustee: Trustee | null,
  signal: AbortSignal,
): Promise<Trustee | null> {
  if (!deps.trustRules.forNodes || !trustee) return trustee;
  const password = await deps.vault.get(trustee.passwordRef);
  if (!password) throw new DomainError('internal', `The password ${trustee.passwordRef} is not in the vault.`);
  await deps.stillHeld();
  const trustId = await owner.trusts.ensure(
    {
      trustee: { userId: trustee.userId, password },
      ownerToken: owner.token,
      roles: deps.trustRules.roles,
      redelegations: 0,
    },
    signal,
  );
  return { ...trustee, trustId };
}

async function requestToken(
  deps: TrustDeps,
  sealer: NonNullable<TrustDeps['delegation']>,
  state: BayState,
): Promise<Secret | undefined> {
  const ref = requestTokenRef(state.bay.id);
  const sealed = await deps.store.read((repos) => repos.secrets.get(ref));
  return sealed === undefined ? undefined : new Secret(sealer.open(sealed, ref));
}

/**
 * Keystone deletes trusts with their account; they are deleted before it, so that an account whose deletion fails holds no
 * rights.
 */
export async function releaseTrusts(deps: TrustDeps, state: BayState, signal: AbortSignal): Promise<void> {
  const { trusts } = deps.identity;
  if (!trusts || !deps.delegation) return;
  const passwordRef = delegatePasswordRef(state.bay.id);
  const { delegate, trustee, nextTrustee } = state.support;
  for (const holder of [delegate, trustee, nextTrustee]) await endTrust(deps, holder, signal);
  await deps.identity.deleteTrustee(delegateUsername(state.bay), signal, delegate?.userId);
  await deps.vault.delete(passwordRef);
  await deps.store.write((repos) => repos.secrets.delete(requestTokenRef(state.bay.id)));
}

/**
 * Deletes a holder's trust, before its account is deleted. A trust that does not exist is success, and so is an account that gets no answer when it logs in:
 * Keystone answers nothing to one that a login has brought back while it was deleted, however often it is asked, and deletes the trust with the account.
 */
export async function endTrust(
  deps: Pick<TrustDeps, 'identity' | 'vault'>,
  holder: Pick<Trustee, 'userId' | 'passwordRef' | 'trustId'> | null,
  signal: AbortSignal,
): Promise<void> {
  if (!holder?.trustId) return;
  const password = await deps.vault.get(holder.passwordRef);
  if (!password) return;
  try {
    await deps.identity.trusts?.delete(holder.trustId, { userId: holder.userId, password }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isDomainError(error, 'cloud-unavailable')) throw error;
  }
}

export function delegatePasswordRef(bayId: BayId): string {
  return `bay/${bayId}/delegate-password`;
}

/** Finds or makes an account. Its password is stored before the account exists, so that a repeated pass finds both. */
export async function ensureAccount(
  deps: Pick<TrustDeps, 'identity' | 'vault' | 'random' | 'stillHeld'>,
  wanted: { readonly username: string; readonly passwordRef: string },
  signal: AbortSignal,
): Promise<TrusteeAccount & { readonly password: Secret }> {
  const known = await deps.vault.get(wanted.passwordRef);
  const password = known ?? newPassword(deps);
  if (!known) await deps.vault.put(wanted.passwordRef, password);
  await deps.stillHeld();
  return { ...(await deps.identity.ensureTrustee(wanted.username, password, signal)), password };
}

/** 24 random bytes in base64url: 192 bits, in characters that need no quoting in user data. */
function newPassword(deps: Pick<TrustDeps, 'random'>): Secret {
  return new Secret(Buffer.from(deps.random.bytes(24)).toString('base64url'));
}
