import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import { exactText, isMariadb, type Migration } from './migration.js';

const LOCK = 'magnum-migrate';
const LOCK_SECONDS = 60;

/** Brings the schema up to date. Forward only; safe to run twice, and by several processes at a time. Returns the steps made. */
export async function migrate(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  return isMariadb(db) ? locked(db, () => steps(db, migrations)) : steps(db, migrations);
}

/** Names of steps that are still to be made. */
export async function pendingMigrations(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  const done = (await db.schema.hasTable('schema_step')) ? await doneSteps(db) : new Set<string>();
  return migrations.filter((migration) => !done.has(migration.name)).map((migration) => migration.name);
}

async function steps(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  if (!(await db.schema.hasTable('schema_step'))) {
    await db.schema.createTable('schema_step', (table) => {
      table.string('name', 255).primary();
      exactText(db, table);
    });
  }
  const done = await doneSteps(db);
  const missing = migrations.filter((migration) => !done.has(migration.name));
  for (const migration of missing) {
    await migration.up(db);
    await db('schema_step').insert({ name: migration.name }).onConflict('name').ignore();
  }
  return missing.map((migration) => migration.name);
}

async function doneSteps(db: Knex): Promise<ReadonlySet<string>> {
  return new Set((await db<{ name: string }>('schema_step').select('name')).map((row) => row.name));
}

/** The lock belongs to one connection, held by an open transaction; data definition commits by itself and needs others. */
async function locked<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  return db.transaction(async (holder) => {
    const [[row]] = (await holder.raw('SELECT GET_LOCK(?, ?) AS held', [LOCK, LOCK_SECONDS])) as [[{ held: number | null }]]; // mysql2's [rows, fields]
    if (row?.held !== 1)
      throw new DomainError('store-unavailable', 'Another process is upgrading the database. Try again when it has finished.');
    try {
      return await work();
    } finally {
      await holder.raw('SELECT RELEASE_LOCK(?)', [LOCK]);
    }
  });
}
