import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DomainError } from '../../domain/errors.js';
import type { Sealer } from '../../ports/sealer.js';

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM with a random nonce; the context is authenticated, so that a sealed text cannot be moved elsewhere. */
export function aesSealer(key: Uint8Array): Sealer {
  if (key.length !== 32) throw new DomainError('internal', 'The sealing key must have 32 bytes.');
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE));
        decipher.setAAD(Buffer.from(context, 'utf8'));
        decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new DomainError('internal', { message: 'A stored secret cannot be opened with this key.', cause });
      }
    },
  };
}
