import type { Knex } from 'knex';
import type { BayId, BayModelId, NodeGroupId, NodeId } from '../../domain/ids.js';
import { isUuid } from '../../domain/ids.js';
import type { EnrolmentState, Node, NodeObservation, NodeRecord, NodeStatus } from '../../domain/node.js';
import type { BayNodeRow, New, NodeRepository, NodeRow, Visibility } from '../../ports/store.js';
import { insertAll } from './inserts.js';
import { date, dateOrNull, number, numberOrNull, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'node';
const SORTABLE = {
  ...Object.fromEntries(
    [
      'id',
      'uuid',
      'name',
      'role',
      'status',
      'status_reason',
      'server_id',
      'private_address',
      'public_address',
      'type',
      'image_id',
      'ironic_node_id',
      'created_at',
      'updated_at',
    ].map((name) => [name, name]),
  ),
  bay_uuid: 'bay_id',
};

export function nodeRepository(db: Knex): NodeRepository {
  const withGroup = (visible: Visibility): Knex.QueryBuilder => {
    const query = db(TABLE)
      .select(`${TABLE}.*`, 'node_group.name as group_name', 'bay_model.server_type')
      .leftJoin('node_group', 'node_group.uuid', `${TABLE}.node_group_id`)
      .leftJoin('bay', 'bay.uuid', `${TABLE}.bay_id`)
      .leftJoin('bay_model', 'bay_model.uuid', 'bay.baymodel_id');
    const { projectId } = visible;
    if (projectId === null) return query;
    // Two conditions that an index serves each; a join's condition beside a column's would look at every row.
    const ownBays = db('bay').select('uuid').where({ project_id: projectId });
    return query.where((own) => own.whereIn(`${TABLE}.bay_id`, ownBays).orWhere(`${TABLE}.project_id`, projectId));
  };
  return {
    async ofBay(bayId) {
      const rows: Row[] = await db(TABLE).where({ bay_id: bayId }).orderBy('id');
      return rows.map(fromRow);
    },
    async ofBays(bayIds) {
      const rows: Row[] = await db(TABLE)
        .whereIn('bay_id', [...bayIds])
        .orderBy('id');
      return rows.map(fromRow);
    },
    async find(ident, visible) {
      const rows: Row[] = await withGroup(visible).where(
        isUuid(ident) ? { [`${TABLE}.uuid`]: ident } : { [`${TABLE}.name`]: ident },
      );
      return rows.map(withGroupOf);
    },
    async list(visible, { bayId, nodeGroupId }, page) {
      const query = withGroup(visible);
      if (bayId) void query.where(`${TABLE}.bay_id`, bayId);
      if (nodeGroupId) void query.where(`${TABLE}.node_group_id`, nodeGroupId);
      return (await pageOf(query, db, TABLE, page, SORTABLE)).map(withGroupOf);
    },
    insert: (...nodes) => insertAll(db, TABLE, nodes.map(newRow)),
    async insertRecord(record) {
      await db(TABLE).insert({
        ...recordRow(record),
        uuid: record.id,
        project_id: record.projectId,
        user_id: record.userId,
        bay_id: NO_BAY,
        node_group_id: NO_BAY,
        name: record.id,
        role: 'worker',
        desired: 'present',
        status: 'CREATE_COMPLETE',
        created_at: record.createdAt.getTime(),
      });
    },
    async saveRecord(record) {
      await db(TABLE).where({ uuid: record.id }).update(recordRow(record));
    },
    async setDesired(id, desired) {
      await db(TABLE).where({ uuid: id }).update({ desired });
    },
    async saveCredential(bayId, name, generation) {
      const own = { bay_id: bayId, name, desired: 'present' };
      const newer = db.raw('case when credential_generation < ? then ? else credential_generation end', [generation, generation]);
      // MariaDB counts what was changed rather than what was found, so that it is looked for first.
      if (!(await db(TABLE).where(own).first('id'))) return false;
      await db(TABLE).where(own).update({ credential_generation: newer });
      return true;
    },
    async saveObserved(id, observed) {
      await db(TABLE).where({ uuid: id }).update(observedRow(observed));
    },
    ...enrolments(db),
    async delete(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
  };
}

function enrolments(db: Knex): Pick<NodeRepository, 'enrolmentOf' | 'countUnprovable' | 'enrol'> {
  return {
    async enrolmentOf(bayId, name) {
      const row: Row | undefined = await db(TABLE).where({ bay_id: bayId, name, desired: 'present' }).first();
      // Written by `newRow` and `enrol`, or the column's default.
      return (
        row && { node: fromRow(row), state: text(row, 'enrolment') as EnrolmentState, secretHash: textOrNull(row, 'secret_hash') }
      );
    },
    async countUnprovable(bayId) {
      const [row]: Row[] = await db(TABLE)
        .where({ bay_id: bayId, desired: 'present', enrolment: 'before' })
        .count({ count: '*' });
      return row ? number(row, 'count') : 0;
    },
    async enrol(id, secretHash) {
      await db(TABLE).where({ uuid: id, enrolment: 'awaited' }).update({ enrolment: 'done', secret_hash: secretHash });
    },
  };
}

function observedRow(observed: NodeObservation): Record<string, unknown> {
  return {
    status: observed.status,
    status_reason: observed.reason,
    server_id: observed.serverId,
    private_address: observed.privateAddress,
    public_address: observed.publicAddress,
  };
}

/** In place of a bay's id, which is never empty. */
export const NO_BAY = '';

function recordRow(record: New<NodeRecord>): Record<string, unknown> {
  return {
    type: record.type,
    image_id: record.imageId,
    ironic_node_id: record.ironicNodeId,
    updated_at: record.updatedAt?.getTime() ?? null,
  };
}

function recordOf(row: Row, projectId: string): NodeRecord {
  return {
    // Ids are what `insertRecord` wrote from the same type.
    id: text(row, 'uuid') as NodeId,
    sequence: number(row, 'id'),
    projectId,
    userId: text(row, 'user_id'),
    type: textOrNull(row, 'type'),
    imageId: textOrNull(row, 'image_id'),
    ironicNodeId: textOrNull(row, 'ironic_node_id'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}

function withGroupOf(row: Row): NodeRow {
  const projectId = textOrNull(row, 'project_id');
  if (projectId !== null) return { kind: 'record', record: recordOf(row, projectId) };
  return {
    kind: 'node',
    node: fromRow(row),
    nodeGroup: { name: text(row, 'group_name') },
    // Written by the bay models' adapter from the same type.
    serverType: text(row, 'server_type') as BayNodeRow['serverType'],
  };
}

function newRow(node: New<Node>): Record<string, unknown> {
  return {
    uuid: node.id,
    bay_id: node.bayId,
    node_group_id: node.nodeGroupId,
    name: node.name,
    role: node.role,
    desired: node.desired,
    credential_generation: node.credentialGeneration,
    enrolment: 'awaited',
    baymodel_id: node.bayModelId,
    image_id: node.imageId,
    shard: node.shard,
    ...observedRow(node.observed),
    created_at: node.createdAt.getTime(),
    updated_at: node.updatedAt?.getTime() ?? null,
  };
}

function fromRow(row: Row): Node {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row, 'uuid') as NodeId,
    sequence: number(row, 'id'),
    bayId: text(row, 'bay_id') as BayId,
    nodeGroupId: text(row, 'node_group_id') as NodeGroupId,
    name: text(row, 'name'),
    role: text(row, 'role') as Node['role'],
    bayModelId: text(row, 'baymodel_id') as BayModelId,
    imageId: text(row, 'image_id'),
    shard: numberOrNull(row, 'shard'),
    desired: text(row, 'desired') as Node['desired'],
    credentialGeneration: number(row, 'credential_generation'),
    enrolment: text(row, 'enrolment') as EnrolmentState,
    observed: {
      status: text(row, 'status') as NodeStatus,
      reason: textOrNull(row, 'status_reason'),
      serverId: textOrNull(row, 'server_id'),
      privateAddress: textOrNull(row, 'private_address'),
      publicAddress: textOrNull(row, 'public_address'),
    },
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
