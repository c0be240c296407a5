import { generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface SigningRequest {
  /** PEM, PKCS #8 */
  readonly key: string;
  /** PEM, PKCS #10 */
  readonly csr: string;
}

/** Creates a key on the curve P-256 and a certificate signing request for `CN=<commonName>, O=<organization>`. */
export async function createSigningRequest(subject: {
  readonly commonName: string;
  readonly organization: string;
}): Promise<SigningRequest> {
  const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    csr: encodeRequest(pair, [
      [COMMON_NAME, subject.commonName],
      [ORGANIZATION, subject.organization],
    ]),
  };
}

// Object identifiers, DER-encoded: 2.5.4.3, 2.5.4.10, and 1.2.840.10045.4.3.2 (ECDSA with SHA-256).
const COMMON_NAME = [0x55, 0x04, 0x03];
const ORGANIZATION = [0x55, 0x04, 0x0a];
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/** A request by RFC 2986: version, subject, public key, no attributes; then the signature over these. */
function encodeRequest(
  pair: { publicKey: KeyObject; privateKey: KeyObject },
  names: readonly (readonly [readonly number[], string])[],
): string {
  const subject = encodeDer(
    0x30,
    ...names.map(([id, value]) =>
      encodeDer(0x31, encodeDer(0x30, encodeDer(0x06, Buffer.from(id)), encodeDer(0x0c, Buffer.from(value, 'utf8')))),
    ),
  );
  const info = encodeDer(
    0x30,
    encodeDer(0x02, Buffer.from([0])),
    subject,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    encodeDer(0xa0),
  );
  const algorithm = encodeDer(0x30, encodeDer(0x06, Buffer.from(ECDSA_WITH_SHA256)));
  // A bit string begins with the number of bits that its last byte leaves unused.
  const signature = encodeDer(0x03, Buffer.from([0]), sign('sha256', info, pair.privateKey));
  const text = encodeDer(0x30, info, algorithm, signature)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${text}-----END CERTIFICATE REQUEST-----\n`;
}

/** Encodes one DER value: tag, length, content. */
function encodeDer(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...encodeLength(body.length)]), body]);
}

function encodeLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}
