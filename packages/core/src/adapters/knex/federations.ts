import type { Knex } from 'knex';
import type { BayStatus } from '../../domain/bay-status.js';
import type { Federation } from '../../domain/federation.js';
import type { BayId, FederationId } from '../../domain/ids.js';
import type { FederationRepository } from '../../ports/store.js';
import { integer, json, sequence, text, time, uuid } from './columns.js';
import { pageOf } from './paging.js';
import { hasIdent, readAll, selectVisible } from './queries.js';
import { table } from './table.js';

export const federations = table<Federation>('federation', {
  sequence: sequence(),
  id: uuid<FederationId>().sortable(),
  projectId: text().sortable(),
  name: text().sortable(),
  hostBayId: uuid<BayId>('hostcluster_id').sortable(),
  memberIds: json<readonly BayId[]>().sortable(),
  properties: json<Federation['properties']>().sortable(),
  status: text<BayStatus>().sortable(),
  statusReason: text().nullable().sortable(),
  revision: integer(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

export function federationRepository(db: Knex): FederationRepository {
  return {
    find: (ident, visible) =>
      readAll(selectVisible(db, federations, visible).where(hasIdent(federations, ident)), federations.read),
    async list(visible, page) {
      return readAll(pageOf(selectVisible(db, federations, visible), { db, table: federations, page }), federations.read);
    },
    async insert(federation) {
      await db(federations.name).insert(federations.toRow(federation));
    },
    async save({ id, memberIds, properties, status, statusReason, revision, updatedAt }, expectedRevision) {
      const changed = await db(federations.name)
        .where(federations.toRow({ id, revision: expectedRevision }))
        .update(federations.toRow({ memberIds, properties, status, statusReason, revision, updatedAt }));
      return changed === 1;
    },
    async delete(id) {
      await db(federations.name).where(federations.toRow({ id })).delete();
    },
  };
}
