import * as x509 from '@peculiar/x509';
import type { SigningRules } from '../../domain/certificate.js';
import { DomainError } from '../../domain/errors.js';
import { MOST_ALTERNATIVE_NAMES } from './csr-bounds.js';

const NAMES: Readonly<Record<string, string>> = {
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.37': 'extendedKeyUsage',
};

/** Names as the option `[x509] allowed_key_usage` writes them. */
const USAGES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  'Digital Signature': x509.KeyUsageFlags.digitalSignature,
  'Non Repudiation': x509.KeyUsageFlags.nonRepudiation,
  'Key Encipherment': x509.KeyUsageFlags.keyEncipherment,
  'Data Encipherment': x509.KeyUsageFlags.dataEncipherment,
  'Key Agreement': x509.KeyUsageFlags.keyAgreement,
  'Certificate Sign': x509.KeyUsageFlags.keyCertSign,
  'CRL Sign': x509.KeyUsageFlags.cRLSign,
  'Encipher Only': x509.KeyUsageFlags.encipherOnly,
  'Decipher Only': x509.KeyUsageFlags.decipherOnly,
};
const CA_USAGES = new Set(['Certificate Sign', 'CRL Sign']);

/**
 * What of a CSR's extensions goes into the certificate (docs/contract/conductor.md#signing): allowed ones stay, others are dropped,
 * or refused when critical. Basic constraints are always present, critical, and say CA:FALSE.
 */
export function permittedExtensions(requested: readonly x509.Extension[], rules: SigningRules): readonly x509.Extension[] {
  assertNoRepeats(requested);
  const kept = requested.flatMap((extension) => {
    const permitted = permit(extension, rules);
    return permitted ? [permitted] : [];
  });
  return [new x509.BasicConstraintsExtension(false, undefined, true), ...kept];
}

function permit(extension: x509.Extension, rules: SigningRules): x509.Extension | undefined {
  const name = NAMES[extension.type];
  if (name === undefined || !rules.allowedExtensions.includes(name)) {
    if (extension.critical) throw refuseExtension(`extension ${name ?? extension.type} is not allowed`);
    return undefined;
  }
  switch (name) {
    case 'keyUsage':
      return limitedKeyUsage(extension, rules);
    case 'basicConstraints':
      assertNoCa(extension, rules);
      return undefined;
    case 'subjectKeyIdentifier':
      // Computed from the key itself; a second one would make the certificate invalid.
      return undefined;
    case 'subjectAltName':
      return boundedAlternativeNames(extension);
    default:
      return extension;
  }
}

function limitedKeyUsage(extension: x509.Extension, rules: SigningRules): x509.Extension | undefined {
  const { usages } = new x509.KeyUsagesExtension(extension.rawData);
  const allowed = rules.allowedKeyUsage
    .filter((usage) => rules.allowCa || !CA_USAGES.has(usage))
    .reduce((bits, usage) => bits | (USAGES[usage] ?? 0), 0);
  if (extension.critical && (usages & ~allowed) !== 0) {
    throw refuseExtension(`keyUsage asks for ${namesOf(usages & ~allowed)}, which is not allowed`);
  }
  return (usages & allowed) === 0 ? undefined : new x509.KeyUsagesExtension(usages & allowed, extension.critical);
}

function assertNoCa(extension: x509.Extension, rules: SigningRules): void {
  const { ca } = new x509.BasicConstraintsExtension(extension.rawData);
  if (ca && extension.critical && !rules.allowCa)
    throw refuseExtension('basicConstraints asks for CA:TRUE, which is not allowed');
}

function boundedAlternativeNames(extension: x509.Extension): x509.Extension {
  const count = new x509.SubjectAlternativeNameExtension(extension.rawData).names.items.length;
  if (count > MOST_ALTERNATIVE_NAMES)
    throw refuseExtension(`subjectAltName holds ${count} names; at most ${MOST_ALTERNATIVE_NAMES} are taken`);
  return extension;
}

function assertNoRepeats(extensions: readonly x509.Extension[]): void {
  const types = extensions.map((extension) => extension.type);
  const repeated = types.find((type, index) => types.indexOf(type) !== index);
  if (repeated) throw refuseExtension(`extension ${NAMES[repeated] ?? repeated} occurs twice`);
}

function namesOf(bits: number): string {
  return Object.entries(USAGES)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(', ');
}

/** Names the field: the refusal is of what the caller asked for. */
export function refuseExtension(why: string): DomainError {
  return new DomainError('certificate-refused', {
    field: 'csr',
    message: `Extension refused: ${why}. Allowed are plain server and client certificates.`,
  });
}
