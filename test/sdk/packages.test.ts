import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../scripts/host/free-port.mjs';
import { PACKAGES, packInto, type Packed } from '../../scripts/host/packed.mjs';
import { importTool } from '../../scripts/host/sdk-tools.mjs';

/** What npm would publish, from the build: the same files, read and used as a stranger would. */
const folder = mkdtempSync(join(tmpdir(), 'magnum-packed-'));
const root = new URL('../..', import.meta.url).pathname;
const packed = new Map<string, Packed>();
beforeAll(() => {
  for (const path of PACKAGES) packed.set(path, packInto(path, folder));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function packageAt(path: string): Packed {
  const found = packed.get(path);
  if (!found) throw new Error(`${path} was not packed`);
  return found;
}

describe.each([...PACKAGES])('the package of %s', (path) => {
  test('has licence, a page about itself, and keywords', () => {
    const { folder: at, manifest } = packageAt(path);
    expect(readFileSync(join(at, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(readFileSync(join(at, 'README.md'), 'utf8').startsWith(`# ${String(manifest['name'])}\n`)).toBe(true);
    expect(manifest).toMatchObject({ license: 'Apache-2.0', keywords: expect.arrayContaining(['openstack', 'magnum']) });
  });

  test('has no tests, no state of the compiler, and no maps to files that it lacks', () => {
    const { files } = packageAt(path);
    expect(
      files.filter((file) => /\.test\.|\.test-support\.|tsbuildinfo|\.d\.ts\.map$|(^|\/)(fixtures|golden)\//.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  test('has the sources in its maps', () => {
    const { folder: at, files } = packageAt(path);
    for (const file of files.filter((name) => name.endsWith('.js.map'))) {
      const map = JSON.parse(readFileSync(join(at, file), 'utf8')) as { sources: string[]; sourcesContent?: string[] }; // a source map
      expect([file, map.sourcesContent?.length]).toEqual([file, map.sources.length]);
    }
  });

  test('is good in the eyes of publint', async () => {
    const { publint } = (await importTool('publint/src/index-node.js')) as {
      publint: (options: object) => Promise<{ messages: unknown[] }>;
    }; // its documented export
    const { messages } = await publint({ pkgDir: packageAt(path).folder, pack: false, strict: true });
    // The address of the repository is the release script's to set.
    expect(messages).toEqual([]);
  }, 60_000);
});

describe('the SDK', () => {
  test('resolves for every module system that it is for, in the eyes of arethetypeswrong', async () => {
    const attw = (await importTool('@arethetypeswrong/core/dist/index.js')) as {
      checkPackage: (data: unknown) => Promise<{ problems: { resolutionKind?: string; kind: string }[] }>;
      createPackageFromTarballData: (data: Uint8Array) => unknown;
    }; // its documented exports
    const { problems } = await attw.checkPackage(
      attw.createPackageFromTarballData(readFileSync(packageAt('packages/sdk').tarball)),
    );
    // The package is of ES modules on purpose: a CommonJS program loads it by require() from Node 20.19 on, or by import().
    const wanted = new Set(['node10', 'node16-cjs']);
    expect(problems.filter(({ resolutionKind }) => resolutionKind === undefined || !wanted.has(resolutionKind))).toEqual([]);
  }, 60_000);

  test('installs alone, without a registry, and works by import and by require', async () => {
    const project = mkdtempSync(join(tmpdir(), 'magnum-alone-'));
    const run = (program: string, ...words: string[]): string =>
      execFileSync(program, words, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      run('npm', 'init', '-y');
      run('npm', 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', packageAt('packages/sdk').tarball);
      const { packages } = JSON.parse(run('npm', 'ls', '--json', '--all', '--long')) as { packages?: object }; // npm's own form
      expect(packages).toBeUndefined();
      expect(run('ls', 'node_modules', 'node_modules/@magnum-ts').split(/\s+/).filter(Boolean)).toEqual([
        'node_modules:',
        '@magnum-ts',
        'node_modules/@magnum-ts:',
        'sdk',
      ]);
      const port = await freePort();
      const use = `const magnum = createMagnum({ endpoint: 'http://127.0.0.1:${port}', token: 't', retries: { attempts: 1 } }); magnum.bays.get('b').catch((error) => console.log(error.code));`;
      expect(
        run(
          'node',
          '--input-type=module',
          '-e',
          `import { createMagnum } from '@magnum-ts/sdk'; import '@magnum-ts/sdk/node'; import '@magnum-ts/sdk/minimal'; ${use}`,
        ).trim(),
      ).toBe('connection-refused');
      expect(run('node', '--no-warnings', '-e', `const { createMagnum } = require('@magnum-ts/sdk'); ${use}`).trim()).toBe(
        'connection-refused',
      );
      const missing =
        "import { createTestMagnum } from '@magnum-ts/sdk/testing'; createTestMagnum().catch((error) => console.log(error.code, error.message));";
      expect(run('node', '--input-type=module', '-e', missing)).toMatch(
        /^missing-package createTestMagnum needs the package @magnum-ts\/core/,
      );
    } finally {
      rmSync(project, { recursive: true });
    }
  }, 60_000);

  test('is released with its repository, a bill of materials and checksums', () => {
    const out = join(folder, 'release');
    const release = (...words: string[]): string =>
      execFileSync(process.execPath, ['scripts/release.mjs', '--out', out, '--no-build', '--only', 'packages/sdk', ...words], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(() => release()).toThrow(/--repository is the https address/);
    release('--repository', 'https://git.example/owner/name');
    const sums = readFileSync(join(out, 'SHA256SUMS'), 'utf8').trim().split('\n');
    expect(sums.map((line) => line.split('  ')[1])).toEqual(['magnum-ts-sdk-0.1.0.tgz', 'magnum-ts-sdk-0.1.0.cdx.json']);
    expect(execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })).toMatch(/tgz: OK/);
    const tarball = join(out, 'magnum-ts-sdk-0.1.0.tgz');
    const manifest: unknown = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
    expect(manifest).toMatchObject({
      repository: { type: 'git', url: 'git+https://git.example/owner/name.git', directory: 'packages/sdk' },
      bugs: 'https://git.example/owner/name/issues',
    });
    const bill = readFileSync(join(out, 'magnum-ts-sdk-0.1.0.cdx.json'), 'utf8');
    expect(JSON.parse(bill)).toMatchObject({
      bomFormat: 'CycloneDX',
      components: [{ name: '@magnum-ts/sdk', licenses: [{ license: { id: 'Apache-2.0' } }] }],
    });
    expect(bill).not.toContain(tmpdir());
  }, 60_000);

  /**
   * Of the 690 kB, half are maps, which have the sources (226 kB); a package with them cannot have the 200 kB of one without. So what programs load
   * and what compilers read is measured by itself.
   */
  test('is small on the disk', () => {
    const { folder: at, files, manifest, unpackedBytes } = packageAt('packages/sdk');
    const sizeOf = (pattern: RegExp): number =>
      files.filter((file) => pattern.test(file)).reduce((sum, file) => sum + statSync(join(at, file)).size, 0);
    expect(manifest).not.toHaveProperty('dependencies');
    expect(sizeOf(/\.js$/)).toBeLessThan(115_000);
    expect(sizeOf(/\.d\.ts$/)).toBeLessThan(220_000);
    expect(unpackedBytes).toBeLessThan(700_000);
  });
});
