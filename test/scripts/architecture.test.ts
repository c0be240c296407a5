import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'check-architecture.mjs');
const SOURCES = ['core/src/domain/bay.ts', 'core/src/index.ts', 'server/src/app.ts', 'sdk/src/index.ts', 'cli/src/main.ts'];
const LIST = ['core/src', 'core/src/domain', 'server/src', 'sdk/src', 'cli/src'].map(
  (folder) => `packages/${folder}/   what it holds`,
);

/** What the check says of a repository with these sources and this page. */
function check(page: readonly string[]): { readonly status: number | null; readonly errors: readonly string[] } {
  const root = mkdtempSync(join(tmpdir(), 'magnum-architecture-'));
  try {
    for (const name of [...SOURCES.map((path) => `packages/${path}`), 'docs/architecture.md']) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), page.join('\n'));
    }
    const run = spawnSync(process.execPath, [SCRIPT, root], { encoding: 'utf8' });
    return { status: run.status, errors: run.stderr.split('\n').filter((line) => line !== '') };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('a page that lists every folder and names files that exist passes', () => {
  expect(check([...LIST, 'Bays: `domain/bay.ts`, `packages/core/src/index.ts`.'])).toEqual({ status: 0, errors: [] });
});

test('a folder that is missing or gone, and a file that does not exist, fail the check', () => {
  expect(check([...LIST.slice(1), 'packages/core/src/engines/   gone', 'See `domain/bays.ts`.'])).toEqual({
    status: 1,
    errors: [
      'docs/architecture.md: packages/core/src/ is not listed: say what it holds',
      'docs/architecture.md: packages/core/src/engines/ is listed and does not exist',
      'docs/architecture.md: line 6: there is no file domain/bays.ts',
    ],
  });
});
