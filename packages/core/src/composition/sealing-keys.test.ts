import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.js';
import { sealingKeys } from './sealing-keys.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'magnum-keys-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'vault.key');
const read = (): readonly Uint8Array[] => sealingKeys(loadConfig([{ name: 'x', content: `[vault]\nkey_file = ${file()}\n` }]));
const write = (text: string, mode = 0o600): void => {
  writeFileSync(file(), text);
  chmodSync(file(), mode);
};
const [ONE, TWO] = [randomBytes(32), randomBytes(32)];

describe('the file of sealing keys', () => {
  test('holds one key, or several with the newest first, and comments', () => {
    write(`${ONE.toString('base64')}\n`);
    expect(read()).toEqual([ONE]);
    write(`# since spring\n${TWO.toString('base64')}  # newest\n\n${ONE.toString('base64')}`);
    expect(read()).toEqual([TWO, ONE]);
  });

  test.each(['', '# nothing\n', 'c2hvcnQ=\n', `${ONE.toString('base64')}\nc2hvcnQ=`])('is refused with %j in it', (text) => {
    write(text);
    expect(read).toThrow('must hold 32 bytes in base64 on each line');
  });

  test('that is not there is named', () => {
    expect(read).toThrow(`[vault] key_file: ${file()} cannot be read (ENOENT).`);
  });

  test.each([0o644, 0o640, 0o660, 0o604, 0o602, 0o601, 0o666, 0o777])(
    'of this account with mode %o is refused, with the remedy',
    (mode) => {
      write(ONE.toString('base64'), mode);
      expect(read).toThrow(
        `has mode 0${mode.toString(8)}: others than the service can read or change the key. Set it: chmod 600 ${file()}`,
      );
    },
  );

  test.each([0o600, 0o400])('of this account with mode %o is taken', (mode) => {
    write(ONE.toString('base64'), mode);
    expect(read()).toEqual([ONE]);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)(
    `of another account may be read by its group, and by no one else${isRoot ? '' : ' (skipped: only root gives files away)'}`,
    () => {
      write(ONE.toString('base64'), 0o640);
      chownSync(file(), 12_345, 0);
      expect(read()).toEqual([ONE]);
      for (const mode of [0o660, 0o644, 0o604]) {
        chmodSync(file(), mode);
        expect(read).toThrow('chmod 640');
      }
    },
  );
});
