import { trusteeUsername } from '../domain/actor.js';
import type { BaySupport } from '../domain/bay-support.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { isCidr } from '../domain/labels.js';
import { referencesOf } from '../domain/rotation.js';
import { Secret } from '../domain/secret.js';
import type { Lease } from '../ports/store.js';
import { ensureMainPairs } from './authorities.js';
import { accessOf, type BayWorld, type ConductorDeps } from './world.js';

/** What must stand before a stack can be rendered. Each part is asked for before it is made, so that any prefix can be repeated. */
export async function ensureSupport(deps: ConductorDeps, lease: Lease, world: BayWorld, signal: AbortSignal): Promise<BayWorld> {
  const delegated = await ensureDelegation(deps, lease, world, signal);
  const certified = await ensureCertificates(deps, lease, delegated);
  return ensureFacts(deps, lease, certified, signal);
}

/** The account under which the bay's nodes call home. Its password is in the vault before the account exists. */
async function ensureDelegation(deps: ConductorDeps, lease: Lease, world: BayWorld, signal: AbortSignal): Promise<BayWorld> {
  if (world.support.trustee) return world;
  const username = trusteeUsername(world.bay);
  const passwordRef = `bay/${world.bay.id}/trustee-password`;
  const password = (await deps.vault.get(passwordRef)) ?? newPassword(deps);
  await deps.vault.put(passwordRef, password);
  const account = await deps.identity.ensureTrustee(username, password, signal);
  return saved(deps, lease, world, { trustee: { ...account, username, passwordRef } });
}

/** Two groups of symbols would do; 24 bytes in base64url are stronger and as easy to carry. */
function newPassword(deps: ConductorDeps): Secret {
  return new Secret(Buffer.from(deps.random.bytes(24)).toString('base64url'));
}

async function ensureCertificates(deps: ConductorDeps, lease: Lease, world: BayWorld): Promise<BayWorld> {
  if (world.support.caRef && world.support.clientRef) return world;
  return saved(deps, lease, world, await ensureMainPairs(deps, world, world.support.caGeneration));
}

async function ensureFacts(deps: ConductorDeps, lease: Lease, world: BayWorld, signal: AbortSignal): Promise<BayWorld> {
  if (world.support.facts) return world;
  const { bay, model } = world;
  const cidr = bay.desired.labels['fixed_subnet_cidr'];
  const facts = await deps.cloud.facts(
    {
      bayId: bay.id,
      externalNetwork: model.externalNetworkId,
      fixedNetwork: bay.desired.fixedNetwork,
      fixedSubnet: bay.desired.fixedSubnet,
      fixedSubnetCidr: cidr !== undefined && isCidr(cidr) ? cidr : undefined,
      dockerVolumeType: bay.desired.labels['docker_volume_type'],
    },
    accessOf(bay),
    signal,
  );
  return saved(deps, lease, world, { facts });
}

async function saved(deps: ConductorDeps, lease: Lease, world: BayWorld, added: Partial<BaySupport>): Promise<BayWorld> {
  const support = { ...world.support, ...added };
  await deps.store.writeUnder(lease, (repos) => repos.support.save(world.bay.id, support));
  return { ...world, support };
}

/** Undoes all of the above, from any half-made state. The account goes last: until then the rest could still need it. */
export async function releaseSupport(deps: ConductorDeps, world: BayWorld, signal: AbortSignal): Promise<void> {
  const { bay, support } = world;
  const generations = new Set([support.caGeneration, support.rotation?.generation ?? 0, bay.desired.caGeneration]);
  const refs = [...generations].flatMap((generation) => referencesOf(bay.id, generation));
  for (const ref of [...refs, `bay/${bay.id}/trustee-password`]) await deps.vault.delete(ref);
  await deps.cloud.releaseFacts(world.bay.id, signal);
  await deps.identity.deleteTrustee(trusteeUsername(world.bay), signal);
}

export function missing(what: string, bayId: BayId): DomainError {
  return new DomainError('internal', `${what} of bay ${bayId} is missing.`);
}
