import type { Knex } from 'knex';
import type { Bay, BayObserved } from '../../domain/bay.js';
import type { BayStatus, Health } from '../../domain/bay-status.js';
import type { BayId, BayModelId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { BayRepository, BayRow, New, Visibility } from '../../ports/store.js';
import { RowCache } from './row-cache.js';
import { valuesPageOf, type Row } from './rows.js';
import {
  columnsOf,
  date,
  dateOrNull,
  flag,
  json,
  jsonOrNull,
  number,
  numberOrNull,
  positionsOf,
  text,
  textOrNull,
  valuesOf,
  valuesOfText,
  type Values,
} from './values.js';

const TABLE = 'bay';
const SORTABLE = {
  ...Object.fromEntries(
    [
      'id',
      'uuid',
      'name',
      'baymodel_id',
      'keypair',
      'docker_volume_size',
      'master_flavor_id',
      'flavor_id',
      'bay_create_timeout',
      'discovery_url',
      'fixed_network',
      'fixed_subnet',
      'floating_ip_enabled',
      'master_lb_enabled',
      'status',
      'status_reason',
      'stack_id',
      'health_status',
      'api_address',
      'coe_version',
      'container_version',
      'project_id',
      'user_id',
      'labels',
      'health_status_reason',
      'node_addresses',
      'master_addresses',
      'created_at',
      'updated_at',
    ].map((name) => [name, name]),
  ),
  cluster_template_id: 'baymodel_id',
  create_timeout: 'bay_create_timeout',
};

const COLUMNS = [
  'id',
  'uuid',
  'project_id',
  'user_id',
  'name',
  'generation',
  'baymodel_id',
  'keypair',
  'docker_volume_size',
  'labels',
  'master_flavor_id',
  'flavor_id',
  'bay_create_timeout',
  'discovery_url',
  'fixed_network',
  'fixed_subnet',
  'floating_ip_enabled',
  'master_lb_enabled',
  'ca_generation',
  'credential_generation',
  'status',
  'status_reason',
  'stack_id',
  'api_address',
  'observed_discovery_url',
  'coe_version',
  'container_version',
  'master_addresses',
  'node_addresses',
  'health_status',
  'health_status_reason',
  'accepted_generation',
  'created_at',
  'updated_at',
] as const;
const at = positionsOf([...COLUMNS, 'master_count', 'worker_count', 'model_labels']);

const OF_BAYS = columnsOf(TABLE, COLUMNS);
const countOf = (comparison: string): string =>
  `(select sum(node_count) from node_group where node_group.bay_id = ${TABLE}.uuid and node_group.role ${comparison} 'master')`;
const WITH_COUNTS = `${OF_BAYS}, ${countOf('=')}, ${countOf('<>')}`;
const WITH_LABELS = `${WITH_COUNTS}, (select bay_model.labels from bay_model where bay_model.uuid = ${TABLE}.baymodel_id)`;

const FOUND_BY = {
  uuid: `select ${WITH_LABELS} from ${TABLE} where ${TABLE}.uuid = ?`,
  name: `select ${WITH_LABELS} from ${TABLE} where ${TABLE}.name = ?`,
};

export function bayRepository(db: Knex, clock: Clock): BayRepository {
  const plain = (): Knex.QueryBuilder => db(TABLE).select(db.raw(OF_BAYS));
  const withCounts = (visible: Visibility, whole: boolean): Knex.QueryBuilder => {
    const query = db(TABLE).select(db.raw(whole ? WITH_LABELS : WITH_COUNTS));
    return visible.projectId === null ? query : query.where(`${TABLE}.project_id`, visible.projectId);
  };
  return {
    async get(id) {
      const [row] = await valuesOf(plain().where({ uuid: id }));
      return row && fromRow(row);
    },
    async getAll(ids) {
      return (await valuesOf(plain().whereIn('uuid', [...ids]))).map(fromRow);
    },
    async find(ident, visible) {
      const statement = FOUND_BY[isUuid(ident) ? 'uuid' : 'name'];
      const rows =
        visible.projectId === null
          ? await valuesOfText(db, statement, [ident])
          : await valuesOfText(db, `${statement} and ${TABLE}.project_id = ?`, [ident, visible.projectId]);
      return rows.map(rowsInWhole.of);
    },
    async list(visible, page, whole = false) {
      const rows = await valuesPageOf(withCounts(visible, whole), db, TABLE, page, SORTABLE);
      return rows.map((whole ? rowsInWhole : rowsInLists).of);
    },
    async insert(bay) {
      await db(TABLE).insert({
        ...desiredRow(bay),
        ...observedRow(bay.observed),
        uuid: bay.id,
        project_id: bay.projectId,
        user_id: bay.userId,
        name: bay.name,
        created_at: bay.createdAt.getTime(),
        updated_at: bay.updatedAt?.getTime() ?? null,
      });
    },
    async saveDesired(bay, expectedGeneration) {
      const changed = await db(TABLE)
        .where({ uuid: bay.id, generation: expectedGeneration })
        .update({
          ...desiredRow(bay),
          status: bay.observed.status,
          status_reason: bay.observed.statusReason,
          updated_at: bay.updatedAt?.getTime() ?? null,
        });
      return changed === 1;
    },
    async saveModel(id, bayModelId, labels) {
      await db(TABLE)
        .where({ uuid: id })
        .update({ baymodel_id: bayModelId, labels: JSON.stringify(labels) });
    },
    async saveObserved(id, observed, generation) {
      // A new status is a change that clients poll for; MariaDB assigns from left to right.
      const changed = db.raw('case when status <> ? then ? else updated_at end', [observed.status, clock.now().getTime()]);
      const row = { updated_at: changed, ...observedRow(observed) };
      return (await db(TABLE).where({ uuid: id, generation }).update(row)) === 1;
    },
    async saveHealth(id, health, reason) {
      await db(TABLE)
        .where({ uuid: id })
        .update({ health_status: health, health_status_reason: JSON.stringify(reason) });
    },
    async delete(id) {
      for (const table of ['node', 'node_group', 'intent', 'bay_support', 'bay_event', 'work_item'])
        await db(table).where({ bay_id: id }).delete();
      for (const table of ['container', 'x509_key_pair']) await db(table).where({ bay_uuid: id }).delete();
      await db(TABLE).where({ uuid: id }).delete();
    },
    count: (projectId) => countOfProject(db, projectId),
    async idsInStatus(statuses) {
      const rows: Row[] = await db(TABLE)
        .whereIn('status', [...statuses])
        .select('uuid');
      return rows.map((row) => text(row['uuid']) as BayId);
    },
  };
}

async function countOfProject(db: Knex, projectId: string | null): Promise<{ readonly bays: number; readonly nodes: number }> {
  const of = (table: string): Knex.QueryBuilder => (projectId === null ? db(table) : db(table).where({ project_id: projectId }));
  const [row]: Row[] = await db.select(of(TABLE).count('*').as('bays'), of('node_group').sum('node_count').as('nodes'));
  return { bays: number(row?.['bays']), nodes: numberOrNull(row?.['nodes']) ?? 0 };
}

/** With the labels of their models, and without. */
const [rowsInWhole, rowsInLists] = [new RowCache(withSizes, at.uuid), new RowCache(withSizes, at.uuid)];

function withSizes(row: Values): BayRow {
  return {
    bay: fromRow(row),
    nodeCount: number(row[at.worker_count]),
    masterCount: number(row[at.master_count]),
    modelLabels: jsonOrNull(row[at.model_labels] ?? null),
  };
}

function desiredRow(bay: New<Bay>): Record<string, unknown> {
  const { desired } = bay;
  return {
    generation: bay.generation,
    baymodel_id: desired.bayModelId,
    keypair: desired.keypair,
    docker_volume_size: desired.dockerVolumeSize,
    labels: JSON.stringify(desired.labels),
    master_flavor_id: desired.masterFlavorId,
    flavor_id: desired.flavorId,
    bay_create_timeout: desired.createTimeout,
    discovery_url: desired.discoveryUrl,
    fixed_network: desired.fixedNetwork,
    fixed_subnet: desired.fixedSubnet,
    floating_ip_enabled: desired.floatingIpEnabled,
    master_lb_enabled: desired.masterLbEnabled,
    ca_generation: desired.caGeneration,
    credential_generation: desired.credentialGeneration,
  };
}

function observedRow(observed: BayObserved): Record<string, unknown> {
  return {
    status: observed.status,
    status_reason: observed.statusReason,
    stack_id: observed.stackId,
    api_address: observed.apiAddress,
    observed_discovery_url: observed.discoveryUrl,
    coe_version: observed.coeVersion,
    container_version: observed.containerVersion,
    master_addresses: JSON.stringify(observed.masterAddresses),
    node_addresses: JSON.stringify(observed.nodeAddresses),
    health_status: observed.health,
    health_status_reason: JSON.stringify(observed.healthReason),
    accepted_generation: observed.acceptedGeneration,
  };
}

function fromRow(row: Values): Bay {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row[at.uuid]) as BayId,
    sequence: number(row[at.id]),
    projectId: text(row[at.project_id]),
    userId: text(row[at.user_id]),
    name: text(row[at.name]),
    generation: number(row[at.generation]),
    desired: {
      bayModelId: text(row[at.baymodel_id]) as BayModelId,
      keypair: textOrNull(row[at.keypair]),
      dockerVolumeSize: numberOrNull(row[at.docker_volume_size]),
      labels: json(row[at.labels]),
      masterFlavorId: textOrNull(row[at.master_flavor_id]),
      flavorId: textOrNull(row[at.flavor_id]),
      createTimeout: number(row[at.bay_create_timeout]),
      discoveryUrl: textOrNull(row[at.discovery_url]),
      fixedNetwork: textOrNull(row[at.fixed_network]),
      fixedSubnet: textOrNull(row[at.fixed_subnet]),
      floatingIpEnabled: flag(row[at.floating_ip_enabled]),
      masterLbEnabled: flag(row[at.master_lb_enabled]),
      caGeneration: number(row[at.ca_generation]),
      credentialGeneration: number(row[at.credential_generation]),
    },
    observed: {
      status: text(row[at.status]) as BayStatus,
      statusReason: textOrNull(row[at.status_reason]),
      stackId: textOrNull(row[at.stack_id]),
      apiAddress: textOrNull(row[at.api_address]),
      discoveryUrl: textOrNull(row[at.observed_discovery_url]),
      coeVersion: textOrNull(row[at.coe_version]),
      containerVersion: textOrNull(row[at.container_version]),
      masterAddresses: json(row[at.master_addresses]),
      nodeAddresses: json(row[at.node_addresses]),
      health: textOrNull(row[at.health_status]) as Health | null,
      healthReason: json(row[at.health_status_reason]),
      acceptedGeneration: number(row[at.accepted_generation]),
    },
    createdAt: date(row[at.created_at]),
    updatedAt: dateOrNull(row[at.updated_at]),
  };
}
