import { describe, expect, test } from 'vitest';
import { Secret } from '../../domain/secret.js';
import type { Vault } from '../../ports/certificates.js';

/** A pair's text, as the conductor keeps pairs. */
export function pairText(mark: string): string {
  const pem = (what: string): string => `-----BEGIN ${what}-----\n${mark.repeat(800)}\n-----END ${what}-----\n`;
  return JSON.stringify({ certificate: pem('CERTIFICATE'), privateKey: pem('PRIVATE KEY') });
}

/** What every vault does. `open` gives the same vault again at each call, as two conductors have it; references are new for each test. */
export function vaultContract(
  name: string,
  open: () => Promise<{ readonly vault: () => Vault; readonly ref: string; close(): Promise<void> }>,
): void {
  const within = (work: (vault: () => Vault, ref: string) => Promise<void>) => async (): Promise<void> => {
    const { vault, ref, close } = await open();
    try {
      await work(vault, ref);
    } finally {
      for (const used of [ref, `${ref}-2`]) await vault().delete(used);
      await close();
    }
  };
  const revealed = async (vault: Vault, ref: string): Promise<string | undefined> => (await vault.get(ref))?.reveal();

  describe(`a vault: ${name}`, () => {
    test(
      'has nothing under a reference that was never used',
      within(async (vault, ref) => {
        expect(await vault().get(ref)).toBeUndefined();
      }),
    );

    test.each([
      ['a pair of certificate and key', pairText('a')],
      ['a password of odd characters', 'p"\\ \' ☃ {"certificate": 1}'],
    ])('gives back %s as it was put', (_, text) =>
      within(async (vault, ref) => {
        await vault().put(ref, new Secret(text));
        expect(await revealed(vault(), ref)).toBe(text);
      })(),
    );

    test(
      'replaces what is put again, and nothing else',
      within(async (vault, ref) => {
        await vault().put(ref, new Secret(pairText('a')));
        await vault().put(`${ref}-2`, new Secret(pairText('b')));
        await vault().put(ref, new Secret(pairText('c')));
        expect(await revealed(vault(), ref)).toBe(pairText('c'));
        expect(await revealed(vault(), `${ref}-2`)).toBe(pairText('b'));
      }),
    );

    test(
      'keeps the first, and tells the second what rests there',
      within(async (vault, ref) => {
        expect((await vault().keep(ref, new Secret(pairText('a')))).reveal()).toBe(pairText('a'));
        expect((await vault().keep(ref, new Secret(pairText('b')))).reveal()).toBe(pairText('a'));
        expect(await revealed(vault(), ref)).toBe(pairText('a'));
      }),
    );

    test(
      'forgets what is deleted, and deleting it again is success',
      within(async (vault, ref) => {
        await vault().put(ref, new Secret(pairText('a')));
        await vault().delete(ref);
        expect(await vault().get(ref)).toBeUndefined();
        await vault().delete(ref);
        expect((await vault().keep(ref, new Secret(pairText('b')))).reveal()).toBe(pairText('b'));
      }),
    );
  });
}
