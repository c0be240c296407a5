import type { Knex } from 'knex';
import { createOnce, type Migration } from '../migration.js';

export const federationMigrations: readonly Migration[] = [
  { name: '022-federations', up: (db) => createOnce(db, 'federation', federationTable) },
];

function federationTable(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('uuid', 36).notNullable().unique();
  table.string('project_id', 255).notNullable().index();
  table.string('name', 255).notNullable().index();
  table.string('hostcluster_id', 36).notNullable();
  table.text('member_ids', 'mediumtext').notNullable();
  table.text('properties', 'mediumtext').notNullable();
  table.string('status', 32).notNullable();
  table.text('status_reason', 'mediumtext');
  table.integer('revision').notNullable();
  table.bigInteger('created_at').notNullable();
  table.bigInteger('updated_at');
}
