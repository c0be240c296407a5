/** What a CSR may ask for: docs/contract/conductor.md#signing. Names are those of the `[x509]` options. */
export interface SigningRules {
  readonly allowCa: boolean;
  readonly allowedExtensions: readonly string[];
  readonly allowedKeyUsage: readonly string[];
  readonly termOfValidityDays: number;
  readonly rsaKeySize: number;
}

/**
 * What is signed for whom. `client`: the subject that was asked for, to prove oneself to the engine, for a short time. `node`: that
 * node's name and addresses, to serve, and nothing that would pass for a client. `named`: what the driver says for a certificate that a
 * node asks for by name; of the request only the key counts.
 */
export type SigningProfile =
  | { readonly kind: 'client'; readonly validForSeconds: number }
  | { readonly kind: 'node'; readonly name: string; readonly addresses: readonly string[] }
  | ({ readonly kind: 'named' } & CertificateContent);

/** What a certificate is for: to prove oneself to a server, or to serve. */
export const CERTIFICATE_USAGES = ['client', 'server'] as const;
export type CertificateUsage = (typeof CERTIFICATE_USAGES)[number];

/** Everything in a certificate but its key. */
export interface CertificateContent {
  /** An empty organization is left out. */
  readonly subject: { readonly commonName: string; readonly organization: string };
  readonly usages: readonly CertificateUsage[];
  /** Names and addresses that it vouches for, each once or more often. */
  readonly hosts: readonly string[];
}

/** Clients: a day where nothing is said. */
export const CLIENT_TERM_SECONDS = 86_400;
export const LONGEST_CLIENT_TERM_SECONDS = 30 * 86_400;
/** Nodes renew theirs by themselves. */
export const NODE_TERM_SECONDS = 90 * 86_400;

export const DEFAULT_SIGNING_RULES: SigningRules = {
  allowCa: false,
  allowedExtensions: ['keyUsage', 'extendedKeyUsage', 'subjectAltName', 'basicConstraints', 'subjectKeyIdentifier'],
  allowedKeyUsage: ['Digital Signature', 'Key Encipherment', 'Non Repudiation'],
  termOfValidityDays: 1825,
  rsaKeySize: 2048,
};

/** Largest CSR that is read, in characters: one of an RSA key of 8,192 bits with 100 names has some 7,000. */
export const LARGEST_CSR = 16_384;

const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

/** Certificates and keys in a text, PEM, in their order; whatever stands around them is left out. */
export function pemBlocksIn(text: string): readonly string[] {
  return text.match(PEM_BLOCK) ?? [];
}
