import type { Knex } from 'knex';
import { isUuid } from '../../domain/ids.js';
import type { Visibility } from '../../ports/store.js';
import type { Row, Table, Values } from './table.js';

/** A statement for what a table's `read` takes. */
export function select<T>(db: Knex, { name, selection }: Table<T>): Knex.QueryBuilder {
  return db(name).select(db.raw(selection));
}

/** The same for the rows of one project, or of all. */
export function selectVisible<T>(db: Knex, table: Table<T>, { projectId }: Visibility): Knex.QueryBuilder {
  const query = select(db, table);
  return projectId === null ? query : query.where(`${table.name}.project_id`, projectId);
}

/** A condition for what clients name by id or name. */
export function hasIdent<T>({ name }: Table<T>, ident: string): Row {
  return { [`${name}.${isUuid(ident) ? 'uuid' : 'name'}`]: ident };
}

/** Runs a statement for its rows, made into objects; both drivers understand the option (`sqlite.ts` for SQLite). */
export async function readAll<T>(query: Knex.QueryBuilder, read: (values: Values) => T): Promise<readonly T[]> {
  const rows: readonly Values[] = await query.options({ rowsAsArray: true });
  return rows.map((values) => read(values));
}

/** The same for the one row that a key or an aggregate has at most. */
export async function readOne<T>(query: Knex.QueryBuilder, read: (values: Values) => T): Promise<T | undefined> {
  const [row] = await readAll(query, read);
  return row;
}

/** The rows of a statement that is always the same text: building one takes Knex as long as the rest of a small answer takes. */
export async function rowsOfText(db: Knex, statement: string, bindings: readonly string[]): Promise<readonly Values[]> {
  const answer: readonly unknown[] = await db.raw(statement, bindings).options({ rowsAsArray: true });
  // mysql2 gives the rows, and what it knows of their columns.
  return (db.client.driverName === 'mysql2' ? answer[0] : answer) as readonly Values[];
}

/** SQLite takes 999 bound values in one statement. */
const MOST_VALUES = 999;

/** New rows of the same columns, many in one statement. The caller is inside of a transaction. */
export async function insertAll(db: Knex, table: string, rows: readonly Row[]): Promise<void> {
  const atOnce = Math.floor(MOST_VALUES / Object.keys(rows[0] ?? { one: 1 }).length);
  for (let at = 0; at < rows.length; at += atOnce) await db(table).insert(rows.slice(at, at + atOnce));
}

/** How many rows the statement has. */
export async function countRows(query: Knex.QueryBuilder): Promise<number> {
  return (await readOne(query.count('*'), ([count]) => Number(count))) ?? 0;
}
