/**
 * Seals again what an older key has sealed, so that the older key can be forgotten. Each row is opened with whatever key fits, sealed with
 * the newest one, and written only if it is as it was read: services may go on writing meanwhile, and the command may be repeated. Rows
 * that no key opens are counted and left alone. What a table may lack (the embedded cloud has tables of its own) is passed over.
 */
import type { Knex } from 'knex';
import { isDomainError } from '../../domain/errors.js';
import type { X509KeyPairId } from '../../domain/ids.js';
import { keyContext } from '../../domain/x509-key-pair.js';
import type { Sealer } from '../../ports/sealer.js';
import { environmentContext, isPlainEnvironment } from './containers.js';

/** How many texts were sealed again, were right already, and could be opened by no key. */
export interface Resealed {
  readonly resealed: number;
  readonly current: number;
  readonly lost: number;
}

interface SealedColumn {
  readonly table: string;
  /** Columns that name a row; the first is unique, or unique with the second. */
  readonly key: readonly string[];
  readonly column: string;
  readonly context: (key: readonly string[]) => string;
  /** Whether a text rests in the open, as earlier releases wrote it. */
  readonly isPlain?: (stored: string) => boolean;
}

const ofEngine = (table: string, column: string): SealedColumn => ({
  table,
  key: ['id'],
  column,
  context: ([id = '']) => `${table}/${id}/${column}`,
});

const COLUMNS: readonly SealedColumn[] = [
  { table: 'vault_secret', key: ['ref'], column: 'sealed', context: ([ref = '']) => ref },
  {
    table: 'x509_key_pair',
    key: ['uuid'],
    column: 'sealed_private_key',
    context: ([id = '']) => keyContext(id as X509KeyPairId), // the column's own type
  },
  {
    table: 'container',
    key: ['uuid'],
    column: 'environment',
    context: ([id = '']) => environmentContext(id),
    isPlain: isPlainEnvironment,
  },
  ofEngine('hot_stack', 'spec'),
  ofEngine('hot_stack', 'previous_spec'),
  ofEngine('hot_resource', 'properties'),
  ofEngine('hot_resource', 'attributes'),
  {
    table: 'hot_signal',
    key: ['handle_id', 'signal_id'],
    column: 'data',
    context: ([handle = '', signal = '']) => `hot_signal/${handle}/${signal}`,
  },
];

export async function reseal(db: Knex, sealer: Sealer): Promise<Resealed> {
  const counts = { resealed: 0, current: 0, lost: 0 };
  for (const column of COLUMNS) {
    if (!(await db.schema.hasTable(column.table))) continue;
    for await (const row of rowsOf(db, column)) counts[await resealRow(db, sealer, column, row)] += 1;
  }
  return counts;
}

interface SealedRow {
  readonly key: readonly string[];
  readonly stored: string;
}

const PAGE = 200;

/** In the order of their keys, a page at a time: a statement that reads the whole table would hold it in memory. */
async function* rowsOf(db: Knex, { table, key, column }: SealedColumn): AsyncGenerator<SealedRow, void, undefined> {
  for (let after: readonly string[] | undefined; ;) {
    const query = db(table)
      .whereNotNull(column)
      .select([...key, column])
      .orderBy([...key])
      .limit(PAGE);
    if (after)
      void query.whereRaw(`(${key.map(() => '??').join(', ')}) > (${key.map(() => '?').join(', ')})`, [...key, ...after]);
    const rows: readonly Record<string, unknown>[] = await query;
    for (const row of rows) {
      after = key.map((name) => String(row[name]));
      yield { key: after, stored: String(row[column]) };
    }
    if (rows.length < PAGE) return;
  }
}

async function resealRow(db: Knex, sealer: Sealer, column: SealedColumn, row: SealedRow): Promise<keyof Resealed> {
  if (sealer.isCurrent(row.stored)) return 'current';
  const context = column.context(row.key);
  const plain = column.isPlain?.(row.stored) === true ? row.stored : openedBy(sealer, row.stored, context);
  if (plain === undefined) return 'lost';
  const where = Object.fromEntries(column.key.map((name, index) => [name, row.key[index]]));
  const changed = await db(column.table)
    .where({ ...where, [column.column]: row.stored })
    .update({ [column.column]: sealer.seal(plain, context) });
  // Nothing changed: a service has written, or removed, it in between, with the newest key.
  return changed > 0 ? 'resealed' : 'current';
}

function openedBy(sealer: Sealer, stored: string, context: string): string | undefined {
  try {
    return sealer.open(stored, context);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return undefined;
  }
}
