import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const nodeZoneMigrations: readonly Migration[] = [{ name: 'node-zones-001', up: addZone }];

/** Nodes that are there already are in the zone that their labels name: null. */
async function addZone(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node', 'zone')) return;
  await db.schema.alterTable('node', (table) => void table.string('zone', 255));
}
