import type { Knex } from 'knex';
import { exactText, type Migration } from '../migration.js';

export const idempotencyMigrations: readonly Migration[] = [
  {
    name: '060-idempotency-keys',
    up: async (db) => {
      if (await db.schema.hasTable('idempotency_key')) return;
      await db.schema.createTable('idempotency_key', (table) => {
        keyTable(table);
        exactText(db, table);
      });
    },
  },
];

function keyTable(table: Knex.CreateTableBuilder): void {
  table.string('id', 64).primary();
  table.string('owner', 36).notNullable();
  table.string('request_hash', 64).notNullable();
  table.bigInteger('created_at').notNullable().index();
  table.bigInteger('busy_until').notNullable();
  table.string('resource_id', 64);
  table.text('answer', 'mediumtext');
}
