import type { Knex } from 'knex';
import type { Bay, BayDesired, BayObserved } from '../../domain/bay.js';
import type { BayStatus, Health } from '../../domain/bay-status.js';
import type { BayId, BayModelId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { Labels } from '../../domain/labels.js';
import type { Clock } from '../../ports/clock.js';
import type { BayRepository, BayRow } from '../../ports/store.js';
import { flag, integer, json, sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { readAll, readOne, rowsOfText, select, selectVisible } from './queries.js';
import { rowCache } from './row-cache.js';
import { fixed, group, only, table } from './table.js';

const desired = group<BayDesired>({
  bayModelId: uuid<BayModelId>('baymodel_id').sortable('baymodel_id', 'cluster_template_id'),
  keypair: text().nullable().sortable(),
  dockerVolumeSize: integer().nullable().sortable(),
  labels: json<Labels>().sortable().filterable(),
  masterFlavorId: text().nullable().sortable(),
  flavorId: text().nullable().sortable(),
  createTimeout: integer('bay_create_timeout').sortable('bay_create_timeout', 'create_timeout'),
  discoveryUrl: text().nullable().sortable(),
  fixedNetwork: text().nullable().sortable(),
  fixedSubnet: text().nullable().sortable(),
  floatingIpEnabled: flag().sortable(),
  masterLbEnabled: flag().sortable(),
  caGeneration: integer(),
  credentialGeneration: integer(),
});

const observed = group<BayObserved>({
  status: text<BayStatus>().sortable().filterable(),
  statusReason: text().nullable().sortable(),
  stackId: text().nullable().sortable(),
  apiAddress: text().nullable().sortable(),
  discoveryUrl: text('observed_discovery_url').nullable(),
  coeVersion: text().nullable().sortable(),
  containerVersion: text().nullable().sortable(),
  masterAddresses: json<readonly string[]>().sortable(),
  nodeAddresses: json<readonly string[]>().sortable(),
  health: text<Health>('health_status').nullable().sortable(),
  healthReason: json<BayObserved['healthReason']>('health_status_reason').sortable(),
  acceptedGeneration: integer(),
});

export const bays = table<Bay>('bay', {
  sequence: sequence(),
  id: uuid<BayId>().sortable(),
  projectId: text().sortable(),
  userId: text().sortable(),
  name: text().sortable().filterable(),
  generation: integer(),
  desired,
  observed,
  createdAt: time().sortable().filterable(),
  updatedAt: time().nullable().sortable().filterable(),
});

const nodesOf = (comparison: '=' | '<>'): string =>
  `(select sum(node_count) from node_group where node_group.bay_id = bay.uuid and node_group.role ${comparison} 'master')`;
const listed = table<BayRow>('bay', {
  bay: bays,
  masterCount: integer().computed(nodesOf('=')),
  nodeCount: integer().computed(nodesOf('<>')),
  modelLabels: fixed(null),
});
/** With the labels of its model. */
const detailed = table<BayRow>('bay', {
  ...listed.fields,
  modelLabels: json<Labels>()
    .nullable()
    .computed('(select bay_model.labels from bay_model where bay_model.uuid = bay.baymodel_id)'),
});
const [listCache, detailCache] = [rowCache(listed), rowCache(detailed)];

const FOUND_BY = {
  uuid: `select ${detailed.selection} from bay where bay.uuid = ?`,
  name: `select ${detailed.selection} from bay where bay.name = ?`,
};

/** Tables with rows of a bay, by the column that names the bay. */
const OF_BAY = {
  bay_id: ['node', 'node_group', 'intent', 'bay_support', 'bay_event', 'work_item'],
  bay_uuid: ['container', 'x509_key_pair'],
};

export function bayRepository(db: Knex, clock: Clock): BayRepository {
  const own = (id: BayId): Knex.QueryBuilder => db(bays.name).where(bays.toRow({ id }));
  return {
    get: (id) => readOne(select(db, bays).where(bays.toRow({ id })), bays.read),
    getAll: (ids) => readAll(select(db, bays).whereIn('uuid', [...ids]), bays.read),
    async find(ident, { projectId }) {
      const statement = FOUND_BY[isUuid(ident) ? 'uuid' : 'name'];
      const rows =
        projectId === null
          ? await rowsOfText(db, statement, [ident])
          : await rowsOfText(db, `${statement} and bay.project_id = ?`, [ident, projectId]);
      return rows.map(detailCache.of);
    },
    async list(visible, page, whole = false) {
      const [rows, cache] = whole ? [detailed, detailCache] : [listed, listCache];
      return readAll(pageOf(selectVisible(db, rows, visible), { db, table: rows, page }), cache.of);
    },
    async insert(bay) {
      await db(bays.name).insert(bays.toRow(bay));
    },
    async saveDesired({ id, generation, desired: wanted, observed: { status, statusReason }, updatedAt }, expectedGeneration) {
      const changes = { ...bays.toRow({ generation, desired: wanted, updatedAt }), ...observed.toRow({ status, statusReason }) };
      return (await own(id).where({ generation: expectedGeneration }).update(changes)) === 1;
    },
    async saveModel(id, bayModelId, labels) {
      await own(id).update(desired.toRow({ bayModelId, labels }));
    },
    async saveObserved(id, seen, generation) {
      // A new status is a change that clients poll for; MariaDB assigns from left to right.
      const changed = db.raw('case when status <> ? then ? else updated_at end', [seen.status, clock.now().getTime()]);
      return (
        (await own(id)
          .where({ generation })
          .update({ updated_at: changed, ...observed.toRow(seen) })) === 1
      );
    },
    async saveHealth(id, health, healthReason) {
      await own(id).update(observed.toRow({ health, healthReason }));
    },
    async delete(id) {
      for (const [column, tables] of Object.entries(OF_BAY)) for (const name of tables) await db(name).where(column, id).delete();
      await own(id).delete();
    },
    count: (projectId) => countOfProject(db, projectId),
    async idsInStatus(statuses) {
      const found = await readAll(select(db, ids).whereIn('status', [...statuses]), ids.read);
      return found.map(({ id }) => id);
    },
  };
}

const ids = only(bays, 'id');

async function countOfProject(db: Knex, projectId: string | null): Promise<{ readonly bays: number; readonly nodes: number }> {
  const of = (name: string): Knex.QueryBuilder => (projectId === null ? db(name) : db(name).where({ project_id: projectId }));
  const query = db.select(of('bay').count('*').as('bays'), of('node_group').sum('node_count').as('nodes'));
  const [counts] = await readAll(query, ([ofBays, ofNodes]) => ({ bays: Number(ofBays), nodes: Number(ofNodes ?? 0) }));
  return counts ?? { bays: 0, nodes: 0 };
}
