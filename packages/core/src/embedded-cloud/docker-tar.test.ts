import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { tarOf, tarStreamOf } from './docker-tar.js';

test('an archive that is made while it is read has the bytes of the one in memory, wherever the files are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docker-tar-'));
  try {
    const content = Buffer.alloc(200_000, 'x');
    const source = join(folder, 'large');
    writeFileSync(source, content);
    writeFileSync(join(folder, 'empty'), '');
    const small = { path: 'small', content: 'a text, ÄÖÜ' };
    const streamed = tarStreamOf([
      small,
      { path: 'program/large', source, mode: 0o755 },
      { path: 'empty', source: join(folder, 'empty') },
    ]);
    const whole = tarOf([small, { path: 'program/large', content, mode: 0o755 }, { path: 'empty', content: '' }]);
    expect((await buffer(streamed)).equals(whole)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that is gone fails the stream, naming it', async () => {
  await expect(buffer(tarStreamOf([{ path: 'a', source: '/no/such/file' }]))).rejects.toThrow('/no/such/file');
});
