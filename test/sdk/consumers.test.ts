import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packInto } from '../../scripts/host/packed.mjs';
import { compilerOf } from '../../scripts/host/sdk-tools.mjs';

/** Programs outside the repository that use the packed SDK, compiled with every check on, those of the SDK's own declarations among them. */
const root = new URL('../..', import.meta.url).pathname;
const consumer = new URL('./consumer/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'magnum-consumers-'));
beforeAll(() => {
  packInto('packages/sdk', join(folder, 'node_modules'));
  mkdirSync(join(folder, 'node_modules', '@types'));
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'));
  symlinkSync(join(root, 'node_modules', 'undici-types'), join(folder, 'node_modules', 'undici-types'));
  for (const name of ['types.ts', 'node.ts']) copyFileSync(join(consumer, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
};

/** The compiler's output; empty where all is well. */
async function compile(release: '5.5' | '5.9' | '7', files: readonly string[], options: object): Promise<string> {
  const config = `tsconfig.${release}.${files.join('-')}.${JSON.stringify(options).length}.json`;
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }));
  return new Promise((resolve) => {
    execFile(process.execPath, [compilerOf(release), '-p', config, '--pretty', 'false'], { cwd: folder }, (_error, out) =>
      resolve(out),
    );
  });
}

const MODULES = [
  { module: 'NodeNext', moduleResolution: 'NodeNext' },
  { module: 'ESNext', moduleResolution: 'Bundler' },
];

describe.each(['5.5', '5.9', '7'] as const)('with TypeScript %s', (release) => {
  test.each(MODULES)(
    'a program for the web compiles without the types of Node ($moduleResolution)',
    async (modules) => {
      const web = { ...modules, lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] };
      expect(await compile(release, ['types.ts'], web)).toBe('');
    },
    120_000,
  );

  test.each(MODULES)(
    'a program for Node compiles ($moduleResolution)',
    async (modules) => {
      expect(await compile(release, ['types.ts', 'node.ts'], { ...modules, lib: ['ES2022'], types: ['node'] })).toBe('');
    },
    120_000,
  );
});

test('a mistake in such a program is found', async () => {
  writeFileSync(
    join(folder, 'wrong.ts'),
    "import type { Magnum } from '@magnum-ts/sdk';\nexport const f = (m: Magnum) => m.bays.update('b', { nod_count: 1 });\n",
  );
  const said = await compile('5.9', ['wrong.ts'], { ...MODULES[0], lib: ['ES2022', 'DOM'], types: [] });
  expect(said).toMatch(/wrong\.ts\(2,\d+\): error TS/);
}, 120_000);

test('there are at least sixty assertions about types', () => {
  const text = readFileSync(join(consumer, 'types.ts'), 'utf8');
  expect([...text.matchAll(/^ *(is<|.*\) is<|\/\/ @ts-expect-error)/gm)].length).toBeGreaterThanOrEqual(60);
});
