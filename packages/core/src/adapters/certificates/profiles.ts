import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import {
  LONGEST_CLIENT_TERM_SECONDS,
  NODE_TERM_SECONDS,
  type CertificateContent,
  type CertificateUsage,
  type SigningProfile,
  type SigningRules,
} from '../../domain/certificate.js';
import { assertNever } from '../../domain/json.js';
import { permittedExtensions, refuseExtension } from './csr-extensions.js';

const EXTENDED_KEY_USAGE = '2.5.29.37';
const COMMON_NAME = '2.5.4.3';
const WORDS: Readonly<Record<string, string>> = {
  [x509.ExtendedKeyUsage.serverAuth]: 'serverAuth',
  [x509.ExtendedKeyUsage.clientAuth]: 'clientAuth',
};

/** What goes into a certificate of that profile. Nothing of the request's extensions is copied: they are only looked at to refuse. */
export interface Issue {
  readonly subject: x509.Name;
  readonly seconds: number;
  readonly extensions: readonly x509.Extension[];
}

export function issueFor(request: x509.Pkcs10CertificateRequest, rules: SigningRules, profile: SigningProfile): Issue {
  permittedExtensions(request.extensions, rules);
  switch (profile.kind) {
    case 'client':
      return clientIssue(request, profile);
    case 'node':
      return nodeIssue(request, profile);
    case 'named':
      return namedIssue(request, profile);
    default:
      return assertNever(profile);
  }
}

/** The common name of the request; empty where it has none. */
export function commonNameIn(request: x509.Pkcs10CertificateRequest): string {
  return request.subjectName.getField(COMMON_NAME)[0] ?? '';
}

function clientIssue(request: x509.Pkcs10CertificateRequest, profile: SigningProfile & { readonly kind: 'client' }): Issue {
  requireUsage(request, x509.ExtendedKeyUsage.clientAuth);
  return {
    subject: request.subjectName,
    seconds: Math.min(profile.validForSeconds, LONGEST_CLIENT_TERM_SECONDS),
    extensions: extensionsFor(request, x509.ExtendedKeyUsage.clientAuth),
  };
}

function nodeIssue(request: x509.Pkcs10CertificateRequest, profile: SigningProfile & { readonly kind: 'node' }): Issue {
  requireUsage(request, x509.ExtendedKeyUsage.serverAuth);
  const name = commonNameIn(request);
  if (name !== profile.name) throw refuseExtension(`the request names ${JSON.stringify(name.slice(0, 64))}, not this node`);
  const names = [
    ...profile.addresses.filter((address) => isIP(address) !== 0).map((value) => ({ type: 'ip' as const, value })),
    ...['localhost', profile.name].map((value) => ({ type: 'dns' as const, value })),
  ];
  return {
    subject: new x509.Name([{ CN: [profile.name] }]),
    seconds: NODE_TERM_SECONDS,
    extensions: [...extensionsFor(request, x509.ExtendedKeyUsage.serverAuth), new x509.SubjectAlternativeNameExtension(names)],
  };
}

function namedIssue(request: x509.Pkcs10CertificateRequest, content: CertificateContent): Issue {
  const { commonName, organization } = content.subject;
  const hosts = [...new Set(content.hosts)].map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  return {
    subject: new x509.Name([...(organization ? [{ O: [organization] }] : []), { CN: [commonName] }]),
    seconds: NODE_TERM_SECONDS,
    extensions: [
      ...extensionsFor(request, ...content.usages.map((usage) => USAGES[usage])),
      ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts)] : []),
    ],
  };
}

const USAGES: Readonly<Record<CertificateUsage, x509.ExtendedKeyUsage>> = {
  client: x509.ExtendedKeyUsage.clientAuth,
  server: x509.ExtendedKeyUsage.serverAuth,
};

/** A request that wants only what the profile has not is refused: a certificate of no use would be found out much later. */
function requireUsage(request: x509.Pkcs10CertificateRequest, wanted: x509.ExtendedKeyUsage): void {
  const found = request.extensions.find(({ type }) => type === EXTENDED_KEY_USAGE);
  if (!found) return;
  const usages = new x509.ExtendedKeyUsageExtension(found.rawData).usages.map(String);
  if (usages.includes(wanted)) return;
  const asked = usages.map((usage) => WORDS[usage] ?? usage).join(', ');
  throw refuseExtension(`extendedKeyUsage asks for ${asked.slice(0, 100)}; the caller is given ${WORDS[wanted]} alone`);
}

function extensionsFor(
  request: x509.Pkcs10CertificateRequest,
  ...usages: readonly x509.ExtendedKeyUsage[]
): readonly x509.Extension[] {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  // Only RSA keys encipher other keys.
  const isRsa = request.publicKey.algorithm.name.startsWith('RSA');
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(isRsa ? digitalSignature | keyEncipherment : digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([...usages]),
  ];
}
