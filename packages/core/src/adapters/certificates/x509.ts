import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { LARGEST_CSR, type SigningRules } from '../../domain/certificate.js';
import { DomainError } from '../../domain/errors.js';
import { Secret } from '../../domain/secret.js';
import type { CertificateAuthority, KeyPair } from '../../ports/certificates.js';
import type { Clock } from '../../ports/clock.js';
import { csrProblem } from './csr-bounds.js';
import { commonNameIn, issueFor } from './profiles.js';

const SIGNATURE = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
/** Made in no time, and understood by every engine's client. */
const CLIENT_KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** How far behind the clock of a node may be. */
const CLOCK_SKEW_MS = 300_000;

/** X.509 by @peculiar/x509 over Node's WebCrypto: keys are made and used off the main thread. */
export function certificateAuthority(clock: Clock): CertificateAuthority {
  // Node's WebCrypto is the standard one; the two type declarations differ in names only.
  x509.cryptoProvider.set(webcrypto as Crypto);
  const validity = (rules: SigningRules, seconds?: number): { notBefore: Date; notAfter: Date } => {
    const now = clock.now().getTime();
    const term =
      seconds === undefined ? rules.termOfValidityDays * DAY_MS : Math.min(seconds * 1_000, rules.termOfValidityDays * DAY_MS);
    return { notBefore: new Date(now - CLOCK_SKEW_MS), notAfter: new Date(now + term) };
  };
  return {
    createCa: async (commonName, rules) => {
      const keys = await newKeys(rules);
      const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        serialNumber: serialNumber(),
        name: distinguishedName([{ CN: [commonName] }]),
        keys,
        signingAlgorithm: SIGNATURE,
        ...validity(rules),
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { certificate: pemOf(certificate), privateKey: await exportKey(keys.privateKey) };
    },
    createClient: async (ca, rules) => {
      const keys = await newKeys(rules);
      const certificate = await issue(ca, {
        subject: distinguishedName([{ CN: ['admin'] }, { O: ['system:masters'] }]),
        publicKey: keys.publicKey,
        ...validity(rules),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { certificate: pemOf(certificate), privateKey: await exportKey(keys.privateKey) };
    },
    createKeys: async (rules) => {
      const { publicKey, privateKey } = await newKeys(rules);
      const encoded = x509.PemConverter.encode(await webcrypto.subtle.exportKey('spki', publicKey), 'PUBLIC KEY');
      return { publicKey: encoded, privateKey: await exportKey(privateKey) };
    },
    newRequest: async ({ commonName, organization }) => {
      const keys = (await webcrypto.subtle.generateKey(CLIENT_KEY, true, ['sign', 'verify'])) as CryptoKeyPair; // as in newKeys
      const request = await x509.Pkcs10CertificateRequestGenerator.create({
        name: distinguishedName([{ CN: [commonName] }, { O: [organization] }]),
        keys,
        signingAlgorithm: CLIENT_KEY,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ],
      });
      return { csr: request.toString('pem'), privateKey: await exportKey(keys.privateKey) };
    },
    sign: async (ca, csr, rules, profile) => {
      const request = await verifiedRequest(csr);
      const publicKey = await request.publicKey.export();
      const { subject, seconds, extensions } = issueFor(request, rules, profile);
      const certificate = await issue(ca, {
        subject,
        publicKey,
        ...validity(rules, seconds),
        extensions: [...extensions, await x509.SubjectKeyIdentifierExtension.create(publicKey)],
      });
      return pemOf(certificate);
    },
    commonNameOf: async (csr) => commonNameIn(await verifiedRequest(csr)),
  };
}

interface IssueInput {
  readonly subject: x509.Name;
  readonly publicKey: CryptoKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly x509.Extension[];
}

async function issue(ca: KeyPair, input: IssueInput): Promise<x509.X509Certificate> {
  const issuer = new x509.X509Certificate(ca.certificate);
  return x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: issuer.subjectName,
    subject: input.subject,
    publicKey: input.publicKey,
    // A certificate that outlives its CA would stop working with it anyway.
    notBefore: input.notBefore,
    notAfter: input.notAfter < issuer.notAfter ? input.notAfter : issuer.notAfter,
    signingKey: await importKey(ca.privateKey),
    signingAlgorithm: SIGNATURE,
    extensions: [...input.extensions, await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)],
  });
}

async function verifiedRequest(csr: string): Promise<x509.Pkcs10CertificateRequest> {
  if (csr.length > LARGEST_CSR) throw invalid(`it is longer than ${LARGEST_CSR} characters`);
  const block = blockIn(csr);
  const problem = csrProblem(block);
  if (problem !== undefined) throw invalid(problem);
  const request = parse(block);
  if (!(await isSelfSigned(request))) throw invalid('its own signature does not fit its key');
  assertStrongKey(request);
  return request;
}

/** RFC 7468 §2 lets text stand around it, and tools write some: the first block counts. Errors: `invalid-csr`. */
function blockIn(text: string): string {
  const begin = /^-----BEGIN ((?:NEW )?CERTIFICATE REQUEST)-----[ \t]*\r?$/m.exec(text);
  const end = begin ? text.indexOf(`-----END ${begin[1]}-----`, begin.index) : -1;
  if (!begin || end < 0) throw invalid('it is not a PEM certificate request');
  const body = text.slice(begin.index + begin[0].length, end);
  // What is no plain base64 would be read by the library alone, after nothing had counted it.
  if (!/^[A-Za-z0-9+/=\s]*$/.test(body)) throw invalid('its base64 text holds other characters');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${body.trim()}\n-----END CERTIFICATE REQUEST-----`;
}

function parse(text: string): x509.Pkcs10CertificateRequest {
  try {
    const request = new x509.Pkcs10CertificateRequest(text);
    // Both are parsed on first use; here a broken one is still the caller's fault.
    void request.subjectName.toString();
    void request.extensions.length;
    return request;
  } catch (cause) {
    throw invalid('it cannot be read', cause);
  }
}

async function isSelfSigned(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // An algorithm that the crypto library does not know cannot vouch for anything.
    return false;
  }
}

/** RSA 2048 or more with SHA-2, or a NIST curve of at least 256 bits. */
function assertStrongKey(request: x509.Pkcs10CertificateRequest): void {
  const algorithm: { readonly name: string; readonly modulusLength?: number; readonly namedCurve?: string } =
    request.publicKey.algorithm;
  const hash = 'hash' in request.signatureAlgorithm ? JSON.stringify(request.signatureAlgorithm.hash) : '';
  if (/SHA-?1|MD5/i.test(hash)) throw invalid('its signature uses an outdated hash: use SHA-256 or better');
  if (algorithm.name.startsWith('RSA')) {
    if ((algorithm.modulusLength ?? 0) < 2048) throw invalid('its RSA key is too short: use 2048 bits or more');
  } else if (!/^P-(256|384|521)$/.test(algorithm.namedCurve ?? ''))
    throw invalid('its key must be RSA, or an elliptic curve P-256, P-384 or P-521');
}

function invalid(why: string, cause?: unknown): DomainError {
  return new DomainError('invalid-csr', {
    field: 'csr',
    message: `Received csr is invalid: ${why}.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** 159 random bits: positive, never shorter than 64 bits (CA/Browser Forum BR 7.1), at most 20 octets (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** Names are built from parts, so that a bay's name cannot add parts of its own. */
function distinguishedName(parts: x509.JsonName): x509.Name {
  return new x509.Name(parts);
}

async function newKeys(rules: SigningRules): Promise<CryptoKeyPair> {
  const algorithm = { ...SIGNATURE, modulusLength: rules.rsaKeySize, publicExponent: new Uint8Array([1, 0, 1]) };
  // WebCrypto answers a pair for every asymmetric algorithm.
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
}

async function exportKey(key: CryptoKey): Promise<Secret> {
  return new Secret(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

async function importKey(key: Secret): Promise<CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key.reveal()), SIGNATURE, false, ['sign']);
}

function pemOf(certificate: x509.X509Certificate): string {
  return certificate.toString('pem').trimEnd();
}
