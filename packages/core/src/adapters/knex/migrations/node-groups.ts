import type { Knex } from 'knex';
import type { Migration } from '../migration.js';

export const nodeGroupMigrations: readonly Migration[] = [
  { name: '023-node-group-fields', up: addGroupFields },
  { name: '024-node-origins', up: addNodeOrigins },
  { name: '025-intent-upgrades', up: addUpgrades },
];

export const groupStackMigrations: readonly Migration[] = [{ name: 'node-group-stacks-001', up: addStack }];

async function addGroupFields(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node_group', 'version')) return;
  await db.schema.alterTable('node_group', (table) => {
    table.text('node_labels', 'mediumtext');
    table.text('node_taints', 'mediumtext');
    table.string('version', 20);
  });
}

/** Nodes that are there already are what their group and bay say. */
async function addNodeOrigins(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('node', 'image_id'))) {
    await db.schema.alterTable('node', (table) => {
      table.string('baymodel_id', 36);
      table.string('image_id', 255);
    });
  }
  const [bay, group] = [
    db('bay').select('baymodel_id').where('bay.uuid', db.ref('node.bay_id')),
    db('node_group').select('image_id').where('node_group.uuid', db.ref('node.node_group_id')),
  ];
  await db('node').whereNull('image_id').update({ baymodel_id: bay, image_id: group });
}

async function addUpgrades(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('intent', 'stride')) return;
  await db.schema.alterTable('intent', (table) => {
    table.string('upgrade_model_id', 36).index();
    table.text('upgrade', 'mediumtext');
    table.integer('stride').notNullable().defaultTo(0);
  });
}

/** Null: the group stands in its bay's own stack. The next pass over the bay notes another one. */
async function addStack(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('node_group', 'stack_id')) return;
  await db.schema.alterTable('node_group', (table) => void table.string('stack_id', 255));
}
