import type { Knex } from 'knex';
import { migrate, pendingMigrations, stamp } from '../adapters/knex/migrate.js';
import { coreMigrations } from '../adapters/knex/migrations/core.js';
import { embeddedMigrations } from '../adapters/knex/migrations/embedded.js';
import { reseal, type Resealed } from '../adapters/knex/reseal.js';
import { aesSealer } from '../adapters/system/sealer.js';
import type { Config } from '../config/config.js';
import { openDatabase } from './open-database.js';
import { sealingKeys } from './sealing-keys.js';

export const MIGRATIONS = [...coreMigrations, ...embeddedMigrations];

/** Every step of this release, in their order; the newest one is its version. */
export const SCHEMA_STEPS: readonly string[] = MIGRATIONS.map(({ name }) => name);
export const SCHEMA_VERSION = SCHEMA_STEPS.at(-1) ?? '';

/** `magnum-db-manage`: steps made, or still to be made. */
export async function upgradeDatabase(config: Config): Promise<readonly string[]> {
  return withDatabase(config, (db) => migrate(db, MIGRATIONS));
}

export async function pendingDatabaseSteps(config: Config): Promise<readonly string[]> {
  return withDatabase(config, (db) => pendingMigrations(db, MIGRATIONS));
}

/** `magnum-db-manage stamp`: steps that are then down as made. */
export async function stampDatabase(config: Config, step: string): Promise<readonly string[]> {
  return withDatabase(config, (db) => stamp(db, MIGRATIONS, step));
}

/** `magnum-db-manage reseal`: seals again what an older key, or none, has sealed. Safe to repeat, and while the services run. */
export async function resealDatabase(config: Config): Promise<Resealed> {
  const sealer = aesSealer(...sealingKeys(config));
  return withDatabase(config, (db) => reseal(db, sealer));
}

async function withDatabase<T>(config: Config, work: (db: Knex) => Promise<T>): Promise<T> {
  const db = openDatabase(config);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
