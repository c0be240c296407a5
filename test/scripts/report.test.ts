import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addReport, closingLines, noTotals, type Report } from '../../scripts/testing/report.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

/** What vitest itself reports of these test files. */
function reportOf(files: Readonly<Record<string, string>>): Report {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-report-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'vitest.config.mjs'), "export default { test: { include: ['*.spec.mjs'], globals: true } };");
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    spawnSync(process.execPath, [vitest, 'run', '--root', folder, '--reporter=json', '--outputFile=report.json'], {
      cwd: folder,
    });
    return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report; // vitest writes its own format
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('files that fail to run count as failures, though none of their tests failed', { timeout: 60_000 }, () => {
  const report = reportOf({
    'green.spec.mjs': "test('holds', () => {}); test.skip('later', () => {});",
    'red.spec.mjs': "test('breaks', () => { throw new Error('x'); });",
    'hook.spec.mjs': "beforeAll(() => { throw new Error('no database'); }); test('never begins', () => {});",
    'import.spec.mjs': "import './absent.mjs'; test('never begins', () => {});",
  });
  const totals = addReport(noTotals(), report, 'light tests');
  expect(totals).toMatchObject({ passed: 1, failed: 1 });
  expect(totals.filesFailedToRun.map((path) => path.split('/').at(-1)).sort()).toEqual(['hook.spec.mjs', 'import.spec.mjs']);
  const lines = closingLines(totals, [{ name: 'light tests', seconds: 61.2 }]);
  expect(lines).toContain('Time: light tests 1 min 1 s; in all 1 min 1 s.');
  expect(lines[0]).toMatch(/^Slowest: .*red\.spec\.mjs 0 min \d s/);
  expect(lines.find((line) => line.startsWith('Failed: '))).toMatch(/red\.spec\.mjs: breaks: Error: x$/);
  expect(lines.at(-1)).toMatch(/^1 passed, 3 failed, \d skipped$/);
});

test('a runner that dies counts as a failure', () => {
  const totals = addReport(noTotals(), undefined, 'OpenStack');
  expect(closingLines(totals, []).slice(1)).toEqual([
    'Failed to run: OpenStack: the test runner wrote no report',
    '1 test file failed to run, counted as failed.',
    '0 passed, 1 failed, 0 skipped',
  ]);
});
