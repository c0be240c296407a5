import type { Knex } from 'knex';
import { exactText, type Migration } from '../migration.js';

export const certificateMigrations: readonly Migration[] = [
  { name: 'certificates-001-generation', up: addGeneration },
  { name: 'certificates-002-key-pairs', up: makeKeyPairs },
  { name: 'certificates-003-expiry', up: addExpiry },
];

/** When the first certificate of a bay expires, for operators' figures. */
async function addExpiry(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('bay_support', 'certificates_until')) return;
  await db.schema.alterTable('bay_support', (table) => void table.bigInteger('certificates_until').index());
}

/** Which certificate authority, counted from 0, a bay should have. */
async function addGeneration(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('bay', 'ca_generation')) return;
  await db.schema.alterTable('bay', (table) => {
    table.integer('ca_generation').notNullable().defaultTo(0);
  });
}

async function makeKeyPairs(db: Knex): Promise<void> {
  if (await db.schema.hasTable('x509_key_pair')) return;
  await db.schema.createTable('x509_key_pair', (table) => {
    table.increments('id');
    table.string('uuid', 36).notNullable().unique();
    table.string('project_id', 255).notNullable().index();
    table.string('user_id', 255).notNullable();
    table.string('bay_uuid', 36).notNullable().index();
    table.string('name', 255).index();
    for (const name of ['ca_cert', 'certificate', 'sealed_private_key']) table.text(name, 'mediumtext');
    table.bigInteger('created_at').notNullable();
    table.bigInteger('updated_at');
    exactText(db, table);
  });
}
