import type { Knex } from 'knex';
import { NO_BAY } from './nodes.js';
import type { LimitedRow, Quota, QuotaResource } from '../../domain/quota.js';
import type { QuotaRepository } from '../../ports/store.js';
import { integer, sequence, text, time } from './columns.js';
import { pageOf } from './paging.js';
import { countRows, readAll, readOne, select, selectVisible } from './queries.js';
import { table } from './table.js';
import { isDuplicate } from './transactions.js';

export const quotas = table<Quota>('quota', {
  id: sequence(),
  projectId: text().sortable(),
  resource: text<QuotaResource>().sortable(),
  hardLimit: integer().sortable(),
  createdAt: time().sortable(),
  updatedAt: time().nullable().sortable(),
});

/** A row to lock: a project without a quota of its own has one too. */
export const projectLocks = table<{ readonly projectId: string; readonly turn: number }>('project_lock', {
  projectId: text(),
  turn: integer(),
});

const COUNTED: Readonly<
  Record<Exclude<LimitedRow, 'nodeGroup'>, { readonly table: string; readonly also?: Readonly<Record<string, string>> }>
> = {
  bay: { table: 'bay' },
  bayModel: { table: 'bay_model' },
  federation: { table: 'federation' },
  x509KeyPair: { table: 'x509_key_pair' },
  container: { table: 'container' },
  // Records stand in the table of nodes, and belong to no bay.
  nodeRecord: { table: 'node', also: { bay_id: NO_BAY } },
};

export function quotaRepository(db: Knex): QuotaRepository {
  const { name, toRow, read } = quotas;
  const at = (projectId: string, resource: QuotaResource): Knex.QueryBuilder => db(name).where(toRow({ projectId, resource }));
  return {
    get: (projectId, resource) => readOne(select(db, quotas).where(toRow({ projectId, resource })), read),
    async list(visible, page) {
      return readAll(pageOf(selectVisible(db, quotas, visible), { db, table: quotas, page }), read);
    },
    async insert(quota) {
      try {
        await db(name).insert(toRow(quota));
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
    async save({ projectId, resource, hardLimit, updatedAt }) {
      return (await at(projectId, resource).update(toRow({ hardLimit, updatedAt }))) === 1;
    },
    async delete(projectId, resource) {
      return (await at(projectId, resource).delete()) === 1;
    },
    async hold(projectId) {
      // A write, so that the row stays locked; in SQLite it takes the lock of the whole file.
      await db(projectLocks.name)
        .insert(projectLocks.toRow({ projectId, turn: 1 }))
        .onConflict('project_id')
        .merge({ turn: db.raw(`${projectLocks.name}.turn + 1`) });
    },
    byId: (id) => readOne(select(db, quotas).where({ id }), read),
    countRows: (kind, projectId) => {
      const { table: counted, also = {} } = COUNTED[kind];
      return countRows(db(counted).where({ project_id: projectId, ...also }));
    },
  };
}
