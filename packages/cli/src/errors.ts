// Errors of the command line itself. This file imports nothing, so that help needs no SDK.

/** The exit codes, so that a shell script can distinguish failures. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  conflict: 5,
  timeout: 6,
  operationFailed: 7,
  interrupted: 130,
} as const;

/** The command cannot be carried out as it was given. */
export class UsageError extends Error {}

/** Ends the command with a code; the command has printed its messages already. */
export class SilentExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A column that the command's result does not have. */
export class ColumnError extends Error {
  constructor(names: readonly string[], known: readonly string[]) {
    super(`No column is named ${names.map((name) => JSON.stringify(name)).join(', ')}; the columns are: ${known.join(', ')}`);
  }
}

/** Several resources have the name that was given; `lines` has one for each of them. */
export class AmbiguousName extends Error {
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.lines = lines;
  }
}
