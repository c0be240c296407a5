import type { Knex } from 'knex';
import { createOnce, type Migration } from '../migration.js';

export const quotaMigrations: readonly Migration[] = [
  { name: '020-quotas', up: (db) => createOnce(db, 'quota', quotaTable) },
  { name: '021-project-locks', up: (db) => createOnce(db, 'project_lock', lockTable) },
];

function quotaTable(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('project_id', 255).notNullable();
  table.string('resource', 64).notNullable();
  table.integer('hard_limit').notNullable();
  table.bigInteger('created_at').notNullable();
  table.bigInteger('updated_at');
  table.unique(['project_id', 'resource']);
}

/** A row to lock: a project without a quota of its own has one too. */
function lockTable(table: Knex.CreateTableBuilder): void {
  table.string('project_id', 255).primary();
  table.bigInteger('turn').notNullable();
}
