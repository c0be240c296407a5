import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { Filter, NumberedPage, Page } from '../../ports/store.js';
import * as values from './values.js';

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

export function text(row: Row, column: string): string {
  return values.text(row[column]);
}

export function textOrNull(row: Row, column: string): string | null {
  return values.textOrNull(row[column]);
}

export function number(row: Row, column: string): number {
  return values.number(row[column]);
}

export function numberOrNull(row: Row, column: string): number | null {
  return values.numberOrNull(row[column]);
}

export function flag(row: Row, column: string): boolean {
  return values.flag(row[column]);
}

export function date(row: Row, column: string): Date {
  return values.date(row[column]);
}

export function dateOrNull(row: Row, column: string): Date | null {
  return values.dateOrNull(row[column]);
}

export function json<T>(row: Row, column: string): T {
  return values.json(row[column]);
}

export function jsonOrNull<T>(row: Row, column: string): T | null {
  return values.jsonOrNull(row[column]);
}

/** Applies sorting, marker and limit. `columns` maps the wire names that may be sorted by to column names. */
export async function pageOf(
  query: Knex.QueryBuilder,
  db: Knex,
  table: string,
  page: Page,
  columns: Readonly<Record<string, string>>,
): Promise<readonly Row[]> {
  return pageAfter(query, db, { table, key: 'uuid', page, columns });
}

/** The same for rows as values. */
export async function valuesPageOf(
  query: Knex.QueryBuilder,
  db: Knex,
  table: string,
  page: Page,
  columns: Readonly<Record<string, string>>,
): Promise<readonly values.Values[]> {
  return values.valuesOf(pageAfter(query, db, { table, key: 'uuid', page, columns }));
}

/** The same where rows are identified by their number alone. */
export async function numberedPageOf(
  query: Knex.QueryBuilder,
  db: Knex,
  table: string,
  page: NumberedPage,
  columns: Readonly<Record<string, string>>,
): Promise<readonly Row[]> {
  return pageAfter(query, db, { table, key: 'id', page, columns });
}

interface Paging {
  readonly table: string;
  /** What a marker is. */
  readonly key: 'uuid' | 'id';
  readonly page: Page | NumberedPage;
  readonly columns: Readonly<Record<string, string>>;
}

function pageAfter(query: Knex.QueryBuilder, db: Knex, { table, key, page, columns }: Paging): Knex.QueryBuilder {
  const column = sortColumn(page, columns);
  const direction = page.descending ? 'desc' : 'asc';
  addFilter(query, table, page.filter ?? {});
  if (page.marker !== null) addAfterMarker(query, db, { table, column, key, marker: page.marker, descending: page.descending });
  return query
    .orderBy([
      { column: `${table}.${column}`, order: direction },
      { column: `${table}.id`, order: direction },
    ])
    .limit(page.limit);
}

function addFilter(query: Knex.QueryBuilder, table: string, { name, status, label, updatedSince }: Filter): void {
  if (name !== undefined) void query.where(`${table}.name`, name);
  if (status !== undefined) void query.where(`${table}.status`, status);
  if (updatedSince !== undefined)
    void query.whereRaw('coalesce(??, ??) >= ?', [`${table}.updated_at`, `${table}.created_at`, updatedSince.getTime()]);
  if (label !== undefined) {
    // Within a JSON text a quote that follows a brace or comma begins a key: those inside of texts have a backslash before them.
    const entry = `${JSON.stringify(label.name)}:${label.value === undefined ? '"' : JSON.stringify(label.value)}`;
    const column = `${table}.labels`;
    void query.where((either) =>
      either.whereRaw('instr(??, ?) = 1', [column, `{${entry}`]).orWhereRaw('instr(??, ?) > 0', [column, `,${entry}`]),
    );
  }
}

interface Place {
  readonly table: string;
  readonly column: string;
  readonly key: 'uuid' | 'id';
  readonly marker: string | number;
  readonly descending: boolean;
}

/**
 * What comes after the marker, looked up in the same statement. NULL sorts before everything in SQLite and MariaDB; comparisons
 * with it are never true, so it is spelled out.
 */
function addAfterMarker(query: Knex.QueryBuilder, db: Knex, { table, column, key, marker, descending }: Place): void {
  const markers = (name: string): Knex.QueryBuilder =>
    db(`${table} as marker`).where(`marker.${key}`, marker).select(`marker.${name}`);
  // Asked of the row itself: a value that is not there because its row is gone must not pass for NULL, or the first page comes again.
  const isMarkerNull = (): Knex.QueryBuilder => markers('id').whereNull(`marker.${column}`);
  const [own, after] = [`${table}.${column}`, descending ? '<' : '>'];
  void query.where((either) => {
    void either
      .where((tie) =>
        tie.where((same) => sameValue(same, own, markers(column), isMarkerNull())).andWhere(`${table}.id`, after, markers('id')),
      )
      .orWhere(own, after, markers(column))
      .orWhere((beyond) => {
        if (descending) void beyond.whereNull(own).whereRaw('(?) is not null', [markers(column)]);
        else void beyond.whereNotNull(own).whereExists(isMarkerNull());
      });
  });
}

function sameValue(query: Knex.QueryBuilder, column: string, value: Knex.QueryBuilder, isNull: Knex.QueryBuilder): void {
  void query.where(column, value).orWhere((both) => both.whereNull(column).whereExists(isNull));
}

function sortColumn(page: Pick<Page, 'sortKey'>, columns: Readonly<Record<string, string>>): string {
  const column = Object.hasOwn(columns, page.sortKey) ? columns[page.sortKey] : undefined;
  if (column) return column;
  throw new DomainError('invalid-parameter', {
    field: 'sort_key',
    message: `Cannot sort by ${page.sortKey.slice(0, 60)}: sort_key must be one of ${Object.keys(columns).join(', ')}.`,
  });
}
