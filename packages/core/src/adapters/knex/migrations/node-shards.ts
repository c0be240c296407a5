import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const nodeShardMigrations: readonly Migration[] = [{ name: 'node-shards-001', up: addShard }];

/** Nodes that are there already stay in their bays' own stacks: null. */
async function addShard(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node', 'shard')) return;
  await db.schema.alterTable('node', (table) => void table.integer('shard'));
}
