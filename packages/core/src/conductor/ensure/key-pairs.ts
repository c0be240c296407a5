import { X509Certificate } from 'node:crypto';
import { DomainError } from '../../domain/errors.js';
import { authorityRef, authorityUse, clientRef, type Authority } from '../../domain/rotation.js';
import { Secret } from '../../domain/secret.js';
import type { KeyPair } from '../../ports/certificates.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps, Fence } from '../deps.js';

export type VaultDeps = Pick<ConductorDeps, 'vault'>;
export type AuthorityDeps = VaultDeps & Fence & Pick<ConductorDeps, 'authority' | 'signingRules'>;

/** A key pair out of the vault. */
export async function loadKeyPair(deps: VaultDeps, ref: string): Promise<KeyPair | undefined> {
  const secret = await deps.vault.get(ref);
  return secret && parseKeyPair(secret);
}

/**
 * The pair that the vault holds under the reference; made when there is none. Two conductors that make one at the same time get
 * the same pair.
 */
export async function keptPair(deps: VaultDeps & Fence, ref: string, make: () => Promise<KeyPair>): Promise<KeyPair> {
  const known = await loadKeyPair(deps, ref);
  if (known) return known;
  const { certificate, privateKey } = await make();
  await deps.stillHeld();
  return parseKeyPair(await deps.vault.keep(ref, new Secret(JSON.stringify({ certificate, privateKey: privateKey.reveal() }))));
}

function parseKeyPair(secret: Secret): KeyPair {
  // Only keptPair writes these secrets.
  const { certificate, privateKey } = JSON.parse(secret.reveal()) as { certificate: string; privateKey: string };
  return { certificate, privateKey: new Secret(privateKey) };
}

/** The main authority of a generation with this service's client certificate of it; made when they are absent. */
export async function ensureMainPairs(
  deps: AuthorityDeps,
  { bay }: Pick<BayState, 'bay'>,
  generation: number,
): Promise<{ readonly caRef: string; readonly clientRef: string; readonly certificatesUntil: string }> {
  const refs = { caRef: authorityRef(bay.id, 'main', generation), clientRef: clientRef(bay.id, generation) };
  const ca = await keptPair(deps, refs.caRef, () => deps.authority.createCa(bay.name, deps.signingRules));
  const client = await keptPair(deps, refs.clientRef, () => deps.authority.createClient(ca, deps.signingRules));
  return { ...refs, certificatesUntil: firstToExpire([ca, client]) };
}

function firstToExpire(pairs: readonly KeyPair[]): string {
  const ends = pairs.map(({ certificate }) => Date.parse(new X509Certificate(certificate).validTo));
  return new Date(Math.min(...ends)).toISOString();
}

/** The certificates to trust for the main authority, PEM, one after the other: two while it is being changed. */
export async function trustedBy(deps: VaultDeps, { bay, support }: BayState, generations?: readonly number[]): Promise<string> {
  const wanted = generations ?? authorityUse(support).trusted;
  const pairs = await Promise.all(wanted.map((generation) => loadKeyPair(deps, authorityRef(bay.id, 'main', generation))));
  return pairs.flatMap((pair) => (pair ? [pair.certificate] : [])).join('\n');
}

/**
 * The same for any authority. Engines use few of the others, so each is made at its first request: a new generation of it, too, when the
 * first node asks for it in a rotation.
 */
export async function bundleOf(deps: AuthorityDeps, state: BayState, authority: Authority): Promise<string> {
  if (!state.support.caRef) throw noCertificates(state);
  if (authority === 'main') {
    const found = await trustedBy(deps, state);
    if (found === '') throw noCertificates(state);
    return found;
  }
  const pairs: KeyPair[] = [];
  for (const generation of authorityUse(state.support).trusted) pairs.push(await otherPair(deps, state, authority, generation));
  return pairs.map(({ certificate }) => certificate).join('\n');
}

/** Errors: `engine-not-live` where the bay has no certificates yet. */
export async function signingPair(
  deps: AuthorityDeps,
  state: BayState,
  wanted: { readonly authority: Authority; readonly forNode: boolean },
): Promise<KeyPair> {
  const { bay, support } = state;
  if (!support.caRef) throw noCertificates(state);
  const use = authorityUse(support);
  const generation = wanted.forNode ? use.signsNodes : use.signsClients;
  if (wanted.authority !== 'main') return otherPair(deps, state, wanted.authority, generation);
  const pair = await loadKeyPair(deps, authorityRef(bay.id, 'main', generation));
  if (!pair) throw noCertificates(state);
  return pair;
}

/** It is deleted with the bay. */
async function otherPair(
  deps: AuthorityDeps,
  { bay }: Pick<BayState, 'bay'>,
  authority: Authority,
  generation: number,
): Promise<KeyPair> {
  if (bay.observed.status.startsWith('DELETE_IN')) throw new DomainError('bay-not-found', `Bay ${bay.id} is being deleted.`);
  return keptPair(deps, authorityRef(bay.id, authority, generation), () => deps.authority.createCa(bay.name, deps.signingRules));
}

function noCertificates({ bay }: BayState): DomainError {
  return new DomainError(
    'engine-not-live',
    `Bay ${bay.name} has no certificate authority yet: it is ${bay.observed.status}. Try again later.`,
  );
}
