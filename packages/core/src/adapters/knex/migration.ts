import type { Knex } from 'knex';

/** One forward step of the schema. Safe to run twice: a step looks before it makes. */
export interface Migration {
  readonly name: string;
  up(db: Knex): Promise<void>;
}

/** Names that differ in case, accents or trailing blanks are different names, in MariaDB as in SQLite. */
export function exactText(db: Knex, table: Knex.CreateTableBuilder): void {
  if (!isMariadb(db)) return;
  table.engine('InnoDB');
  table.charset('utf8mb4');
  table.collate('utf8mb4_nopad_bin');
}

export function isMariadb(db: Knex): boolean {
  return db.client.config.client === 'mysql2';
}

/** Makes a table that is not there yet. */
export async function createOnce(db: Knex, name: string, columns: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  if (await db.schema.hasTable(name)) return;
  await db.schema.createTable(name, (table) => {
    columns(table);
    exactText(db, table);
  });
}
