/** What is kept of passwords and secrets: a salted hash, so that who reads the database cannot log in with what is in it. */
import { createHash, scrypt, timingSafeEqual } from 'node:crypto';

/** What one guess costs. */
export interface HashCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const KEY_LENGTH = 32;
/** Matches no secret; of the shape that costs as much to check as any other. */
const NO_HASH = `${'0'.repeat(32)}$${'0'.repeat(64)}`;

export async function hashSecret(secret: string, salt: Uint8Array, cost: HashCost): Promise<string> {
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt(secret, salt, KEY_LENGTH, cost, (error, derived) => (error ? reject(error) : resolve(derived))),
  );
  return `${Buffer.from(salt).toString('hex')}$${key.toString('hex')}`;
}

/** Takes as long where nothing is stored as for a wrong secret, so that the time does not tell who exists. */
export async function matchesHash(secret: string, stored: string | undefined, cost: HashCost): Promise<boolean> {
  const expected = stored ?? NO_HASH;
  const [salt = ''] = expected.split('$');
  const isSame = sameSecret(await hashSecret(secret, Buffer.from(salt, 'hex'), cost), expected);
  return isSame && stored !== undefined;
}

export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
