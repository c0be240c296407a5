// What vitest's JSON reports say of a run, added up. A file that failed to run has no failed test in it: its tests count as skipped
// there, so that a run could look green whose suites never began. Such files are counted as failures of their own.

/** @typedef {{ passed: number, failed: number, skipped: number, filesFailedToRun: string[] }} Totals */

/** @returns {Totals} */
export function noTotals() {
  return { passed: 0, failed: 0, skipped: 0, filesFailedToRun: [] };
}

/**
 * @param {Totals} totals
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, assertionResults: { status: string }[] }[] } | undefined} report undefined: the runner
 *   died before it wrote one
 * @param {string} stage for people
 * @returns {Totals}
 */
export function addReport(totals, report, stage) {
  if (!report) return { ...totals, filesFailedToRun: [...totals.filesFailedToRun, `${stage}: the test runner wrote no report`] };
  return {
    passed: totals.passed + report.numPassedTests,
    failed: totals.failed + report.numFailedTests,
    skipped: totals.skipped + report.numPendingTests + report.numTodoTests,
    filesFailedToRun: [...totals.filesFailedToRun, ...report.testResults.filter(failedToRun).map(({ name }) => name)],
  };
}

function failedToRun({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((result) => result.status === 'failed');
}

/**
 * The closing lines, totals last.
 * @param {Totals} totals
 * @param {{ name: string, seconds: number }[]} stages
 * @returns {string[]}
 */
export function closingLines(totals, stages) {
  const whole = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const each = stages.map(({ name, seconds }) => `${name} ${duration(seconds)}`).join(', ');
  const files = totals.filesFailedToRun;
  return [
    `Time: ${each}; in all ${duration(whole)}.`,
    ...files.map((name) => `Failed to run: ${name}`),
    ...(files.length > 0
      ? [`${files.length} test ${files.length === 1 ? 'file' : 'files'} failed to run, counted as failed.`]
      : []),
    `${totals.passed} passed, ${totals.failed + files.length} failed, ${totals.skipped} skipped`,
  ];
}

/** @param {number} seconds */
export function duration(seconds) {
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
