import type { Knex } from 'knex';
import type { BayId, BayModelId, NodeGroupId, NodeId } from '../../domain/ids.js';
import type { EnrolmentState, Node, NodeEnrolment, NodeObservation, NodeRecord, NodeStatus } from '../../domain/node.js';
import type { BayNodeRow, NodeRepository, NodeRow, Visibility } from '../../ports/store.js';
import { integer, sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { countRows, hasIdent, insertAll, readAll, readOne, select } from './queries.js';
import { group, table, type Values } from './table.js';

const observed = group<NodeObservation>({
  status: text<NodeStatus>().sortable(),
  reason: text('status_reason').nullable().sortable(),
  serverId: text().nullable().sortable(),
  privateAddress: text().nullable().sortable(),
  publicAddress: text().nullable().sortable(),
});

export const nodes = table<Node>('node', {
  sequence: sequence(),
  id: uuid<NodeId>().sortable(),
  bayId: uuid<BayId>('bay_id').sortable('bay_uuid'),
  nodeGroupId: uuid<NodeGroupId>('node_group_id'),
  name: text().sortable(),
  role: text<Node['role']>().sortable(),
  bayModelId: uuid<BayModelId>('baymodel_id'),
  imageId: text().sortable(),
  shard: integer().nullable(),
  zone: text().nullable(),
  desired: text<Node['desired']>(),
  credentialGeneration: integer(),
  enrolment: text<EnrolmentState>(),
  observed,
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

/** Records of servers stand in the same table, with a project of their own and without a bay. */
export const nodeRecords = table<NodeRecord>('node', {
  sequence: sequence(),
  id: uuid<NodeId>().sortable(),
  projectId: text(),
  userId: text(),
  type: text().nullable().sortable(),
  imageId: text().nullable().sortable(),
  ironicNodeId: text().nullable().sortable(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

export const enrolments = table<NodeEnrolment>('node', {
  node: nodes,
  state: text<EnrolmentState>('enrolment'),
  secretHash: text().nullable(),
});

/** A row of the table with its neighbours', whether it is a node or a record. */
type AnyRow = Omit<BayNodeRow, 'kind'> & { readonly record: NodeRecord; readonly recordOf: string | null };

const rows = table<AnyRow>('node', {
  node: nodes,
  nodeGroup: group<BayNodeRow['nodeGroup']>({ name: text().computed('node_group.name') }),
  serverType: text<BayNodeRow['serverType']>().computed('bay_model.server_type'),
  record: nodeRecords,
  recordOf: text('project_id').nullable(),
});

const addresses = table<Pick<NodeObservation, 'privateAddress'>>('node', { privateAddress: text().nullable() });

/** In place of a bay's id, which is never empty. */
export const NO_BAY = '';

export function nodeRepository(db: Knex): NodeRepository {
  const own = (id: NodeId): Knex.QueryBuilder => db(nodes.name).where(nodes.toRow({ id }));
  return {
    ofBay: (bayId) => readAll(select(db, nodes).where(nodes.toRow({ bayId })).orderBy('id'), nodes.read),
    ofBays: (bayIds) =>
      readAll(
        select(db, nodes)
          .whereIn('bay_id', [...bayIds])
          .orderBy('id'),
        nodes.read,
      ),
    async masterAddresses(bayId) {
      const masters = select(db, addresses).where(nodes.toRow({ bayId, role: 'master', desired: 'present' }));
      const found = await readAll(masters.whereNotNull('private_address').orderBy('id'), addresses.read);
      return found.flatMap(({ privateAddress }) => (privateAddress === null ? [] : [privateAddress]));
    },
    find: (ident, visible) => readAll(withGroup(db, visible).where(hasIdent(nodes, ident)), toNodeRow),
    async list(visible, { bayId, nodeGroupId }, page) {
      const query = withGroup(db, visible);
      if (bayId) void query.where('node.bay_id', bayId);
      if (nodeGroupId) void query.where('node.node_group_id', nodeGroupId);
      return readAll(pageOf(query, { db, table: rows, page }), toNodeRow);
    },
    insert: (...added) =>
      insertAll(
        db,
        nodes.name,
        added.map((node) => nodes.toRow({ ...node, enrolment: 'awaited' })),
      ),
    async insertRecord(record) {
      const unused = { bay_id: NO_BAY, node_group_id: NO_BAY, name: record.id, role: 'worker', desired: 'present' };
      await db(nodes.name).insert({ ...unused, status: 'CREATE_COMPLETE', ...nodeRecords.toRow(record) });
    },
    async saveRecord({ id, type, imageId, ironicNodeId, updatedAt }) {
      await own(id).update(nodeRecords.toRow({ type, imageId, ironicNodeId, updatedAt }));
    },
    async setDesired(id, desired) {
      await own(id).update(nodes.toRow({ desired }));
    },
    async saveObserved(id, seen) {
      await own(id).update(observed.toRow(seen));
    },
    ...credentials(db),
    async delete(id) {
      await own(id).delete();
    },
  };
}

type CredentialMethods = 'saveCredential' | 'enrolmentOf' | 'countUnprovable' | 'enrol';

function credentials(db: Knex): Pick<NodeRepository, CredentialMethods> {
  return {
    async saveCredential(bayId, name, generation) {
      const own = nodes.toRow({ bayId, name, desired: 'present' });
      const newer = db.raw('case when credential_generation < ? then ? else credential_generation end', [generation, generation]);
      // MariaDB counts what was changed rather than what was found, so that it is looked for first.
      if (!(await db(nodes.name).where(own).first('id'))) return false;
      await db(nodes.name).where(own).update({ credential_generation: newer });
      return true;
    },
    enrolmentOf: (bayId, name) =>
      readOne(select(db, enrolments).where(nodes.toRow({ bayId, name, desired: 'present' })), enrolments.read),
    countUnprovable: (bayId) => countRows(db(nodes.name).where(nodes.toRow({ bayId, desired: 'present', enrolment: 'before' }))),
    async enrol(id, secretHash) {
      await db(nodes.name)
        .where(nodes.toRow({ id, enrolment: 'awaited' }))
        .update(enrolments.toRow({ state: 'done', secretHash }));
    },
  };
}

function withGroup(db: Knex, { projectId }: Visibility): Knex.QueryBuilder {
  const query = select(db, rows)
    .leftJoin('node_group', 'node_group.uuid', 'node.node_group_id')
    .leftJoin('bay', 'bay.uuid', 'node.bay_id')
    .leftJoin('bay_model', 'bay_model.uuid', 'bay.baymodel_id');
  if (projectId === null) return query;
  // Two conditions that an index serves each; a join's condition beside a column's would look at every row.
  const ownBays = db('bay').select('uuid').where({ project_id: projectId });
  return query.where((own) => own.whereIn('node.bay_id', ownBays).orWhere('node.project_id', projectId));
}

function toNodeRow(values: Values): NodeRow {
  const { record, recordOf, ...node } = rows.read(values);
  return recordOf === null ? { kind: 'node', ...node } : { kind: 'record', record };
}
