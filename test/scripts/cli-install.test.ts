import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPacked, type Installation } from '../../scripts/bench/cli.mjs';

let installed: Installation;
beforeAll(() => {
  installed = installPacked();
});
afterAll(() => rmSync(installed.folder, { recursive: true, force: true }));

function run(
  more: Record<string, string>,
  ...words: readonly string[]
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const program = join(installed.folder, 'node_modules', '@magnum-ts', 'cli', 'bin', 'magnum.js');
  const env = { PATH: process.env['PATH'] ?? '', HOME: installed.folder, ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    cwd: installed.folder,
    env,
  });
  return { code: status, out: stdout, err: stderr };
}

/** The files below node_modules that a command loads, as V8 reports them. */
function loadedBy(...words: readonly string[]): string[] {
  const reports = join(installed.folder, 'reports');
  run({ NODE_V8_COVERAGE: reports }, ...words);
  const urls = readdirSync(reports).flatMap((name) => {
    const report = JSON.parse(readFileSync(join(reports, name), 'utf8')) as { result: { url: string }[] }; // V8's own form
    return report.result.map(({ url }) => url);
  });
  rmSync(reports, { recursive: true });
  return urls.flatMap((url) => /^file:.*?\/node_modules\/(.*)$/.exec(url)?.[1] ?? []);
}

describe('an installation of the command line', () => {
  test('has ten packages at most, is smaller than 5 MB, and has no server', () => {
    expect(installed.packages.length, installed.packages.join(', ')).toBeLessThanOrEqual(10);
    expect(installed.bytes).toBeLessThan(5_000_000);
    expect(installed.packages).not.toContain('@magnum-ts/server');
  });

  test('runs from the folder in which it is installed', () => {
    expect(run({}, '--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    expect(run({}, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('clustertemplate'), err: '' });
    expect(run({}, 'bay', 'create', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--baymodel'), err: '' });
    expect(run({}, 'bay', 'list')).toMatchObject({ code: 4, err: expect.stringContaining('OS_AUTH_URL') });
    expect(run({}, 'bay', 'list', '--query', '[')).toMatchObject({ code: 2, err: expect.stringContaining('--query') });
  });

  test('loads one file for its version, and for its help nothing of the SDK, the API or other packages', () => {
    // Milliseconds are measured by `npm run bench`; on a machine with other work they say nothing.
    expect(loadedBy('--version')).toEqual(['@magnum-ts/cli/bin/magnum.js']);
    const packages = new Set(loadedBy('--help').map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]));
    expect([...packages].sort()).toEqual(['@magnum-ts/cli', 'commander']);
  });

  test('says of magnum dev how to install the server', () => {
    const { code, err } = run({}, 'dev');
    expect([code, err]).toEqual([2, expect.stringContaining('npm install @magnum-ts/server')]);
  });
});
