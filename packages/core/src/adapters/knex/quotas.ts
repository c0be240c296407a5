import type { Knex } from 'knex';
import { NO_BAY } from './nodes.js';
import type { LimitedRow, Quota, QuotaResource } from '../../domain/quota.js';
import type { QuotaRepository, Visibility } from '../../ports/store.js';
import { date, dateOrNull, number, numberedPageOf, text, type Row } from './rows.js';
import { isDuplicate } from './transactions.js';

const TABLE = 'quota';
const LOCK = 'project_lock';
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
const SORTABLE = Object.fromEntries(
  ['id', 'project_id', 'resource', 'hard_limit', 'created_at', 'updated_at'].map((name) => [name, name]),
);

export function quotaRepository(db: Knex): QuotaRepository {
  const visibleTo = (visible: Visibility): Knex.QueryBuilder =>
    visible.projectId === null ? db(TABLE) : db(TABLE).where({ project_id: visible.projectId });
  const at = (projectId: string, resource: QuotaResource) => db(TABLE).where({ project_id: projectId, resource });
  return {
    async get(projectId, resource) {
      const row: Row | undefined = await at(projectId, resource).first();
      return row && fromRow(row);
    },
    async list(visible, page) {
      return (await numberedPageOf(visibleTo(visible).select(`${TABLE}.*`), db, TABLE, page, SORTABLE)).map(fromRow);
    },
    async insert(quota) {
      try {
        await db(TABLE).insert({
          project_id: quota.projectId,
          resource: quota.resource,
          hard_limit: quota.hardLimit,
          created_at: quota.createdAt.getTime(),
          updated_at: quota.updatedAt?.getTime() ?? null,
        });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
    async save(quota) {
      const changes = { hard_limit: quota.hardLimit, updated_at: quota.updatedAt?.getTime() ?? null };
      return (await at(quota.projectId, quota.resource).update(changes)) === 1;
    },
    async delete(projectId, resource) {
      return (await at(projectId, resource).delete()) === 1;
    },
    async hold(projectId) {
      // A write, so that the row stays locked; in SQLite it takes the lock of the whole file.
      await db(LOCK)
        .insert({ project_id: projectId, turn: 1 })
        .onConflict('project_id')
        .merge({ turn: db.raw(`${LOCK}.turn + 1`) });
    },
    async byId(id) {
      const row: Row | undefined = await db(TABLE).where({ id }).first();
      return row && fromRow(row);
    },
    async countRows(kind, projectId) {
      const { table, also = {} } = COUNTED[kind];
      const [row]: Row[] = await db(table)
        .where({ project_id: projectId, ...also })
        .count('* as rows_of_kind');
      return number(row ?? {}, 'rows_of_kind');
    },
  };
}

function fromRow(row: Row): Quota {
  return {
    id: number(row, 'id'),
    projectId: text(row, 'project_id'),
    // Written by this adapter from the same type.
    resource: text(row, 'resource') as QuotaResource,
    hardLimit: number(row, 'hard_limit'),
    createdAt: date(row, 'created_at'),
    updatedAt: dateOrNull(row, 'updated_at'),
  };
}
