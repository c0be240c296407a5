import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import { exactText, isMariadb, type Migration } from './migration.js';

const LOCK = 'magnum-migrate';
const LOCK_SECONDS = 60;

/** Brings the schema up to date. Forward only; safe to run twice, and by several processes at a time. Returns the steps made. */
export async function migrate(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  return isMariadb(db) ? withLock(db, () => steps(db, migrations)) : steps(db, migrations);
}

/** Names of steps that are still to be made. */
export async function pendingMigrations(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  const done = (await db.schema.hasTable('schema_step')) ? await doneSteps(db) : new Set<string>();
  return migrations.filter((migration) => !done.has(migration.name)).map((migration) => migration.name);
}

/**
 * Writes down that the steps up to this one are made, and no later one, and makes none: for a schema that came without its table of
 * steps, as from a dump of some tables. Errors: `invalid-parameter` for a step that is not known, or where there is no schema at all.
 */
export async function stamp(db: Knex, migrations: readonly Migration[], upTo: string): Promise<readonly string[]> {
  const names = migrations.map(({ name }) => name);
  const made = upTo === 'head' ? names : names.slice(0, names.indexOf(upTo) + 1);
  if (made.length === 0)
    throw new DomainError('invalid-parameter', {
      field: 'step',
      message: `Step ${upTo.slice(0, 80)} is not one of this release: magnum-db-manage history lists them, and head is the newest.`,
    });
  await refuseOthers(db);
  if (!(await db.schema.hasTable('bay')))
    throw new DomainError('invalid-parameter', {
      field: 'step',
      message: 'The database has no schema that could be stamped: run magnum-db-manage upgrade.',
    });
  await ensureStepTable(db);
  await db.transaction(async (transaction) => {
    await transaction('schema_step').delete();
    await transaction('schema_step').insert(made.map((name) => ({ name })));
  });
  return made;
}

async function steps(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  await refuseOthers(db);
  await ensureStepTable(db);
  const done = await doneSteps(db);
  const missing = migrations.filter((migration) => !done.has(migration.name));
  for (const migration of missing) {
    await migration.up(db);
    await db('schema_step').insert({ name: migration.name }).onConflict('name').ignore();
  }
  return missing.map((migration) => migration.name);
}

/**
 * The Magnum in Python keeps its own schema, under some of the same names, and alembic's table says so. An operator who starts with the
 * configuration file of that one names its database: nothing may be made in there.
 */
async function refuseOthers(db: Knex): Promise<void> {
  if ((await db.schema.hasTable('schema_step')) || !(await db.schema.hasTable('alembic_version'))) return;
  throw new DomainError('invalid-parameter', {
    field: '[database] connection',
    message:
      '[database] connection names a database with the schema of the Magnum in Python, which is left as it is: create an empty one and name that (docs/migrating.md).',
  });
}

async function ensureStepTable(db: Knex): Promise<void> {
  if (await db.schema.hasTable('schema_step')) return;
  await db.schema.createTable('schema_step', (table) => {
    table.string('name', 255).primary();
    exactText(db, table);
  });
}

async function doneSteps(db: Knex): Promise<ReadonlySet<string>> {
  return new Set((await db<{ name: string }>('schema_step').select('name')).map((row) => row.name));
}

/** The lock belongs to one connection, held by an open transaction; data definition commits by itself and needs others. */
async function withLock<T>(db: Knex, work: () => Promise<T>): Promise<T> {
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
