import type { Knex } from 'knex';

/**
 * A row as the list of its values, in the order of the columns that were asked for. Long lists of wide rows come in this form: an
 * object with dozens of named fields for each row costs more than all the rest that is done with it.
 */
export type Values = readonly unknown[];

/** Where the values of columns stand, by their names. */
export function positionsOf<const Names extends readonly string[]>(names: Names): { readonly [Name in Names[number]]: number } {
  // Every name is there by construction.
  return Object.fromEntries(names.map((name, index) => [name, index])) as { [Name in Names[number]]: number };
}

/** `bay.id, bay.uuid, …`: one text, because Knex parses every column that it gets by itself. */
export function columnsOf(table: string, names: readonly string[]): string {
  return names.map((name) => `${table}.${name}`).join(', ');
}

/** Runs a query for its rows as values; both drivers understand the option (`sqlite.ts` for SQLite). */
export async function valuesOf(query: Knex.QueryBuilder): Promise<readonly Values[]> {
  const rows: readonly Values[] = await query.options({ rowsAsArray: true });
  return rows;
}

/** The same for a statement that is always the same text: building one takes Knex as long as the rest of a small answer takes. */
export async function valuesOfText(db: Knex, statement: string, bindings: readonly string[]): Promise<readonly Values[]> {
  const answer: readonly unknown[] = await db.raw(statement, bindings).options({ rowsAsArray: true });
  // mysql2 gives the rows, and what it knows of their columns.
  return (db.client.driverName === 'mysql2' ? answer[0] : answer) as readonly Values[];
}

/** What the drivers give for one value: booleans are 0 and 1 in SQLite and MariaDB alike, bigints and sums may come as text. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : text(value);
}

export function number(value: unknown): number {
  return Number(value);
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function flag(value: unknown): boolean {
  return Boolean(Number(value));
}

export function date(value: unknown): Date {
  return new Date(Number(value));
}

export function dateOrNull(value: unknown): Date | null {
  return value === null || value === undefined ? null : date(value);
}

/** The value is frozen: things that are made of rows are shared. */
export function json<T>(value: unknown): T {
  const written = text(value);
  // Only this adapter writes the column, from a value of that type.
  return (EMPTY.get(written) ?? frozen(JSON.parse(written))) as T;
}

export function jsonOrNull<T>(value: unknown): T | null {
  return value === null || value === undefined ? null : json(value);
}

/** Most of these columns hold nothing most of the time. */
const EMPTY: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['{}', Object.freeze({})],
  ['[]', Object.freeze([])],
]);

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
