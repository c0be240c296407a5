import type { Knex } from 'knex';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { TimeSample } from '../system/followed-clock.js';

export type LearnTime = (sample: TimeSample) => void;

/** MariaDB's and MySQL's: microseconds since 1970, whatever the time zone of the session. */
export const TIME_QUESTION = "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) AS now";

/** Asked anew so often, the clocks of two hosts drift apart by a few milliseconds, and a database whose clock was set is soon followed. */
const ASK_EVERY_MS = 15_000;

/** Milliseconds since 1970. */
export function timeIn(rows: unknown): number {
  // The question has one row with one column.
  return Number((rows as readonly { readonly now: number | string }[])[0]?.now) / 1_000;
}

/** Asks for the time until the signal. A database that is away is asked again: a new connection learns the time, too. */
export async function keepLearningTime(
  db: Knex,
  deps: { readonly clock: Clock; readonly logger: Logger; readonly learnTime: LearnTime },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const asked = performance.now();
    try {
      const [rows] = (await db.raw(TIME_QUESTION)) as readonly unknown[]; // mysql2 answers with rows and columns
      deps.learnTime({ serverTime: timeIn(rows), asked, answered: performance.now() });
    } catch (error) {
      if (!signal.aborted) deps.logger.debug('time of the database cannot be read', { error });
    }
    await deps.clock.sleep(ASK_EVERY_MS, signal).catch(() => undefined);
  }
}
