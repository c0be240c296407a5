import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import type { BayId, NodeGroupId } from '../../domain/ids.js';
import type { NodeGroup } from '../../domain/node-group.js';
import type { NodeGroupRepository } from '../../ports/store.js';
import { date, dateOrNull, flag, json, number, numberOrNull, text, textOrNull, type Row } from './rows.js';

const TABLE = 'node_group';

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
    async insert(group) {
      await db(TABLE).insert({
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
        is_default: group.isDefault,
        status: group.status,
        status_reason: group.statusReason,
        created_at: group.createdAt.getTime(),
        updated_at: group.updatedAt?.getTime() ?? null,
      });
    },
    async saveCount(id, nodeCount) {
      await db(TABLE).where({ uuid: id }).update({ node_count: nodeCount });
    },
    async saveStatus(id, status, reason) {
      await db(TABLE).where({ uuid: id }).update({ status, status_reason: reason });
    },
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
    isDefault: flag(row, 'is_default'),
    status: text(row, 'status') as BayStatus,
    statusReason: textOrNull(row, 'status_reason'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
