import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import type { Federation } from '../../domain/federation.js';
import { isUuid, type BayId, type FederationId } from '../../domain/ids.js';
import type { FederationRepository, New, Visibility } from '../../ports/store.js';
import { date, dateOrNull, json, number, pageOf, text, textOrNull, type Row } from './rows.js';

const TABLE = 'federation';
const SORTABLE = Object.fromEntries(
  ['id', 'uuid', 'name', 'hostcluster_id', 'status', 'status_reason', 'project_id', 'created_at', 'updated_at'].map((name) => [
    name,
    name,
  ]),
);

export function federationRepository(db: Knex): FederationRepository {
  const visibleTo = (visible: Visibility): Knex.QueryBuilder =>
    visible.projectId === null ? db(TABLE) : db(TABLE).where({ project_id: visible.projectId });
  return {
    async find(ident, visible) {
      const rows: Row[] = await visibleTo(visible).where(isUuid(ident) ? { uuid: ident } : { name: ident });
      return rows.map(fromRow);
    },
    async list(visible, page) {
      return (await pageOf(visibleTo(visible).select(`${TABLE}.*`), db, TABLE, page, SORTABLE)).map(fromRow);
    },
    async insert(federation) {
      await db(TABLE).insert({
        ...changing(federation),
        uuid: federation.id,
        project_id: federation.projectId,
        name: federation.name,
        hostcluster_id: federation.hostBayId,
        created_at: federation.createdAt.getTime(),
      });
    },
    async save(federation, expectedRevision) {
      const changed = await db(TABLE).where({ uuid: federation.id, revision: expectedRevision }).update(changing(federation));
      return changed === 1;
    },
    async delete(id) {
      await db(TABLE).where({ uuid: id }).delete();
    },
  };
}

function changing(federation: New<Federation>): Record<string, unknown> {
  return {
    member_ids: JSON.stringify(federation.memberIds),
    properties: JSON.stringify(federation.properties),
    status: federation.status,
    status_reason: federation.statusReason,
    revision: federation.revision,
    updated_at: federation.updatedAt?.getTime() ?? null,
  };
}

function fromRow(row: Row): Federation {
  return {
    // Ids and enumerated columns hold what this adapter wrote from the same types.
    id: text(row, 'uuid') as FederationId,
    sequence: number(row, 'id'),
    projectId: text(row, 'project_id'),
    name: text(row, 'name'),
    hostBayId: text(row, 'hostcluster_id') as BayId,
    memberIds: json(row, 'member_ids'),
    properties: json(row, 'properties'),
    status: text(row, 'status') as BayStatus,
    statusReason: textOrNull(row, 'status_reason'),
    revision: number(row, 'revision'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
