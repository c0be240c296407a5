import { trusteeUsername } from '../domain/actor.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { isCidr } from '../domain/labels.js';
import { Secret } from '../domain/secret.js';
import type { KeyPair } from '../ports/certificates.js';
import type { Lease } from '../ports/store.js';
import { ensureAccount, ensureTrusts, releaseTrusts, saveSupport } from './ensure-trusts.js';
import { accessOf, type BayWorld, type ConductorDeps } from './world.js';

/** What must stand before a stack can be rendered. Each part is asked for before it is made, so that any prefix can be repeated. */
export async function ensureSupport(deps: ConductorDeps, lease: Lease, world: BayWorld, signal: AbortSignal): Promise<BayWorld> {
  const delegated = await ensureTrusts(deps, lease, await ensureTrustee(deps, lease, world, signal), signal);
  const certified = await ensureCertificates(deps, lease, delegated);
  return ensureFacts(deps, lease, certified, signal);
}

/** The account under which the bay's nodes call home. Its password is in the vault before the account exists. */
async function ensureTrustee(deps: ConductorDeps, lease: Lease, world: BayWorld, signal: AbortSignal): Promise<BayWorld> {
  if (world.support.trustee) return world;
  const username = trusteeUsername(world.bay);
  const passwordRef = `bay/${world.bay.id}/trustee-password`;
  const { userId, domainId } = await ensureAccount(deps, { username, passwordRef }, signal);
  return saveSupport(deps, lease, world, { trustee: { userId, domainId, username, passwordRef } });
}

async function ensureCertificates(deps: ConductorDeps, lease: Lease, world: BayWorld): Promise<BayWorld> {
  if (world.support.caRef && world.support.clientRef) return world;
  const caRef = `bay/${world.bay.id}/ca`;
  const clientRef = `bay/${world.bay.id}/client`;
  const ca = await keptPair(deps, caRef, () => deps.authority.createCa(world.bay.name, deps.signingRules));
  await keptPair(deps, clientRef, () => deps.authority.createClient(ca, deps.signingRules));
  return saveSupport(deps, lease, world, { caRef, clientRef });
}

async function keptPair(deps: ConductorDeps, ref: string, make: () => Promise<KeyPair>): Promise<KeyPair> {
  const known = await loadKeyPair(deps, ref);
  if (known) return known;
  const { certificate, privateKey } = await make();
  // Another conductor may have been faster while the key was made: what rests in the vault is the truth.
  return opened(await deps.vault.keep(ref, new Secret(JSON.stringify({ certificate, privateKey: privateKey.reveal() }))));
}

/** A key pair out of the vault. */
export async function loadKeyPair(deps: Pick<ConductorDeps, 'vault'>, ref: string): Promise<KeyPair | undefined> {
  const secret = await deps.vault.get(ref);
  return secret && opened(secret);
}

function opened(secret: Secret): KeyPair {
  // Written by keptPair alone.
  const { certificate, privateKey } = JSON.parse(secret.reveal()) as { certificate: string; privateKey: string };
  return { certificate, privateKey: new Secret(privateKey) };
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
    accessOf(world),
    signal,
  );
  return saveSupport(deps, lease, world, { facts });
}

/** Undoes all of the above, from any half-made state. The account goes last: until then the rest could still need it. */
export async function releaseSupport(deps: ConductorDeps, world: BayWorld, signal: AbortSignal): Promise<void> {
  await deps.cloud.releaseFacts(world.bay.id, signal);
  await releaseTrusts(deps, world, signal);
  for (const name of ['ca', 'client', 'trustee-password']) await deps.vault.delete(`bay/${world.bay.id}/${name}`);
  await deps.identity.deleteTrustee(trusteeUsername(world.bay), signal);
}

export function missing(what: string, bayId: BayId): DomainError {
  return new DomainError('internal', `${what} of bay ${bayId} is missing.`);
}
