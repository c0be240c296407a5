import { ApiError, MagnumError } from '@magnum-ts/sdk';
import { AmbiguousName, ColumnError, SilentExit, UsageError } from './errors.js';
import { exitCodeOf, messageOf } from './exit-codes.js';
import type { Io } from './io.js';
import { escapeInQuotes, oneLine } from './text.js';

/** Prints why a command failed, or why one of several resources did: a line for people, or a line of JSON for programs. */
export function printError(io: Io, error: unknown, resource?: string): void {
  if (error instanceof SilentExit) return;
  const lines = error instanceof AmbiguousName ? error.lines.map((line) => `${line}\n`).join('') : '';
  if (io.errorFormat !== 'json')
    return io.err(`${resource === undefined ? 'magnum' : oneLine(resource)}: ${messageOf(error)}\n${lines}`);
  const isOfMagnum = error instanceof MagnumError;
  printJson(io, 'error', {
    message: `${error instanceof Error ? error.message : String(error)}${lines && ` ${lines.trim()}`}`,
    code: isOfMagnum ? error.code : codeOf(error),
    status: error instanceof ApiError ? error.status : null,
    request_id: (isOfMagnum ? error.requestId : undefined) ?? null,
    exit_code: exitCodeOf(error),
    resource: resource ?? null,
  });
}

/** Prints a mistake in the command line that commander has found. */
export function printUsage(io: Io, message: string): void {
  printJson(io, 'error', { message, code: 'usage', status: null, request_id: null, exit_code: 2, resource: null });
}

export function printWarning(io: Io, message: string): void {
  if (io.errorFormat === 'json') return printJson(io, 'warning', { message });
  io.err(`warning: ${oneLine(message)}\n`);
}

function printJson(io: Io, kind: 'error' | 'warning', fields: object): void {
  io.err(`${escapeInQuotes(JSON.stringify({ [kind]: fields }))}\n`);
}

function codeOf(error: unknown): string {
  if (error instanceof ColumnError) return 'unknown-column';
  if (error instanceof AmbiguousName) return 'not-unique';
  return error instanceof UsageError ? 'usage' : 'failed';
}
