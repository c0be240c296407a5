import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { aesSealer } from './sealer.js';

const [KEY, OTHER] = [randomBytes(32), randomBytes(32)];

/** As releases without ids of keys wrote it. */
function oldForm(plain: string, context: string, key = KEY): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

describe('a sealed text', () => {
  test('says which key opens it, and is opened in its own place only', () => {
    const sealer = aesSealer(KEY);
    const sealed = sealer.seal('secret', 'here');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9+/=]+$/);
    expect(sealer.open(sealed, 'here')).toBe('secret');
    expect(() => sealer.open(sealed, 'elsewhere')).toThrow('cannot be opened');
    expect(() => aesSealer(OTHER).open(sealed, 'here')).toThrow('cannot be opened');
  });

  test('of an earlier release opens as before, also with an older key', () => {
    expect(aesSealer(KEY).open(oldForm('secret', 'here'), 'here')).toBe('secret');
    expect(aesSealer(OTHER, KEY).open(oldForm('secret', 'here'), 'here')).toBe('secret');
    expect(() => aesSealer(OTHER).open(oldForm('secret', 'here'), 'here')).toThrow('cannot be opened');
  });

  test('of an older key opens while that key is there, and is not current', () => {
    const before = aesSealer(KEY).seal('secret', 'here');
    const after = aesSealer(OTHER, KEY);
    expect(after.open(before, 'here')).toBe('secret');
    expect([after.isCurrent(before), after.isCurrent(after.seal('x', 'y')), after.isCurrent(oldForm('x', 'y', OTHER))]).toEqual([
      false,
      true,
      false,
    ]);
    expect(() => aesSealer(OTHER).open(before, 'here')).toThrow('cannot be opened');
  });

  test('with a shortened, lengthened or changed tag, nonce or text does not open', () => {
    const sealer = aesSealer(KEY);
    for (const plain of ['', 'secret'])
      for (const sealed of [sealer.seal(plain, 'here'), oldForm(plain, 'here')]) {
        const at = sealed.lastIndexOf('.') + 1;
        const bytes = Buffer.from(sealed.slice(at), 'base64');
        const written = (changed: Uint8Array): string => `${sealed.slice(0, at)}${Buffer.from(changed).toString('base64')}`;
        for (let length = 0; length < bytes.length; length += 1)
          expect(() => sealer.open(written(bytes.subarray(0, length)), 'here'), `${length} bytes`).toThrow('cannot be opened');
        for (let place = 0; place < bytes.length; place += 1) {
          const changed = Buffer.from(bytes);
          changed[place] = (changed[place] ?? 0) ^ 1;
          expect(() => sealer.open(written(changed), 'here'), `byte ${place}`).toThrow('cannot be opened');
        }
        expect(() => sealer.open(written(Buffer.concat([bytes, Buffer.from([0])])), 'here')).toThrow('cannot be opened');
      }
  });

  test.each(['', '.', 'v1', 'v1.', 'v1..', 'v1.00000000.', 'v2.00000000.AAAA', '{}', '"'])('is none of these: %j', (text) => {
    expect(() => aesSealer(KEY).open(text, 'here')).toThrow('cannot be opened');
  });
});

test('keys of another length are refused, and so are none', () => {
  expect(() => aesSealer(randomBytes(31))).toThrow('32 bytes');
  expect(() => aesSealer(KEY, randomBytes(16))).toThrow('32 bytes');
  expect(() => aesSealer()).toThrow('needed');
});
