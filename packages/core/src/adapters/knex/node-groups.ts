import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import { isUuid, type BayId, type NodeGroupId } from '../../domain/ids.js';
import type { NodeGroup } from '../../domain/node-group.js';
import type { New, NodeGroupRepository, NodeGroupRow } from '../../ports/store.js';
import { insertAll } from './inserts.js';
import { date, dateOrNull, flag, json, jsonOrNull, number, numberOrNull, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'node_group';
const NUMBER = /^[1-9]\d{0,8}$/;
const SORTABLE = Object.fromEntries(
  [
    'id',
    'uuid',
    'name',
    'role',
    'flavor_id',
    'image_id',
    'node_count',
    'min_node_count',
    'max_node_count',
    'docker_volume_size',
    'is_default',
    'status',
    'status_reason',
    'version',
    'project_id',
    'labels',
    'node_labels',
    'node_taints',
    'created_at',
    'updated_at',
  ].map((name) => [name, name]),
);

export function nodeGroupRepository(db: Knex): NodeGroupRepository {
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
    async find(bayId, ident) {
      const named = isUuid(ident) ? { [`${TABLE}.uuid`]: ident } : { [`${TABLE}.name`]: ident };
      const rows: Row[] = await db(TABLE)
        .leftJoin('node', (on) => on.on('node.node_group_id', `${TABLE}.uuid`).andOnVal('node.desired', 'present'))
        .where(`${TABLE}.bay_id`, bayId)
        .andWhere((either) => {
          void either.where(named);
          if (NUMBER.test(ident)) void either.orWhere(`${TABLE}.id`, Number(ident));
        })
        .select(`${TABLE}.*`, 'node.private_address', 'node.public_address')
        .orderBy(['node.id']);
      return withAddresses(rows);
    },
    async list(bayId, role, page) {
      const query = db(TABLE).where({ bay_id: bayId }).select(`${TABLE}.*`);
      if (role !== null) void query.where({ role });
      return (await pageOf(query, db, TABLE, page, SORTABLE)).map(fromRow);
    },
    insert: (...groups) => insertAll(db, TABLE, groups.map(newRow)),
    async saveCount(id, nodeCount) {
      await db(TABLE).where({ uuid: id }).update({ node_count: nodeCount });
    },
    async saveWanted(group) {
      await db(TABLE)
        .where({ uuid: group.id })
        .update({
          image_id: group.imageId,
          labels: JSON.stringify(group.labels),
          min_node_count: group.minNodeCount,
          max_node_count: group.maxNodeCount,
          node_labels: group.nodeLabels && JSON.stringify(group.nodeLabels),
          node_taints: group.nodeTaints && JSON.stringify(group.nodeTaints),
          updated_at: group.updatedAt?.getTime() ?? null,
        });
    },
    async delete(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
    async saveStatus(id, status, reason) {
      await db(TABLE).where({ uuid: id }).update({ status, status_reason: reason });
    },
  };
}

/** One row for each node of a group, or one for a group without nodes. */
function withAddresses(rows: readonly Row[]): readonly NodeGroupRow[] {
  const ids = [...new Set(rows.map((row) => text(row, 'uuid')))];
  return ids.flatMap((id) => {
    const own = rows.filter((row) => text(row, 'uuid') === id);
    const addresses = own.flatMap((row) => textOrNull(row, 'public_address') ?? textOrNull(row, 'private_address') ?? []);
    return own.slice(0, 1).map((row) => ({ group: fromRow(row), addresses }));
  });
}

function newRow(group: New<NodeGroup>): Record<string, unknown> {
  return {
    uuid: group.id,
    bay_id: group.bayId,
    project_id: group.projectId,
    name: group.name,
    role: group.role,
    flavor_id: group.flavorId,
    image_id: group.imageId,
    node_count: group.nodeCount,
    min_node_count: group.minNodeCount,
    max_node_count: group.maxNodeCount,
    docker_volume_size: group.dockerVolumeSize,
    labels: JSON.stringify(group.labels),
    node_labels: group.nodeLabels && JSON.stringify(group.nodeLabels),
    node_taints: group.nodeTaints && JSON.stringify(group.nodeTaints),
    version: group.version,
    is_default: group.isDefault,
    status: group.status,
    status_reason: group.statusReason,
    created_at: group.createdAt.getTime(),
    updated_at: group.updatedAt?.getTime() ?? null,
  };
}

function fromRow(row: Row): NodeGroup {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row, 'uuid') as NodeGroupId,
    sequence: number(row, 'id'),
    bayId: text(row, 'bay_id') as BayId,
    projectId: text(row, 'project_id'),
    name: text(row, 'name'),
    role: text(row, 'role'),
    flavorId: textOrNull(row, 'flavor_id'),
    imageId: text(row, 'image_id'),
    nodeCount: number(row, 'node_count'),
    minNodeCount: number(row, 'min_node_count'),
    maxNodeCount: numberOrNull(row, 'max_node_count'),
    dockerVolumeSize: numberOrNull(row, 'docker_volume_size'),
    labels: json(row, 'labels'),
    nodeLabels: jsonOrNull(row, 'node_labels'),
    nodeTaints: jsonOrNull(row, 'node_taints'),
    version: textOrNull(row, 'version'),
    isDefault: flag(row, 'is_default'),
    status: text(row, 'status') as BayStatus,
    statusReason: textOrNull(row, 'status_reason'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
