/** What a CSR may ask for: contract, conductor §7. Names are those of the `[x509]` options. */
export interface SigningRules {
  readonly allowCa: boolean;
  readonly allowedExtensions: readonly string[];
  readonly allowedKeyUsage: readonly string[];
  readonly termOfValidityDays: number;
  readonly rsaKeySize: number;
}

export const DEFAULT_SIGNING_RULES: SigningRules = {
  allowCa: false,
  allowedExtensions: ['keyUsage', 'extendedKeyUsage', 'subjectAltName', 'basicConstraints', 'subjectKeyIdentifier'],
  allowedKeyUsage: ['Digital Signature', 'Key Encipherment', 'Non Repudiation'],
  termOfValidityDays: 1825,
  rsaKeySize: 2048,
};

/** Largest CSR that is read, in characters: one of an RSA key of 8,192 bits with 100 names has some 7,000. */
export const LARGEST_CSR = 16_384;
