import type { Knex } from 'knex';
import { createOnce, type Migration } from '../migration.js';
import { certificateMigrations } from './certificates.js';
import { credentialMigrations } from './credentials.js';
import { departedBayMigrations } from './departed-bays.js';
import { nodeEnrolmentMigrations } from './node-enrolment.js';
import { federationMigrations } from './federations.js';
import { groupStackMigrations, nodeGroupMigrations } from './node-groups.js';
import { nodeRecordMigrations } from './node-records.js';
import { nodeShardMigrations } from './node-shards.js';
import { nodeZoneMigrations } from './node-zones.js';
import { quotaMigrations } from './quotas.js';
import { idempotencyMigrations } from './idempotency.js';

/** Times are whole milliseconds since 1970 (bigint), structures are JSON text: one form for SQLite and MariaDB. */
export const coreMigrations: readonly Migration[] = [
  { name: '001-bay-models', up: (db) => createOnce(db, 'bay_model', bayModelTable) },
  { name: '002-bays', up: (db) => createOnce(db, 'bay', bayTable) },
  { name: '003-node-groups', up: (db) => createOnce(db, 'node_group', nodeGroupTable) },
  { name: '004-nodes', up: (db) => createOnce(db, 'node', nodeTable) },
  { name: '005-intents', up: (db) => createOnce(db, 'intent', intentTable) },
  { name: '006-work-items', up: (db) => createOnce(db, 'work_item', workItemTable) },
  { name: '007-bay-support', up: (db) => createOnce(db, 'bay_support', baySupportTable) },
  { name: '008-bay-events', up: (db) => createOnce(db, 'bay_event', bayEventTable) },
  { name: '009-containers', up: (db) => createOnce(db, 'container', containerTable) },
  { name: '010-vault', up: (db) => createOnce(db, 'vault_secret', vaultTable) },
  { name: '011-services', up: (db) => createOnce(db, 'magnum_service', serviceTable) },
  { name: '012-intent-trace', up: addIntentTrace },
  { name: '013-event-kinds', up: addEventKinds },
  ...quotaMigrations,
  ...federationMigrations,
  ...nodeGroupMigrations,
  ...idempotencyMigrations,
  ...certificateMigrations,
  ...nodeRecordMigrations,
  ...credentialMigrations,
  ...nodeShardMigrations,
  ...departedBayMigrations,
  ...nodeEnrolmentMigrations,
  ...groupStackMigrations,
  ...nodeZoneMigrations,
];

async function addEventKinds(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('bay_event', 'kind')) return;
  await db.schema.alterTable('bay_event', (table) => {
    table.string('kind', 16).notNullable().defaultTo('status');
    table.string('resource_id', 255);
  });
  await db('bay_event').where({ source: 'stack' }).update({ kind: 'stack' });
}

async function addIntentTrace(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('intent', 'traceparent')) return;
  await db.schema.alterTable('intent', (table) => {
    table.string('traceparent', 64);
  });
}

function resource(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('uuid', 36).notNullable().unique();
  table.string('project_id', 255).notNullable().index();
  table.bigInteger('created_at').notNullable();
  table.bigInteger('updated_at');
}

function bayModelTable(table: Knex.CreateTableBuilder): void {
  resource(table);
  table.string('user_id', 255).notNullable();
  table.string('name', 255).notNullable().index();
  for (const name of ['coe', 'image_id', 'server_type']) table.string(name, 255).notNullable();
  for (const name of [
    'keypair_id',
    'external_network_id',
    'fixed_network',
    'fixed_subnet',
    'network_driver',
    'volume_driver',
    'dns_nameserver',
    'flavor_id',
    'master_flavor_id',
    'docker_storage_driver',
    'cluster_distro',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'insecure_registry',
    'tags',
    'driver',
  ])
    table.string(name, 255);
  for (const name of ['apiserver_port', 'docker_volume_size']) table.integer(name);
  for (const name of ['registry_enabled', 'tls_disabled', 'public', 'hidden', 'master_lb_enabled', 'floating_ip_enabled']) {
    table.boolean(name).notNullable();
  }
  table.text('labels', 'mediumtext').notNullable();
}

function bayTable(table: Knex.CreateTableBuilder): void {
  resource(table);
  table.string('user_id', 255).notNullable();
  table.string('name', 255).notNullable().index();
  table.bigInteger('generation').notNullable();
  table.string('baymodel_id', 36).notNullable().index();
  for (const name of ['keypair', 'master_flavor_id', 'flavor_id', 'discovery_url', 'fixed_network', 'fixed_subnet'])
    table.string(name, 255);
  table.integer('docker_volume_size');
  table.integer('bay_create_timeout').notNullable();
  table.boolean('floating_ip_enabled').notNullable();
  table.boolean('master_lb_enabled').notNullable();
  table.text('labels', 'mediumtext').notNullable();
  table.string('status', 32).notNullable().index();
  table.text('status_reason', 'mediumtext');
  for (const name of ['stack_id', 'api_address', 'observed_discovery_url', 'coe_version', 'container_version'])
    table.string(name, 255);
  table.text('master_addresses', 'mediumtext').notNullable();
  table.text('node_addresses', 'mediumtext').notNullable();
  table.string('health_status', 16);
  table.text('health_status_reason', 'mediumtext').notNullable();
  table.bigInteger('accepted_generation').notNullable();
}

function nodeGroupTable(table: Knex.CreateTableBuilder): void {
  resource(table);
  table.string('bay_id', 36).notNullable();
  table.string('name', 255).notNullable();
  table.string('role', 255).notNullable();
  table.string('flavor_id', 255);
  table.string('image_id', 255).notNullable();
  table.integer('node_count').notNullable();
  table.integer('min_node_count').notNullable();
  table.integer('max_node_count');
  table.integer('docker_volume_size');
  table.text('labels', 'mediumtext').notNullable();
  table.boolean('is_default').notNullable();
  table.string('status', 32).notNullable();
  table.text('status_reason', 'mediumtext');
  table.unique(['bay_id', 'name']);
}

function nodeTable(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('uuid', 36).notNullable().unique();
  table.bigInteger('created_at').notNullable();
  table.bigInteger('updated_at');
  table.string('bay_id', 36).notNullable();
  table.string('node_group_id', 36).notNullable();
  table.string('name', 64).notNullable();
  table.string('role', 16).notNullable();
  table.string('desired', 16).notNullable();
  table.string('status', 32).notNullable();
  table.text('status_reason', 'mediumtext');
  for (const name of ['server_id', 'private_address', 'public_address']) table.string(name, 255);
  table.unique(['bay_id', 'name']);
}

function intentTable(table: Knex.CreateTableBuilder): void {
  table.string('bay_id', 36).primary();
  table.string('operation', 16).notNullable();
  table.bigInteger('generation').notNullable();
  table.boolean('rollback').notNullable();
  table.bigInteger('started_at').notNullable();
  table.bigInteger('deadline');
}

function workItemTable(table: Knex.CreateTableBuilder): void {
  table.string('bay_id', 36).primary();
  table.bigInteger('due_at').notNullable().index();
  table.bigInteger('wakes').notNullable();
  table.integer('attempts').notNullable();
  table.string('lease_owner', 255);
  table.bigInteger('lease_until');
  table.bigInteger('fence').notNullable();
}

function baySupportTable(table: Knex.CreateTableBuilder): void {
  table.string('bay_id', 36).primary();
  table.text('support', 'mediumtext').notNullable();
}

function bayEventTable(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('bay_id', 36).notNullable();
  table.bigInteger('at').notNullable();
  table.string('source', 16).notNullable();
  table.string('resource', 512).notNullable();
  table.string('resource_type', 255).notNullable();
  table.string('status', 64).notNullable();
  table.text('reason', 'mediumtext');
  table.index(['bay_id', 'id']);
}

function containerTable(table: Knex.CreateTableBuilder): void {
  resource(table);
  table.string('user_id', 255).notNullable();
  table.string('bay_uuid', 36).notNullable().index();
  table.string('name', 255).index();
  table.string('image', 255).notNullable();
  table.text('command', 'mediumtext');
  table.string('memory', 64);
  table.text('environment', 'mediumtext').notNullable();
  table.string('status', 16).notNullable();
}

function vaultTable(table: Knex.CreateTableBuilder): void {
  table.string('ref', 255).primary();
  table.text('sealed', 'mediumtext').notNullable();
}

function serviceTable(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('host', 255).notNullable();
  table.string('binary', 255).notNullable();
  table.integer('report_count').notNullable();
  table.boolean('disabled').notNullable();
  table.string('disabled_reason', 255);
  table.bigInteger('last_seen_up');
  table.bigInteger('created_at').notNullable();
  table.bigInteger('updated_at');
  table.unique(['host', 'binary']);
}
