import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

/** Which certificate authority, counted from 0, a bay should have. */
export const certificateMigrations: readonly Migration[] = [{ name: 'certificates-001-generation', up: addGeneration }];

async function addGeneration(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('bay', 'ca_generation')) return;
  await db.schema.alterTable('bay', (table) => {
    table.integer('ca_generation').notNullable().defaultTo(0);
  });
}
