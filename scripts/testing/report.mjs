// What vitest's JSON reports say of a run, added up. A file that failed to run has no failed test in it: its tests count as skipped
// there, so that a run could look green whose suites never began. Such files are counted as failures of their own.

import { relative } from 'node:path';

/** @typedef {{ passed: number, failed: number, skipped: number, filesFailedToRun: string[],
 *   failures: { file: string, test: string, message: string }[], files: { name: string, seconds: number }[] }} Totals */

/** How many files the closing lines name as the slowest ones. */
const SLOWEST = 12;
/** Of a failed test's message: whole differences of large values are in the output above. */
const MESSAGE_CHARACTERS = 400;

/** @returns {Totals} */
export function noTotals() {
  return { passed: 0, failed: 0, skipped: 0, filesFailedToRun: [], failures: [], files: [] };
}

/**
 * @param {Totals} totals
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, startTime: number, endTime: number,
 *     assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] } | undefined} report undefined: the runner
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
    failures: [...totals.failures, ...report.testResults.flatMap(failuresOf)],
    files: [...totals.files, ...report.testResults.map(timeOf)],
  };
}

function failedToRun({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((result) => result.status === 'failed');
}

function failuresOf({ name, assertionResults }) {
  return assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      file: relative(process.cwd(), name),
      test: fullName,
      message: firstWords(failureMessages[0] ?? ''),
    }));
}

/** Without the stack trace. */
function firstWords(message) {
  const words = message.split(/\n\s+at /)[0].trim();
  return words.length > MESSAGE_CHARACTERS ? `${words.slice(0, MESSAGE_CHARACTERS)} …` : words;
}

function timeOf({ name, startTime, endTime }) {
  return { name: relative(process.cwd(), name), seconds: (endTime - startTime) / 1000 };
}

/**
 * The closing lines: the slowest files, every failure again (a reader of the output's end should not search the whole of it), the time
 * of each stage, and the totals last.
 * @param {Totals} totals
 * @param {{ name: string, seconds: number }[]} stages
 * @returns {string[]}
 */
export function closingLines(totals, stages) {
  const whole = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  const each = stages.map(({ name, seconds }) => `${name} ${duration(seconds)}`).join(', ');
  const files = totals.filesFailedToRun;
  const slowest = [...totals.files].sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
  return [
    ...(slowest.length > 0 ? [`Slowest: ${slowest.map((file) => `${file.name} ${duration(file.seconds)}`).join(', ')}.`] : []),
    ...totals.failures.map(({ file, test, message }) => `Failed: ${file}: ${test}: ${message}`),
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
