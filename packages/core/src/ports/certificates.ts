import type { SigningProfile, SigningRules } from '../domain/certificate.js';
import type { Secret } from '../domain/secret.js';
import type { Lease } from './store.js';

export interface KeyPair {
  /** PEM */
  readonly certificate: string;
  /** PKCS#8 PEM */
  readonly privateKey: Secret;
}

export interface CertificateSubject {
  readonly commonName: string;
  readonly organization: string;
}

/** X.509, RFC 5280: every certificate carries key identifiers and critical basic constraints. */
export interface CertificateAuthority {
  createCa(commonName: string, rules: SigningRules): Promise<KeyPair>;
  /** A client certificate of the bay's administrator (docs/contract/conductor.md#certificates). */
  createClient(ca: KeyPair, rules: SigningRules): Promise<KeyPair>;
  /** An RSA key that no certificate names, as long as the rules say. `publicKey`: PEM, SubjectPublicKeyInfo. */
  createKeys(rules: SigningRules): Promise<{ readonly publicKey: string; readonly privateKey: Secret }>;
  /** The profile decides everything but the key. Errors: `invalid-csr`, `certificate-refused` (names the extension). Returns PEM. */
  sign(ca: KeyPair, csr: string, rules: SigningRules, profile: SigningProfile): Promise<string>;
  /** The common name of a request; empty where it has none. Errors: `invalid-csr`. */
  commonNameOf(csr: string): Promise<string>;
  /** A new key, and a request for a client certificate of it (PEM). */
  newRequest(subject: CertificateSubject): Promise<{ readonly csr: string; readonly privateKey: Secret }>;
}

/** Where private keys and passwords rest. Putting again under the same reference replaces. */
export interface Vault {
  put(ref: string, secret: Secret): Promise<void>;
  /** Puts it unless something rests there already; answers what rests there then, also to several who keep at once. */
  keep(ref: string, secret: Secret): Promise<Secret>;
  get(ref: string): Promise<Secret | undefined>;
  delete(ref: string): Promise<void>;
  /** The same vault, whose writes count only while the lease is held: `lease-lost` otherwise. Absent where no transaction can say so. */
  readonly under?: (lease: Lease) => Vault;
}
