import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATABASE, lockDataDir, openDataDir } from './data-dir.js';

let around: string;
beforeEach(() => void (around = mkdtempSync(join(tmpdir(), 'magnum-data-'))));
afterEach(() => rmSync(around, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const modesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));

test('a new data folder, and everything in it, is for its owner alone', () => {
  const folder = join(around, 'data');
  openDataDir(folder);
  lockDataDir(folder);
  expect([modeOf(folder), modesIn(folder)]).toEqual(['700', { 'instance.json': '600', lock: '600' }]);
});

test('an empty folder that every user could read becomes one, and so does that of an earlier release', () => {
  const folder = around;
  chmodSync(folder, 0o755);
  openDataDir(folder);
  expect(modeOf(folder)).toBe('700');
  for (const name of [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`]) writeFileSync(join(folder, name), '', { mode: 0o644 });
  chmodSync(join(folder, 'instance.json'), 0o644);
  chmodSync(folder, 0o777);
  openDataDir(folder);
  expect([modeOf(folder), new Set(Object.values(modesIn(folder)))]).toEqual(['700', new Set(['600'])]);
});

test('a folder with other things in it keeps its mode and theirs', () => {
  chmodSync(around, 0o755);
  writeFileSync(join(around, 'letter.txt'), '', { mode: 0o644 });
  openDataDir(around);
  expect([modeOf(around), modesIn(around)]).toEqual(['755', { 'instance.json': '600', 'letter.txt': '644' }]);
});
