import { delegateUsername } from '../../domain/actor.js';
import { requestTokenRef, type ReconcilerState, type Trustee } from '../../domain/reconciler-state.js';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import { Secret } from '../../domain/secret.js';
import type { TrusteeAccount, Trusts } from '../../ports/identity.js';
import type { Lease } from '../../ports/store.js';
import type { BayState, ConductorDeps } from '../bay-state.js';

/**
 * The right to act for the bay's owner, held by an account of the bay that its nodes do not know. Each change that was asked for
 * leaves a token, so that a trust whose giver is gone is replaced by one of whoever changes the bay next.
 */
export async function ensureTrusts(deps: ConductorDeps, lease: Lease, world: BayState, signal: AbortSignal): Promise<BayState> {
  const { trusts } = deps.identity;
  const { delegation } = deps;
  if (!trusts || !delegation) return world;
  const isTold = world.bay.observed.acceptedGeneration >= (world.intent?.generation ?? 0);
  if (world.support.delegate && isTold) return world;
  const ownerToken = await requestToken(deps, delegation, world);
  if (!ownerToken) {
    if (world.support.delegate) return world;
    throw new DomainError(
      'cloud-refused',
      'The service has no trust to act for the owner. Update it with a token of its project, or delete it.',
    );
  }
  const owner = { trusts, token: ownerToken };
  const delegate = await ensureDelegate(deps, owner, world, signal);
  const trustee = await ensureNodesTrust(deps, owner, world.support.trustee, signal);
  const nextTrustee = await ensureNodesTrust(deps, owner, world.support.nextTrustee, signal);
  return saveSupport(deps, lease, world, { delegate, trustee, nextTrustee });
}

interface Owner {
  readonly trusts: Trusts;
  readonly token: Secret;
}

/** Heat hands the trust on to itself, for each stack and once more for each nested one. */
const REDELEGATIONS = 3;

async function ensureDelegate(
  deps: ConductorDeps,
  owner: Owner,
  world: BayState,
  signal: AbortSignal,
): Promise<NonNullable<ReconcilerState['delegate']>> {
  const passwordRef = delegatePasswordRef(world.bay.id);
  const { userId, password } =
    (await knownAccount(deps, world)) ??
    (await ensureAccount(deps, { username: delegateUsername(world.bay), passwordRef }, signal));
  await deps.stillHeld?.();
  const trustId = await owner.trusts.ensure(
    {
      trustee: { userId, password },
      ownerToken: owner.token,
      roles: deps.trustRules?.delegateRoles ?? [],
      // Stacks are made with what a member has: an administrator's bay must not carry the cloud's administration with it.
      isLeast: true,
      redelegations: REDELEGATIONS,
    },
    signal,
  );
  return { userId, passwordRef, trustId };
}

/** An account that works is left alone. */
async function knownAccount(
  deps: ConductorDeps,
  { support }: BayState,
): Promise<{ readonly userId: string; readonly password: Secret } | undefined> {
  const password = support.delegate ? await deps.vault.get(support.delegate.passwordRef) : undefined;
  return support.delegate && password ? { userId: support.delegate.userId, password } : undefined;
}

/** Nodes act for the owner only where the operator says so, and cannot hand that on: docs/contract/conductor.md#trusts. */
async function ensureNodesTrust(
  deps: ConductorDeps,
  owner: Owner,
  trustee: Trustee | null,
  signal: AbortSignal,
): Promise<Trustee | null> {
  if (!deps.trustRules?.forNodes || !trustee) return trustee;
  const password = await deps.vault.get(trustee.passwordRef);
  if (!password) throw new DomainError('internal', `The password ${trustee.passwordRef} is not in the vault.`);
  await deps.stillHeld?.();
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
  deps: ConductorDeps,
  sealer: NonNullable<ConductorDeps['delegation']>,
  world: BayState,
): Promise<Secret | undefined> {
  const ref = requestTokenRef(world.bay.id);
  const sealed = await deps.store.read((repos) => repos.secrets.get(ref));
  return sealed === undefined ? undefined : new Secret(sealer.open(sealed, ref));
}

/** Deleting an account ends its trusts; they are ended first, so that an account that cannot be deleted holds nothing. */
export async function releaseTrusts(deps: ConductorDeps, world: BayState, signal: AbortSignal): Promise<void> {
  const { trusts } = deps.identity;
  if (!trusts || !deps.delegation) return;
  const passwordRef = delegatePasswordRef(world.bay.id);
  const { delegate, trustee, nextTrustee } = world.support;
  for (const holder of [delegate, trustee, nextTrustee]) await endTrust(deps, holder, signal);
  await deps.identity.deleteTrustee(delegateUsername(world.bay), signal);
  await deps.vault.delete(passwordRef);
  await deps.store.write((repos) => repos.secrets.delete(requestTokenRef(world.bay.id)));
}

/** Ending what has ended is success. */
export async function endTrust(
  deps: ConductorDeps,
  holder: Pick<Trustee, 'userId' | 'passwordRef' | 'trustId'> | null,
  signal: AbortSignal,
): Promise<void> {
  if (!holder?.trustId) return;
  const password = await deps.vault.get(holder.passwordRef);
  if (password) await deps.identity.trusts?.delete(holder.trustId, { userId: holder.userId, password }, signal);
}

export function delegatePasswordRef(bayId: BayId): string {
  return `bay/${bayId}/delegate-password`;
}

/** Its password rests in the vault before the account exists, so that a second try finds both. */
export async function ensureAccount(
  deps: ConductorDeps,
  wanted: { readonly username: string; readonly passwordRef: string },
  signal: AbortSignal,
): Promise<TrusteeAccount & { readonly password: Secret }> {
  const known = await deps.vault.get(wanted.passwordRef);
  const password = known ?? newPassword(deps);
  if (!known) await deps.vault.put(wanted.passwordRef, password);
  await deps.stillHeld?.();
  return { ...(await deps.identity.ensureTrustee(wanted.username, password, signal)), password };
}

/** Two groups of symbols would do; 24 bytes in base64url are stronger and as easy to carry. */
function newPassword(deps: ConductorDeps): Secret {
  return new Secret(Buffer.from(deps.random.bytes(24)).toString('base64url'));
}

export async function saveSupport(
  deps: ConductorDeps,
  lease: Lease,
  world: BayState,
  added: Partial<ReconcilerState>,
): Promise<BayState> {
  const support = { ...world.support, ...added };
  await deps.store.writeUnder(lease, async (repos) => {
    await repos.support.save(world.bay.id, support);
    if (added.delegate) await repos.secrets.delete(requestTokenRef(world.bay.id));
  });
  return { ...world, support };
}
