import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const nodeEnrolmentMigrations: readonly Migration[] = [{ name: 'node-enrolment-001-secret', up: addSecrets }];

/** Nodes that stand already were made before there were secrets: they are marked so, and go on as they are. */
async function addSecrets(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node', 'enrolment')) return;
  await db.schema.alterTable('node', (columns) => {
    columns.string('enrolment', 16).notNullable().defaultTo('before');
    columns.string('secret_hash', 64).nullable();
  });
}
