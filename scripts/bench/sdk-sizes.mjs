// The sizes of the SDK in a bundle, minified and compressed, for browsers and for workerd: what a page or an edge function has to load.
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** Programs, by what they use. */
export const PROGRAMS = {
  'all of it': "export * from '@magnum-ts/sdk';",
  'a client with a password':
    "import { createMagnum, passwordAuth } from '@magnum-ts/sdk'; console.log(createMagnum, passwordAuth);",
  'one resource':
    "import { bayModels, connect } from '@magnum-ts/sdk'; console.log(bayModels(connect({ endpoint: '', token: '' })));",
  'one list':
    "import { connectMinimal } from '@magnum-ts/sdk/minimal'; console.log(connectMinimal({ endpoint: '', token: '', microversion: '1.14' }).list('/v1/clusters', {}));",
};
/** Bytes that the bundles may have. */
export const GOALS = { 'all of it': 15_000, 'one list': 6_000 };

/** @type {Record<'browser' | 'workerd', import('esbuild').BuildOptions>} */
const TARGETS = {
  browser: { platform: 'browser' },
  workerd: { platform: 'neutral', conditions: ['workerd', 'worker', 'browser', 'import'], mainFields: ['module', 'main'] },
};

/** @param {string} program @param {'browser' | 'workerd'} target @param {import('esbuild').BuildOptions} [options] */
export async function bundle(program, target, options = {}) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    alias: {
      '@magnum-ts/sdk/minimal': resolve(ROOT, 'packages/sdk/src/minimal.ts'),
      '@magnum-ts/sdk/node': resolve(ROOT, 'packages/sdk/src/node/index.ts'),
      '@magnum-ts/sdk': resolve(ROOT, 'packages/sdk/src/index.ts'),
    },
    ...TARGETS[target],
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

/** @param {string} text */
export function compressedBytes(text) {
  return gzipSync(text, { level: 9 }).length;
}

export async function benchSdk() {
  const rows = [];
  for (const [what, program] of Object.entries(PROGRAMS)) {
    const value = compressedBytes(await bundle(program, 'browser')) / 1000;
    const goal = GOALS[what];
    rows.push({ what: `the SDK in a bundle: ${what}`, value, unit: 'kB', digits: 1, ...(goal && { goal: goal / 1000 }) });
  }
  return rows;
}
