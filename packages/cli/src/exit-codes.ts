import {
  AuthError,
  ConflictError,
  ForbiddenError,
  MagnumError,
  NotFoundError,
  TimeoutError,
  UnauthorizedError,
  WaiterError,
} from '@magnum-ts/sdk';
import { AmbiguousName, EXIT, SilentExit, UsageError } from './errors.js';
import { oneLine } from './text.js';

const CODES = [
  [NotFoundError, EXIT.notFound],
  [UnauthorizedError, EXIT.auth],
  [ForbiddenError, EXIT.auth],
  [AuthError, EXIT.auth],
  [ConflictError, EXIT.conflict],
  [TimeoutError, EXIT.timeout],
  [WaiterError, EXIT.operationFailed],
  [UsageError, EXIT.usage],
  [AmbiguousName, EXIT.conflict],
] as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof SilentExit) return error.code;
  return CODES.find(([Kind]) => error instanceof Kind)?.[1] ?? EXIT.failed;
}

export function messageOf(error: unknown): string {
  const text = oneLine(error instanceof Error ? error.message : String(error));
  const id = error instanceof MagnumError && error.requestId ? ` (request ${oneLine(error.requestId)})` : '';
  return `${text}${id}`;
}
