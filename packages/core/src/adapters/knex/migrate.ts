import type { Knex } from 'knex';
import type { Migration } from './migration.js';

/** Brings the schema up to date. Forward only; running it again does nothing. */
export async function migrate(db: Knex, migrations: readonly Migration[]): Promise<readonly string[]> {
  if (!(await db.schema.hasTable('schema_step'))) {
    await db.schema.createTable('schema_step', (table) => {
      table.string('name', 255).primary();
    });
  }
  const done = new Set((await db<{ name: string }>('schema_step').select('name')).map((row) => row.name));
  const missing = migrations.filter((migration) => !done.has(migration.name));
  for (const migration of missing) {
    await migration.up(db);
    await db('schema_step').insert({ name: migration.name });
  }
  return missing.map((migration) => migration.name);
}
