import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const credentialMigrations: readonly Migration[] = [{ name: 'credentials-001-generation', up: addGenerations }];

/** Which credential, counted from 0, the nodes of a bay should hold; and which one each of them has confirmed. */
async function addGenerations(db: Knex): Promise<void> {
  for (const table of ['bay', 'node']) {
    if (await db.schema.hasColumn(table, 'credential_generation')) continue;
    await db.schema.alterTable(table, (columns) => {
      columns.integer('credential_generation').notNullable().defaultTo(0);
    });
  }
}
