import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const nodeRecordMigrations: readonly Migration[] = [{ name: 'node-records-001', up: addRecords }];

/** Records of servers that belong to no bay stand in the table of nodes, with a project of their own and without a bay. */
async function addRecords(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node', 'project_id')) return;
  await db.schema.alterTable('node', (table) => {
    table.string('project_id', 255).index();
    for (const name of ['user_id', 'type', 'ironic_node_id']) table.string(name, 255);
  });
}
