export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Paths. */
  readonly filesFailedToRun: readonly string[];
  readonly failures: readonly { readonly file: string; readonly test: string; readonly message: string }[];
  readonly files: readonly { readonly name: string; readonly seconds: number }[];
}
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Both in milliseconds of the epoch. */
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}
export function noTotals(): Totals;
export function addReport(totals: Totals, report: Report | undefined, stage: string): Totals;
export function closingLines(totals: Totals, stages: readonly { readonly name: string; readonly seconds: number }[]): string[];
export function duration(seconds: number): string;
