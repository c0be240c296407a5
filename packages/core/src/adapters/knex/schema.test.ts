import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bayEvents } from './bay-events.js';
import { bayModels } from './bay-models.js';
import { bays } from './bays.js';
import { containers } from './containers.js';
import { departedBays } from './departed-bays.js';
import { federations } from './federations.js';
import { idempotencyKeys, idempotencyRecords } from './idempotency.js';
import { intents, upgradeModels } from './intents.js';
import { magnumServices } from './magnum-services.js';
import { migrate } from './migrate.js';
import { coreMigrations } from './migrations/core.js';
import { nodeGroups } from './node-groups.js';
import { enrolments, nodeRecords, nodes } from './nodes.js';
import { projectLocks, quotas } from './quotas.js';
import { reconcilerStates } from './reconciler-states.js';
import { secrets } from './secrets.js';
import { openSqlite } from './sqlite.js';
import type { Table } from './table.js';
import { workItems } from './work-queue.js';
import { x509KeyPairs } from './x509-key-pairs.js';

/** What is compared: a description of which the type does not matter. */
type Description = Pick<Table<unknown>, 'name' | 'columns' | 'sortKeys'>;
const DESCRIPTIONS: readonly Description[] = [
  bayEvents,
  bayModels,
  bays,
  containers,
  departedBays,
  enrolments,
  federations,
  idempotencyKeys,
  idempotencyRecords,
  intents,
  magnumServices,
  nodeGroups,
  nodeRecords,
  nodes,
  projectLocks,
  quotas,
  reconcilerStates,
  secrets,
  upgradeModels,
  workItems,
  x509KeyPairs,
];

let db: Knex;
beforeAll(async () => {
  db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
});
afterAll(() => db.destroy());

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();
const described = (table: string) => DESCRIPTIONS.filter(({ name }) => name === table).flatMap(({ columns }) => columns);

interface SchemaColumn {
  readonly name: string;
  readonly notnull: number;
}

async function columnsOf(table: string): Promise<readonly SchemaColumn[]> {
  const columns: readonly SchemaColumn[] = await db.raw('select name, "notnull" from pragma_table_info(?)', [table]);
  return columns;
}

const tablesOf = async (): Promise<readonly string[]> => {
  const tables: readonly { readonly name: string }[] = await db('sqlite_master').where({ type: 'table' }).select('name');
  // The table of steps is the migrations' own.
  return sorted(tables.map(({ name }) => name).filter((name) => name !== 'schema_step' && !name.startsWith('sqlite_')));
};

test('every table of the schema has a description, and every description a table', async () => {
  expect(sorted(DESCRIPTIONS.map(({ name }) => name))).toEqual(await tablesOf());
});

test('descriptions name every column of the schema, and no other', async () => {
  for (const table of await tablesOf()) {
    const columns = await columnsOf(table);
    expect(sorted(described(table).map(({ name }) => name)), table).toEqual(sorted(columns.map(({ name }) => name)));
  }
});

test('a field that may be null has a column that may be NULL', async () => {
  for (const table of await tablesOf()) {
    const required = new Set((await columnsOf(table)).flatMap(({ name, notnull }) => (notnull === 1 ? [name] : [])));
    const wrong = described(table).filter(({ name, isNullable }) => isNullable && required.has(name));
    expect(wrong, table).toEqual([]);
  }
});

const TIMES = ['created_at', 'updated_at'];

/** docs/contract/lists.md#paging. A list that loses one refuses requests that it has served; one that gains one shows what it must not. */
describe.each<readonly [string, readonly Description[], readonly string[]]>([
  [
    'bays',
    [bays],
    [
      ...['id', 'uuid', 'name', 'baymodel_id', 'cluster_template_id', 'keypair', 'docker_volume_size', 'master_flavor_id'],
      ...['flavor_id', 'bay_create_timeout', 'create_timeout', 'discovery_url', 'fixed_network', 'fixed_subnet', 'status'],
      ...['floating_ip_enabled', 'master_lb_enabled', 'status_reason', 'stack_id', 'health_status', 'health_status_reason'],
      ...['api_address', 'coe_version', 'container_version', 'project_id', 'user_id', 'labels', 'node_addresses'],
      ...['master_addresses', ...TIMES],
    ],
  ],
  [
    'bay models',
    [bayModels],
    [
      ...['id', 'uuid', 'name', 'project_id', 'user_id', 'coe', 'image_id', 'keypair_id', 'external_network_id', 'fixed_network'],
      ...['fixed_subnet', 'network_driver', 'volume_driver', 'dns_nameserver', 'apiserver_port', 'flavor_id', 'master_flavor_id'],
      ...['docker_volume_size', 'docker_storage_driver', 'cluster_distro', 'http_proxy', 'https_proxy', 'no_proxy', 'labels'],
      ...['registry_enabled', 'insecure_registry', 'tls_disabled', 'public', 'hidden', 'server_type', 'master_lb_enabled'],
      ...['floating_ip_enabled', 'tags', 'driver', ...TIMES],
    ],
  ],
  [
    'node groups',
    [nodeGroups],
    [
      ...['id', 'uuid', 'name', 'role', 'flavor_id', 'image_id', 'node_count', 'min_node_count', 'max_node_count', 'version'],
      ...['docker_volume_size', 'is_default', 'status', 'status_reason', 'project_id', 'labels', 'node_labels', 'node_taints'],
      'stack_id',
      ...TIMES,
    ],
  ],
  [
    'nodes',
    [nodes, nodeRecords],
    [
      ...['id', 'uuid', 'name', 'role', 'status', 'status_reason', 'server_id', 'private_address', 'public_address', 'type'],
      ...['image_id', 'ironic_node_id', 'bay_uuid', ...TIMES],
    ],
  ],
  [
    'containers',
    [containers],
    [
      ...['id', 'uuid', 'name', 'bay_uuid', 'image', 'command', 'memory', 'status', 'project_id', 'user_id', 'environment'],
      ...TIMES,
    ],
  ],
  ['key pairs', [x509KeyPairs], ['id', 'uuid', 'name', 'bay_uuid', 'project_id', 'user_id', 'ca_cert', 'certificate', ...TIMES]],
  [
    'federations',
    [federations],
    ['id', 'uuid', 'name', 'hostcluster_id', 'member_ids', 'properties', 'status', 'status_reason', 'project_id', ...TIMES],
  ],
  ['quotas', [quotas], ['id', 'project_id', 'resource', 'hard_limit', ...TIMES]],
])('lists of %s', (_noun, descriptions, keys) => {
  test('are sorted by just these keys, each of which is a column', async () => {
    const sortKeys = descriptions.flatMap((description) => Object.entries(description.sortKeys));
    expect(sorted(sortKeys.map(([key]) => key))).toEqual(sorted(keys));
    const columns = (await columnsOf(descriptions[0]?.name ?? '')).map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(sortKeys.map(([, column]) => column)));
  });
});
