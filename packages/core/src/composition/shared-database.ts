import type { Knex } from 'knex';
import { keepLearningTime } from '../adapters/knex/database-time.js';
import { followedClock } from '../adapters/system/followed-clock.js';
import type { Config } from '../config/config.js';
import { isShared, openDatabase } from './open-database.js';
import type { Clock } from '../ports/clock.js';
import type { Platform } from '../ports/platform.js';

export interface SharedDatabase {
  readonly db: Knex;
  readonly clock: Clock;
  /** Asks for the time again and again until the signal. */
  readonly keepLearning: (signal: AbortSignal) => Promise<void>;
}

/** The configured database, and the clock that all processes over it share: the host's own, where no other host can have the database. */
export function openShared({ clock: host, logger }: Platform, config: Config): SharedDatabase {
  if (!isShared(config)) return { db: openDatabase(config), clock: host, keepLearning: () => Promise.resolve() };
  const clock = followedClock(host);
  const { learn: learnTime } = clock;
  const db = openDatabase(config, learnTime);
  return { db, clock, keepLearning: (signal) => keepLearningTime(db, { clock, logger, learnTime }, signal) };
}

/** Connections of the process to its database, and requests that wait for one. */
export interface Pool {
  readonly used: number;
  readonly free: number;
  readonly waiting: number;
}

export function poolOf(db: Knex): Pool {
  // Knex's pool is tarn's; its types do not say so.
  const pool = db.client.pool as { numUsed(): number; numFree(): number; numPendingAcquires(): number } | undefined;
  return { used: pool?.numUsed() ?? 0, free: pool?.numFree() ?? 0, waiting: pool?.numPendingAcquires() ?? 0 };
}
