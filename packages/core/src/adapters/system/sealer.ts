import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { DomainError } from '../../domain/errors.js';
import type { Sealer } from '../../ports/sealer.js';

const NONCE = 12;
/** Without a fixed length, GCM takes the first bytes of a tag for a whole one, and few bytes can be guessed. */
const TAG = 16;
const VERSION = 'v1';
/** A key with its id: texts say which key opens them, so that the key can be changed while old texts are there. */
interface NamedKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * AES-256-GCM with a random nonce; the context is authenticated, so that a sealed text cannot be moved elsewhere. The first key seals and
 * all of them open. Sealed: `v1.<id of the key>.<nonce, tag and text in base64>`; texts of earlier releases are the base64 alone.
 */
export function aesSealer(...keys: readonly Uint8Array[]): Sealer {
  const [newest, ...older] = keys.map(nameKey);
  if (newest === undefined) throw new DomainError('internal', 'A sealing key is needed.');
  const all = [newest, ...older];
  return {
    seal: (plain, context) => `${VERSION}.${newest.id}.${sealWith(newest.key, plain, context)}`,
    open(sealed, context) {
      const [version, id, body] = sealed.split('.', 3);
      const isNamed = version === VERSION && id !== undefined && body !== undefined;
      for (const { key } of isNamed ? all.filter((known) => known.id === id) : all) {
        const plain = openWith(key, isNamed ? body : sealed, context);
        if (plain !== undefined) return plain;
      }
      throw new DomainError('internal', { message: 'A stored secret cannot be opened with this key.' });
    },
    isCurrent: (sealed) => sealed.startsWith(`${VERSION}.${newest.id}.`),
  };
}

/** Eight digits of a hash identify a key and reveal nothing of it. */
function nameKey(key: Uint8Array): NamedKey {
  if (key.length !== 32) throw new DomainError('internal', 'The sealing key must have 32 bytes.');
  return { id: createHash('sha256').update('magnum sealing key').update(key).digest('hex').slice(0, 8), key };
}

function sealWith(key: Uint8Array, plain: string, context: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

/** Undefined: not sealed by this key for this context. */
function openWith(key: Uint8Array, sealed: string, context: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < NONCE + TAG) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
