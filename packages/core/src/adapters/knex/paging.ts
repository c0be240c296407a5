import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import type { Filter, NumberedPage, Page } from '../../ports/store.js';
import type { Table } from './table.js';

interface Paging<T> {
  readonly db: Knex;
  readonly table: Table<T>;
  /** Its marker is the key of a row. */
  readonly page: Page | NumberedPage;
}

/** Adds the filter, the order, the marker and the limit of a page. */
export function pageOf<T>(query: Knex.QueryBuilder, { db, table, page }: Paging<T>): Knex.QueryBuilder {
  const column = sortColumn(page.sortKey, table.sortKeys);
  const direction = page.descending ? 'desc' : 'asc';
  addFilter(query, table, page.filter ?? {});
  if (page.marker !== null)
    addAfterMarker(query, db, { table: table.name, column, key: table.key, marker: page.marker, descending: page.descending });
  return query
    .orderBy([
      { column: `${table.name}.${column}`, order: direction },
      { column: `${table.name}.id`, order: direction },
    ])
    .limit(page.limit);
}

function sortColumn(sortKey: string, columns: Readonly<Record<string, string>>): string {
  const column = Object.hasOwn(columns, sortKey) ? columns[sortKey] : undefined;
  if (column) return column;
  throw new DomainError('invalid-parameter', {
    field: 'sort_key',
    message: `Cannot sort by ${sortKey.slice(0, 60)}: sort_key must be one of ${Object.keys(columns).join(', ')}.`,
  });
}

function addFilter<T>(query: Knex.QueryBuilder, table: Table<T>, { name, status, label, updatedSince }: Filter): void {
  if (name !== undefined) void query.where(table.filterColumn('name'), name);
  if (status !== undefined) void query.where(table.filterColumn('status'), status);
  if (updatedSince !== undefined) {
    const times = [table.filterColumn('updated_at'), table.filterColumn('created_at')];
    void query.whereRaw('coalesce(??, ??) >= ?', [...times, updatedSince.getTime()]);
  }
  if (label !== undefined) addLabel(query, table.filterColumn('labels'), label);
}

function addLabel(query: Knex.QueryBuilder, column: string, { name, value }: NonNullable<Filter['label']>): void {
  // Within a JSON text a quote that follows a brace or comma begins a key: those inside of texts have a backslash before them.
  const entry = `${JSON.stringify(name)}:${value === undefined ? '"' : JSON.stringify(value)}`;
  void query.where((either) =>
    either.whereRaw('instr(??, ?) = 1', [column, `{${entry}`]).orWhereRaw('instr(??, ?) > 0', [column, `,${entry}`]),
  );
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
