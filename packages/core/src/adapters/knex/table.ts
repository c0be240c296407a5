/**
 * One description per noun: which field of an object rests in which column, of which kind, and what lists may do with it. From it come the
 * columns of a statement, the row of an object, the object of a row, sort keys and filters, so that a field stands in this adapter once.
 *
 *     const quotas = table<Quota>('quota', { id: sequence(), projectId: text().sortable(), … });
 *
 * The compiler compares the description with the type: a field without a column, a column without a field, and a kind that is not the
 * field's do not compile. `schema.test.ts` compares all of them with the migrated schema. Two descriptions of one table are two views of
 * its rows (a node and the record of a server); a description whose fields are computed is the result of an aggregate.
 *
 * Rows are read as lists of values in the order of the selection, and only this file knows the order. By names, a driver makes an object
 * with dozens of fields of each row: for 1,000 bays in SQLite
 * that was 8 ms of CPU, as values it is 5 ms, and 0.7 ms more to make the objects.
 */
import { DomainError } from '../../domain/errors.js';
import type { Column } from './columns.js';

/** A row as the list of its values, in the order of a selection. */
export type Values = readonly unknown[];
/** What is written of a row, by names of columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Fields that rest in columns of the same row, inside of the object or as an object of their own. */
export interface Group<T> {
  readonly kind: 'group';
  readonly fields: Fields<T>;
  /** The columns of those fields that are given: a whole object for a new row, some fields for a change or a condition. */
  readonly toRow: (part: Partial<T>) => Row;
}

/** The same value in every object, and in no column. */
interface Fixed<T> {
  readonly kind: 'fixed';
  readonly value: T;
}

type Field<T> = Column<T> | Group<T> | Fixed<T>;
export type Fields<T> = { readonly [Name in keyof T]-?: Field<Exclude<T[Name], undefined>> };

export interface Table<T> extends Group<T> {
  readonly name: string;
  /** Of the table itself, in their order; what is computed is not among them. */
  readonly columns: readonly { readonly name: string; readonly isNullable: boolean }[];
  /** `bay.id, bay.uuid, …`, for `read`. One text, because Knex parses every column that it gets by itself. */
  readonly selection: string;
  readonly read: (values: Values) => T;
  /** What identifies a row, as pages count them: its id, or its number where it has none. */
  readonly key: 'uuid' | 'id';
  /** Where the key stands among the values. */
  readonly keyAt: number;
  /** Names of columns by the wire names that lists may be sorted by. */
  readonly sortKeys: Readonly<Record<string, string>>;
  /** The column by which lists are filtered. */
  readonly filterColumn: (name: string) => string;
}

export function fixed<T>(value: T): Fixed<T> {
  return { kind: 'fixed', value };
}

export function group<T>(fields: Fields<T>): Group<T> {
  const entries = entriesOf(fields);
  return { kind: 'group', fields, toRow: (part) => rowOf(entries, part) };
}

export function table<T>(name: string, fields: Fields<T>): Table<T> {
  const columns = columnsIn(entriesOf(fields));
  const expressions = [...new Set(columns.map((column) => expressionOf(name, column)))];
  const positions = new Map(expressions.map((expression, at) => [expression, at]));
  const own = columns.filter(({ field }) => field.sql === undefined);
  const key = positions.has(`${name}.uuid`) ? 'uuid' : 'id';
  return {
    ...group(fields),
    name,
    columns: own.map(({ column, field }) => ({ name: column, isNullable: field.isNullable })),
    selection: expressions.join(', '),
    // The reader makes one field for each of the description, and the compiler has compared those with T's.
    read: objectReader(entriesOf(fields), (column) => positions.get(expressionOf(name, column)) ?? -1) as (values: Values) => T,
    key,
    keyAt: positions.get(`${name}.${key}`) ?? -1,
    sortKeys: Object.fromEntries(own.flatMap(sortKeysOf)),
    filterColumn: (wanted) => filterColumnOf(name, own, wanted),
  };
}

/** Some fields of a table: statements ask for no more than they need. */
export function only<T, Name extends keyof T>({ name, fields }: Table<T>, ...names: readonly Name[]): Table<Pick<T, Name>> {
  const picked = names.map((field) => [field, fields[field]]);
  return table(name, Object.fromEntries(picked) as Fields<Pick<T, Name>>); // made of those names
}

/** A field of a description, with the name of its column. */
interface Entry<F = Field<unknown>> {
  readonly name: string;
  readonly column: string;
  readonly field: F;
}
type ColumnEntry = Entry<Column<unknown>>;

function entriesOf(fields: object): readonly Entry[] {
  const all: readonly (readonly [string, Field<unknown>])[] = Object.entries(fields);
  return all.map(([name, field]) => ({ name, field, column: (field.kind === 'column' && field.name) || snakeCase(name) }));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function columnsIn(entries: readonly Entry[]): readonly ColumnEntry[] {
  return entries.flatMap(({ field, ...names }) => {
    if (field.kind === 'group') return columnsIn(entriesOf(field.fields));
    return field.kind === 'column' ? [{ ...names, field }] : [];
  });
}

function expressionOf(table: string, { column, field }: ColumnEntry): string {
  return field.sql ?? `${table}.${column}`;
}

function sortKeysOf({ column, field }: ColumnEntry): readonly (readonly [string, string])[] {
  return (field.sortKeys === 'own' ? [column] : field.sortKeys).map((key) => [key, column]);
}

function filterColumnOf(table: string, columns: readonly ColumnEntry[], wanted: string): string {
  if (columns.some(({ column, field }) => column === wanted && field.isFilterable)) return `${table}.${wanted}`;
  throw new DomainError('internal', `Lists of ${table} cannot be filtered by ${wanted}.`);
}

function rowOf(entries: readonly Entry[], part: unknown): Row {
  const given: Readonly<Record<string, unknown>> = Object(part);
  const row: Record<string, unknown> = {};
  for (const { name, column, field } of entries) {
    const value = given[name];
    if (value === undefined || field.kind === 'fixed') continue;
    if (field.kind === 'group') Object.assign(row, field.toRow(Object(value)));
    else if (field.sql === undefined && !field.isGenerated) row[column] = field.write(value);
  }
  return row;
}

interface Part {
  readonly name: string;
  readonly read: (value: unknown) => unknown;
  /** Where its value stands; undefined: it is made of the whole row. */
  readonly at: number | undefined;
}

/** Each object starts as a copy of one that has all fields, so that all of them have one shape: those are quick to read. */
function objectReader(entries: readonly Entry[], positionOf: (column: ColumnEntry) => number): (values: unknown) => object {
  const parts = entries.map((entry) => partOf(entry, positionOf));
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(parts.map(({ name }) => [name, null]));
  return (row) => {
    const values = row as Values; // what a statement for this selection gave
    const made = { ...blank };
    for (const { name, read, at } of parts) made[name] = read(at === undefined ? values : values[at]);
    return made;
  };
}

function partOf({ field, ...names }: Entry, positionOf: (column: ColumnEntry) => number): Part {
  const { name } = names;
  switch (field.kind) {
    case 'fixed':
      return { name, read: () => field.value, at: undefined };
    case 'group':
      return { name, read: objectReader(entriesOf(field.fields), positionOf), at: undefined };
    case 'column':
      return { name, read: field.read, at: positionOf({ ...names, field }) };
  }
}
