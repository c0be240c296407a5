import { addJitter, backoffMs } from '../../concurrency/backoff.js';
import type { Clock } from '../../ports/clock.js';
import { systemRandom } from '../system/random.js';

const DATABASE_CODES = /^(SQLITE|ER_|PROTOCOL_|ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND)/;

/** Whether it was the database that failed: away, overloaded, or refusing a statement. */
export function isDatabaseError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  // What is asked of a connection that has just been lost has no code of its own.
  return (
    DATABASE_CODES.test(codeOf(error)) ||
    error.name === 'SqliteError' ||
    error.name === 'KnexTimeoutError' ||
    ('fatal' in error && error.fatal === true)
  );
}

/** Whether a row was refused because its key is taken. */
export function isDuplicate(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ER_DUP_ENTRY' || code.startsWith('SQLITE_CONSTRAINT');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const MOST_TRIES = 6;
const BACKOFF = { firstMs: 50 };
/** Deadlock, lock wait, and what Galera answers at commit when another node was faster: the transaction left nothing behind. */
const REPEATABLE = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_ERROR_DURING_COMMIT', 'SQLITE_BUSY']);

/** The whole transaction again, a few times, later and later: its body only reads and writes the database. */
export async function retryTransaction<T>(clock: Clock, transaction: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (tried >= MOST_TRIES || !REPEATABLE.has(codeOf(error))) throw error;
      await clock.sleep(addJitter(backoffMs(BACKOFF, tried - 1), systemRandom));
    }
  }
}
