import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import type { BayId, NodeGroupId } from '../../domain/ids.js';
import type { Labels } from '../../domain/labels.js';
import type { NodeGroup, Taint } from '../../domain/node-group.js';
import type { NodeGroupRepository, NodeGroupRow } from '../../ports/store.js';
import { flag, integer, json, sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { hasIdent, insertAll, readAll, select } from './queries.js';
import { table } from './table.js';

export const nodeGroups = table<NodeGroup>('node_group', {
  sequence: sequence(),
  id: uuid<NodeGroupId>().sortable(),
  bayId: uuid<BayId>('bay_id'),
  projectId: text().sortable(),
  name: text().sortable(),
  role: text().sortable(),
  flavorId: text().nullable().sortable(),
  imageId: text().sortable(),
  nodeCount: integer().sortable(),
  minNodeCount: integer().sortable(),
  maxNodeCount: integer().nullable().sortable(),
  dockerVolumeSize: integer().nullable().sortable(),
  labels: json<Labels>().sortable(),
  nodeLabels: json<Labels>().nullable().sortable(),
  nodeTaints: json<readonly Taint[]>().nullable().sortable(),
  version: text().nullable().sortable(),
  isDefault: flag().sortable(),
  stackId: text().nullable().sortable(),
  status: text<BayStatus>().sortable(),
  statusReason: text().nullable().sortable(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

interface GroupNode {
  readonly group: NodeGroup;
  readonly publicAddress: string | null;
  readonly privateAddress: string | null;
}

/** One row for each node of a group, or one for a group without nodes. */
const groupNodes = table<GroupNode>('node_group', {
  group: nodeGroups,
  publicAddress: text().nullable().computed('node.public_address'),
  privateAddress: text().nullable().computed('node.private_address'),
});

const NUMBER = /^[1-9]\d{0,8}$/;

export function nodeGroupRepository(db: Knex): NodeGroupRepository {
  const { name, toRow, read } = nodeGroups;
  return {
    ofBay: (bayId) => readAll(select(db, nodeGroups).where(toRow({ bayId })).orderBy('id'), read),
    ofBays: (bayIds) =>
      readAll(
        select(db, nodeGroups)
          .whereIn('bay_id', [...bayIds])
          .orderBy('id'),
        read,
      ),
    async find(bayId, ident) {
      const query = select(db, groupNodes)
        .leftJoin('node', (on) => on.on('node.node_group_id', 'node_group.uuid').andOnVal('node.desired', 'present'))
        .where('node_group.bay_id', bayId)
        .andWhere((either) => {
          void either.where(hasIdent(nodeGroups, ident));
          if (NUMBER.test(ident)) void either.orWhere('node_group.id', Number(ident));
        })
        .orderBy(['node.id']);
      return withAddresses(await readAll(query, groupNodes.read));
    },
    async list(bayId, role, page) {
      const query = select(db, nodeGroups).where(toRow(role === null ? { bayId } : { bayId, role }));
      return readAll(pageOf(query, { db, table: nodeGroups, page }), read);
    },
    insert: (...groups) => insertAll(db, name, groups.map(toRow)),
    async saveCount(id, nodeCount) {
      await db(name).where(toRow({ id })).update(toRow({ nodeCount }));
    },
    async saveWanted({ id, imageId, labels, minNodeCount, maxNodeCount, nodeLabels, nodeTaints, updatedAt }) {
      const wanted = { imageId, labels, minNodeCount, maxNodeCount, nodeLabels, nodeTaints, updatedAt };
      await db(name).where(toRow({ id })).update(toRow(wanted));
    },
    async delete(id) {
      await db(name).where(toRow({ id })).delete();
    },
    async saveStack(id, stackId) {
      await db(name).where(toRow({ id })).update(toRow({ stackId }));
    },
    async saveStatus(id, status, statusReason) {
      await db(name).where(toRow({ id })).update(toRow({ status, statusReason }));
    },
  };
}

function withAddresses(rows: readonly GroupNode[]): readonly NodeGroupRow[] {
  const ids = [...new Set(rows.map(({ group }) => group.id))];
  return ids.flatMap((id) => {
    const own = rows.filter(({ group }) => group.id === id);
    const addresses = own.flatMap((row) => row.publicAddress ?? row.privateAddress ?? []);
    return own.slice(0, 1).map(({ group }) => ({ group, addresses }));
  });
}
