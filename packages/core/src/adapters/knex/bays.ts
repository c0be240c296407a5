import type { Knex } from 'knex';
import type { Bay, BayObserved } from '../../domain/bay.js';
import type { BayStatus, Health } from '../../domain/bay-status.js';
import type { BayId, BayModelId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { BayRepository, BayRow, New, Visibility } from '../../ports/store.js';
import { date, dateOrNull, flag, json, number, numberOrNull, pageOf, text, textOrNull, type Row } from './rows.js';

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
      'created_at',
      'updated_at',
    ].map((name) => [name, name]),
  ),
  cluster_template_id: 'baymodel_id',
  create_timeout: 'bay_create_timeout',
};

export function bayRepository(db: Knex, clock: Clock): BayRepository {
  const withCounts = (visible: Visibility, whole: boolean): Knex.QueryBuilder => {
    const query = db(TABLE).select(
      `${TABLE}.*`,
      countOf(db, 'master_count', '='),
      countOf(db, 'worker_count', '<>'),
      ...(whole ? [modelLabels(db)] : []),
    );
    return visible.projectId === null ? query : query.where(`${TABLE}.project_id`, visible.projectId);
  };
  return {
    async get(id) {
      const row: Row | undefined = await db(TABLE).where({ uuid: id }).first();
      return row && fromRow(row);
    },
    async getAll(ids) {
      const rows: Row[] = await db(TABLE).whereIn('uuid', [...ids]);
      return rows.map(fromRow);
    },
    async find(ident, visible) {
      const rows: Row[] = await withCounts(visible, true).where(isUuid(ident) ? { uuid: ident } : { name: ident });
      return rows.map(withSizes);
    },
    async list(visible, page, whole = false) {
      return (await pageOf(withCounts(visible, whole), db, TABLE, page, SORTABLE)).map(withSizes);
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
      // A new status is a change that somebody who looks for changes wants to see; MariaDB assigns from left to right.
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
      return rows.map((row) => text(row, 'uuid') as BayId);
    },
  };
}

async function countOfProject(db: Knex, projectId: string | null): Promise<{ readonly bays: number; readonly nodes: number }> {
  const of = (table: string): Knex.QueryBuilder => (projectId === null ? db(table) : db(table).where({ project_id: projectId }));
  const [row]: Row[] = await db.select(of(TABLE).count('*').as('bays'), of('node_group').sum('node_count').as('nodes'));
  return { bays: number(row ?? {}, 'bays'), nodes: numberOrNull(row ?? {}, 'nodes') ?? 0 };
}

function countOf(db: Knex, name: string, comparison: '=' | '<>'): Knex.QueryBuilder {
  return db('node_group')
    .sum('node_count')
    .where('node_group.bay_id', db.ref(`${TABLE}.uuid`))
    .andWhere('node_group.role', comparison, 'master')
    .as(name);
}

function modelLabels(db: Knex): Knex.QueryBuilder {
  return db('bay_model')
    .select('bay_model.labels')
    .where('bay_model.uuid', db.ref(`${TABLE}.baymodel_id`))
    .as('model_labels');
}

function withSizes(row: Row): BayRow {
  return {
    bay: fromRow(row),
    nodeCount: number(row, 'worker_count'),
    masterCount: number(row, 'master_count'),
    modelLabels: row['model_labels'] ? json(row, 'model_labels') : null,
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

function fromRow(row: Row): Bay {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row, 'uuid') as BayId,
    sequence: number(row, 'id'),
    projectId: text(row, 'project_id'),
    userId: text(row, 'user_id'),
    name: text(row, 'name'),
    generation: number(row, 'generation'),
    desired: {
      bayModelId: text(row, 'baymodel_id') as BayModelId,
      keypair: textOrNull(row, 'keypair'),
      dockerVolumeSize: numberOrNull(row, 'docker_volume_size'),
      labels: json(row, 'labels'),
      masterFlavorId: textOrNull(row, 'master_flavor_id'),
      flavorId: textOrNull(row, 'flavor_id'),
      createTimeout: number(row, 'bay_create_timeout'),
      discoveryUrl: textOrNull(row, 'discovery_url'),
      fixedNetwork: textOrNull(row, 'fixed_network'),
      fixedSubnet: textOrNull(row, 'fixed_subnet'),
      floatingIpEnabled: flag(row, 'floating_ip_enabled'),
      masterLbEnabled: flag(row, 'master_lb_enabled'),
      caGeneration: number(row, 'ca_generation'),
    },
    observed: {
      status: text(row, 'status') as BayStatus,
      statusReason: textOrNull(row, 'status_reason'),
      stackId: textOrNull(row, 'stack_id'),
      apiAddress: textOrNull(row, 'api_address'),
      discoveryUrl: textOrNull(row, 'observed_discovery_url'),
      coeVersion: textOrNull(row, 'coe_version'),
      containerVersion: textOrNull(row, 'container_version'),
      masterAddresses: json(row, 'master_addresses'),
      nodeAddresses: json(row, 'node_addresses'),
      health: textOrNull(row, 'health_status') as Health | null,
      healthReason: json(row, 'health_status_reason'),
      acceptedGeneration: number(row, 'accepted_generation'),
    },
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
