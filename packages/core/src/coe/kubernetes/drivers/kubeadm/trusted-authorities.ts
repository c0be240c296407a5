import { X509Certificate } from 'node:crypto';
import { labelValue, LONGEST_TEXT, type Labels, type LabelSchema, type Problem } from '../../../../domain/labels.js';

export const TRUST_LABELS = {
  trusted_ca: {
    type: 'string',
    default: '',
    longest: LONGEST_TEXT,
    meaning:
      'Certificates of authorities that nodes trust beside those of their image, PEM, up to 6,144 characters; lines may end with `\\n`.',
  },
} as const satisfies LabelSchema;

const BLOCK = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Certificates in the label, each one PEM. Nodes read the label themselves, in the same way: what stands twice in user data leaves half as much
 * room for it.
 */
function certificatesIn(labels: Labels): { readonly blocks: readonly string[]; readonly rest: string } {
  const text = (labelValue(TRUST_LABELS, labels, 'trusted_ca') ?? '').replaceAll('\\n', '\n');
  return { blocks: text.match(BLOCK) ?? [], rest: text.replaceAll(BLOCK, '').trim() };
}

/** What nodes could not trust. A private key is refused by name: labels are shown to everyone who may see the bay. */
export function trustProblems(labels: Labels): readonly Problem[] {
  const { blocks, rest } = certificatesIn(labels);
  if (/PRIVATE KEY/.test(rest))
    return [problem('has a private key, which is no matter of nodes; take it out, and replace the key')];
  if (rest !== '')
    return [
      problem(
        `${JSON.stringify(rest.slice(0, 40))} is no certificate; give texts from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE----- alone`,
      ),
    ];
  return blocks.flatMap((block, index): Problem[] => {
    const certificate = parsed(block);
    if (!certificate) return [problem(`the certificate with the number ${index + 1} cannot be read; export it again as PEM`)];
    // That of a server which has signed itself is its own authority.
    if (certificate.ca || certificate.verify(certificate.publicKey)) return [];
    const subject = JSON.stringify(certificate.subject.replaceAll('\n', ', ').slice(0, 80));
    return [problem(`${subject} is the certificate of a server and not of an authority; give the one that has signed it`)];
  });
}

function parsed(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

function problem(message: string): Problem {
  return { field: 'labels.trusted_ca', message };
}
