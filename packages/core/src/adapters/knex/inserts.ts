import type { Knex } from 'knex';

/** SQLite takes 999 bound values in one statement; the widest row has twenty. */
const ROWS_AT_ONCE = 45;

/** New rows, many in one statement. The caller is inside of a transaction. */
export async function insertAll(db: Knex, table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) await db(table).insert(rows.slice(at, at + ROWS_AT_ONCE));
}
