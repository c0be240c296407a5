import type { Knex } from 'knex';
import { exactText, type Migration } from '../migration.js';

const ID = 64;

async function ensureTable(db: Knex, name: string, columns: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  if (await db.schema.hasTable(name)) return;
  await db.schema.createTable(name, (table) => {
    columns(table);
    exactText(db, table);
  });
}

const orchestration: Migration = {
  name: 'embedded-001-orchestration',
  async up(db) {
    await ensureTable(db, 'hot_stack', (table) => {
      table.string('id', ID).primary();
      table.string('project_id', ID).notNullable();
      table.string('user_id', ID).notNullable();
      table.string('name', 255).notNullable();
      table.string('action', 16).notNullable();
      table.string('state', 16).notNullable();
      table.text('reason').notNullable();
      table.text('tags').notNullable();
      // Grows with every operation: a run whose number is not the row's own has lost its right to write.
      table.integer('traversal').notNullable();
      table.text('spec', 'longtext').notNullable();
      table.text('previous_spec', 'longtext').nullable();
      table.text('failure').nullable();
      table.bigInteger('started_at').notNullable();
      table.bigInteger('created_at').notNullable();
      table.unique(['project_id', 'name']);
    });
    await ensureTable(db, 'hot_resource', (table) => {
      table.string('id', ID).primary();
      table.string('stack_id', ID).notNullable().index();
      table.string('parent_id', ID).notNullable();
      table.string('name', 255).notNullable();
      table.text('path').notNullable();
      // Id of the part that this one is plugged into: a port's server, an address's port, a member's pool.
      table.string('link', ID).nullable().index();
      table.string('type', 255).notNullable();
      table.integer('position').notNullable();
      table.boolean('superseded').notNullable();
      table.string('action', 16).notNullable();
      table.string('state', 16).notNullable();
      table.text('reason').notNullable();
      table.text('requires', 'mediumtext').notNullable();
      table.string('digest', 64).nullable();
      table.text('properties', 'longtext').nullable();
      table.text('attributes', 'longtext').nullable();
      table.bigInteger('started_at').nullable();
      table.integer('traversal').nullable();
    });
    await ensureTable(db, 'hot_signal', (table) => {
      table.increments('position');
      table.string('handle_id', ID).notNullable();
      table.string('signal_id', 255).notNullable();
      table.string('stack_id', ID).notNullable().index();
      table.string('status', 16).notNullable();
      table.text('reason').notNullable();
      table.text('data', 'mediumtext').nullable();
      table.unique(['handle_id', 'signal_id']);
    });
    await ensureTable(db, 'hot_event', (table) => {
      table.increments('id');
      table.string('stack_id', ID).notNullable().index();
      table.bigInteger('at').notNullable();
      table.text('path').notNullable();
      table.string('type', 255).notNullable();
      table.string('action', 16).notNullable();
      table.string('state', 16).notNullable();
      table.text('reason').notNullable();
    });
    await ensureTable(db, 'hot_allocation', (table) => {
      table.string('range_id', ID).notNullable();
      table.string('address', 15).notNullable();
      table.string('owner_id', ID).notNullable().unique();
      table.string('stack_id', ID).notNullable().index();
      table.primary(['range_id', 'address']);
    });
  },
};

const cloud: Migration = {
  name: 'embedded-002-cloud',
  async up(db) {
    await ensureTable(db, 'embedded_range', (table) => {
      table.string('bay_id', ID).primary();
      table.string('cidr', 18).notNullable().unique();
    });
    await ensureTable(db, 'simulated_part', (table) => {
      table.string('kind', 16).notNullable();
      table.string('part_key', 255).notNullable();
      table.text('detail', 'longtext').notNullable();
      table.primary(['kind', 'part_key']);
    });
  },
};

const identity: Migration = {
  name: 'embedded-003-identity',
  async up(db) {
    await ensureTable(db, 'embedded_user', (table) => {
      table.string('id', ID).primary();
      table.string('name', 255).notNullable().unique();
      table.string('password_hash', 255).notNullable();
    });
    await ensureTable(db, 'embedded_token', (table) => {
      table.string('hash', ID).primary();
      table.string('user_id', ID).notNullable().index();
      table.text('detail').notNullable();
      table.bigInteger('expires_at').notNullable().index();
    });
  },
};

/** Several engines share one database: each works on the stacks whose lease it holds. */
const leases: Migration = {
  name: 'embedded-004-stack-leases',
  async up(db) {
    await ensureColumn(db, 'lease_owner', (table) => table.string('lease_owner', 255).nullable());
    await ensureColumn(db, 'lease_until', (table) => table.bigInteger('lease_until').nullable());
    // Grows with every change of the stack or of a resource: what was seen at the same number is still true.
    await ensureColumn(db, 'revision', (table) => {
      table.bigInteger('revision').notNullable().defaultTo(0);
      table.index(['state']);
    });
  },
};

const eventResources: Migration = {
  name: 'embedded-005-event-resources',
  async up(db) {
    if (await db.schema.hasColumn('hot_event', 'physical_id')) return;
    await db.schema.alterTable('hot_event', (table) => void table.string('physical_id', 255));
  },
};

const applicationCredentials: Migration = {
  name: 'embedded-006-application-credentials',
  async up(db) {
    await ensureTable(db, 'embedded_application_credential', (table) => {
      table.string('id', ID).primary();
      table.string('user_id', ID).notNullable();
      table.string('name', 255).notNullable();
      table.text('description').nullable();
      table.string('secret_hash', 255).notNullable();
      table.string('project_id', ID).notNullable();
      table.text('roles').notNullable();
      table.boolean('unrestricted').notNullable();
      table.bigInteger('expires_at').nullable();
      table.unique(['user_id', 'name']);
    });
  },
};

async function ensureColumn(db: Knex, name: string, column: (table: Knex.AlterTableBuilder) => unknown): Promise<void> {
  if (!(await db.schema.hasColumn('hot_stack', name))) await db.schema.alterTable('hot_stack', (table) => void column(table));
}

/** Tables of the embedded cloud: orchestration, address ranges, simulated parts, users, tokens and application credentials; leases on stacks. */
export const embeddedMigrations: readonly Migration[] = [
  orchestration,
  cloud,
  identity,
  leases,
  eventResources,
  applicationCredentials,
];
