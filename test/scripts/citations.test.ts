import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'check-citations.mjs');
const PAGE = '# Validation\n\n## Quota\n\n## Labels & their `types`\n\n## Quota\n\n```md\n## In code\n```\n';
// Joined, so that the check of this repository does not take the examples for citations of its own.
const DOCS = ['docs', '/'].join('');

/** What the check says of a repository with these files beside a page of rules. */
function check(files: Readonly<Record<string, string>>): { status: number | null; output: string; errors: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-citations-'));
  try {
    for (const [name, text] of Object.entries({ [`${DOCS}rules.md`]: PAGE, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const run = spawnSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8' });
    return { status: run.status, output: run.stdout, errors: run.stderr.split('\n').filter((line) => line !== '') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('citations in comments and links of pages resolve to files and headings', () => {
  const { status, output, errors } = check({
    'src/a.ts': `/** As ${DOCS}rules.md#quota-1 and ${DOCS}rules.md say. */\n`,
    'src/b.sh': `# See ${DOCS}rules.md#labels--their-types.\n`,
    'README.md': `See [the rules](${DOCS}rules.md#quota), [here](#see), <https://example.org/docs/none.md> and \`[none](none.md)\`.\n\n# See\n`,
    [`${DOCS}other.md`]: 'See [the code](../src/a.ts).\n\n[rules]: rules.md#quota\n',
  });
  expect(errors).toEqual([]);
  expect({ status, output }).toEqual({ status: 0, output: '7 citations and links resolve, 0 do not\n' });
});

test('what does not resolve fails the check, with file and line', () => {
  const { status, output, errors } = check({
    'src/a.ts': `// One.\n// ${DOCS}none.md\n`,
    'src/b.mjs': `/* ${DOCS}rules.md#quotas, ${DOCS}rules.md#in-code */\n`,
    'README.md': `# Here\n\n[a](${DOCS}rules.md#none) [b](${DOCS}none.md)\n\n[c](#there)\n`,
  });
  expect(errors.toSorted()).toEqual([
    `README.md:3: ${DOCS}none.md: there is no file ${DOCS}none.md`,
    `README.md:3: ${DOCS}rules.md#none: ${DOCS}rules.md has no heading for #none`,
    'README.md:5: #there: README.md has no heading for #there',
    `src/a.ts:2: ${DOCS}none.md: there is no file ${DOCS}none.md`,
    `src/b.mjs:1: ${DOCS}rules.md#in-code: ${DOCS}rules.md has no heading for #in-code`,
    `src/b.mjs:1: ${DOCS}rules.md#quotas: ${DOCS}rules.md has no heading for #quotas`,
  ]);
  expect({ status, output }).toEqual({ status: 1, output: '0 citations and links resolve, 6 do not\n' });
});

test('a citation by the number of a section fails the check, also over the end of a line', () => {
  const { status, errors } = check({
    'src/a.ts': `/** Limits (${'contract'}, validation §2). */\n`,
    'src/b.ts': `/**\n * Waits (${'contract'},\n * protocol §7), bounded.\n */\n`,
    'src/c.ts': '// One contract, tried on each § of the law.\n',
  });
  expect(errors.toSorted()).toEqual([
    `src/a.ts:1: ${'contract'}, validation §… cannot be resolved: cite page and heading of ${DOCS}contract`,
    `src/b.ts:2: ${'contract'}, protocol §… cannot be resolved: cite page and heading of ${DOCS}contract`,
  ]);
  expect(status).toBe(1);
});

test('what is installed or generated is not looked at', () => {
  const broken = `// ${DOCS}none.md\n`;
  const { status } = check({ 'node_modules/a/index.js': broken, 'packages/a/dist/index.js': broken, 'generated/a.ts': broken });
  expect(status).toBe(0);
});
