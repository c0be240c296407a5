import type { BayId } from './ids.js';
import type { Labels } from './labels.js';
import type { Node } from './node.js';
import type { ReconcilerState } from './reconciler-state.js';
import { authorityUse } from './rotation.js';

/**
 * What a secret of a bay is made of. `key-pair`: a key and its public half, for signatures that no certificate vouches for. `authority`: a
 * certificate authority beside the bay's own, with its key. `random-key`: 32 random bytes.
 */
export const SECRET_MATERIALS = ['key-pair', 'authority', 'random-key'] as const;
export type SecretMaterial = (typeof SECRET_MATERIALS)[number];

/**
 * A secret that nodes of the same bay share, such as the key with which Kubernetes signs its service accounts. A driver declares it.
 *
 * The conductor makes the value once and keeps it in the vault. It is in no template and in no user data: a node that has proved which
 * node it is asks for it, and gets it only where its role is one of `roles`.
 */
export interface BaySecret {
  /** Letters, digits and dashes: part of the vault's reference, and of file names on the node. It never changes. */
  readonly name: string;
  readonly material: SecretMaterial;
  /**
   * Roles whose nodes get it. A driver that no longer uses a secret keeps its declaration with no roles, so that the secret of an earlier
   * bay is deleted with that bay.
   */
  readonly roles: readonly Node['role'][];
  /** Whether a bay with these labels has it; absent: every bay has. The labels that it reads are fixed when a bay is made. */
  isFor?(labels: Labels): boolean;
}

/** Those of a driver's secrets that a bay with these labels has. */
export function secretsFor(driver: { readonly secrets?: readonly BaySecret[] }, labels: Labels): readonly BaySecret[] {
  return (driver.secrets ?? []).filter((secret) => secret.isFor?.(labels) ?? true);
}

/** One value of a secret, in texts. Which of them it has depends on the material. */
export interface BaySecretValue {
  readonly name: string;
  readonly material: SecretMaterial;
  /** Counted from 0. Of several values of one secret the first one signs or encrypts, and the others only verify or decrypt. */
  readonly generation: number;
  /** PEM, of an `authority`. */
  readonly certificate?: string;
  /** PEM, SubjectPublicKeyInfo; of a `key-pair`. */
  readonly publicKey?: string;
  /** PEM, PKCS #8; of a `key-pair` or an `authority`; absent from a pair whose signatures are only verified. */
  readonly privateKey?: string;
  /** Base64; of a `random-key`. */
  readonly key?: string;
}

/**
 * The generations of a key pair of the bay: the first one signs, the others are verified. A pair is replaced together with the authorities, in
 * the same phases. The one before stays verified until the next rotation: what it has signed, such as tokens of service accounts, lives longer
 * than a rotation.
 */
export function keyPairUse(support: Pick<ReconcilerState, 'caGeneration' | 'rotation'>): readonly [number, ...number[]] {
  const { signsNodes } = authorityUse(support);
  const { caGeneration, rotation } = support;
  const known = [caGeneration, rotation ? rotation.generation : caGeneration - 1];
  return [signsNodes, ...known.filter((generation) => generation !== signsNodes && generation >= 0)];
}

/** The vault's reference of a secret. Derived from the bay, so that a crash cannot lose it. */
export function baySecretRef(bayId: BayId, name: string, generation = 0): string {
  return `bay/${bayId}/secret-${name}${generation === 0 ? '' : `-${generation}`}`;
}

/** Every reference of a secret of a bay whose authority has that generation. */
export function baySecretRefs(bayId: BayId, name: string, newest: number): readonly string[] {
  return Array.from({ length: newest + 1 }, (_, generation) => baySecretRef(bayId, name, generation));
}

/** The context under which values are sealed for the API. */
export function baySecretsContext(bayId: BayId): string {
  return `bay/${bayId}/secrets`;
}
