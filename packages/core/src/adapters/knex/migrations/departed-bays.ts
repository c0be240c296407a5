import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const departedBayMigrations: readonly Migration[] = [{ name: 'departed-bays-001', up: makeTable }];

async function makeTable(db: Knex): Promise<void> {
  if (await db.schema.hasTable('departed_bay')) return;
  await db.schema.createTable('departed_bay', (table) => {
    table.string('uuid', 36).notNullable().primary();
    table.string('project_id', 255).nullable();
    table.string('user_id', 255).nullable();
    table.string('stack_name', 255).nullable();
    table.integer('ca_generation').notNullable();
    table.integer('credential_generation').notNullable();
    table.bigInteger('look_at').notNullable().index();
  });
}
