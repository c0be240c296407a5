import type { BayId, X509KeyPairId } from './ids.js';

/** A key pair that a user keeps with a bay: docs/contract/resources.md#x509-key-pair. */
export interface X509KeyPair {
  readonly id: X509KeyPairId;
  readonly sequence: number;
  readonly bayId: BayId;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  /** PEM, like the next one. */
  readonly caCertificate: string | null;
  readonly certificate: string | null;
  /** Sealed with `keyContext`. */
  readonly sealedPrivateKey: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** What binds a sealed private key to its pair. */
export function keyContext(id: X509KeyPairId): string {
  return `x509keypair/${id}`;
}
