import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildGoPrograms, programsFolder } from '../../scripts/host/go-build.mjs';
import { goProgram } from '../../scripts/host/go.mjs';

let reason = '';
// Go would keep what it compiles under XDG_CACHE_HOME, too, and begin with its own library.
const compiledBefore = process.env['GOCACHE'];
try {
  const go = goProgram();
  process.env['GOCACHE'] = execFileSync(go, ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
  // A Go that was fetched stands in the usual cache, which these tests replace: without this each build would fetch it again.
  if (isAbsolute(go)) process.env['PATH'] = [dirname(go), process.env['PATH']].join(delimiter);
} catch (error) {
  reason = error instanceof Error ? error.message : String(error);
  console.warn(`go-build.test.ts is left out: ${reason}`);
}
let folder = '';
let lines: string[] = [];
const cacheBefore = process.env['XDG_CACHE_HOME'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'go-build-'));
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  lines = [];
});
afterAll(() => {
  if (compiledBefore === undefined) delete process.env['GOCACHE'];
});
afterEach(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

function orderOf(source: string) {
  writeFileSync(join(folder, 'go.mod'), 'module hello\n\ngo 1.21\n');
  writeFileSync(join(folder, 'main.go'), source);
  const files = { 'go.mod': join(folder, 'go.mod'), 'main.go': join(folder, 'main.go') };
  return { name: 'hello', files, duration: 'a second', log: (line: string) => void lines.push(line) };
}
const HELLO = 'package main\n\nfunc main() { println("hello") }\n';

describe.skipIf(reason !== '')('programs in Go', () => {
  test('are built once, also for two who ask at the same time', { timeout: 120_000 }, async () => {
    const order = orderOf(HELLO);
    const [first, second] = await Promise.all([buildGoPrograms(order), buildGoPrograms(order)]);
    expect(first).toBe(second);
    expect(first).toBe(programsFolder(order));
    expect(spawnSync(join(first, 'hello'), { encoding: 'utf8' }).stderr).toBe('hello\n');
    expect(lines.filter((line) => line.startsWith('building'))).toHaveLength(1);
    expect(lines).toContain('waiting for another process that builds hello');
    expect(readdirSync(join(folder, 'cache', 'magnum-ts'))).toHaveLength(1);
    await buildGoPrograms(order);
    expect(lines.filter((line) => line.startsWith('building'))).toHaveLength(1);
  });

  test('leave nothing behind where they cannot be built, and say why', { timeout: 120_000 }, async () => {
    const order = orderOf('package main\n\nfunc main() { nothing() }\n');
    await expect(buildGoPrograms(order)).rejects.toThrow(/hello could not be built: .*undefined: nothing/);
    expect(readdirSync(join(folder, 'cache', 'magnum-ts'))).toEqual([]);
  });

  test('are built in spite of a process that died while it built', { timeout: 120_000 }, async () => {
    const order = orderOf(HELLO);
    execFileSync('mkdir', ['-p', join(folder, 'cache', 'magnum-ts')]);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(`${programsFolder(order)}.lock`, String(pid));
    expect(existsSync(join(await buildGoPrograms(order), 'hello'))).toBe(true);
    expect(existsSync(`${programsFolder(order)}.lock`)).toBe(false);
  });
});
