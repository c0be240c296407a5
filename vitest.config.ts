import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources, also across packages.
    alias: [
      { find: /^@magnum-ts\/openapi$/, replacement: source('./openapi/src/index.ts') },
      { find: /^@magnum-ts\/core\/testing$/, replacement: source('./packages/core/src/testing/index.ts') },
      { find: /^@magnum-ts\/core$/, replacement: source('./packages/core/src/index.ts') },
      { find: /^@magnum-ts\/sdk\/minimal$/, replacement: source('./packages/sdk/src/minimal.ts') },
      { find: /^@magnum-ts\/sdk\/testing$/, replacement: source('./packages/sdk/src/testing/index.ts') },
      { find: /^@magnum-ts\/sdk\/node$/, replacement: source('./packages/sdk/src/node/index.ts') },
      { find: /^@magnum-ts\/sdk$/, replacement: source('./packages/sdk/src/index.ts') },
      { find: /^@magnum-ts\/server$/, replacement: source('./packages/server/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'openapi/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: [source('./test/support/temporary-folder.ts')],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default'],
  },
});
