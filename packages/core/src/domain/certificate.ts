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

/** Largest CSR that is read, in characters. */
export const LARGEST_CSR = 65_536;
