/**
 * Kinds of columns: how the value of one field rests in the database, in both directions. A description of a table (`table.ts`) gives each
 * field of an object its kind, and everything else that the field needs in this adapter follows from there.
 *
 * Drivers do not give back what was written: booleans are 0 and 1 in SQLite and MariaDB alike, and bigints and sums may come as text.
 * Times rest as whole milliseconds since 1970, structures as JSON.
 */
import type { Brand } from '../../domain/ids.js';

/** What is stored for a value, and the value of what is stored. */
interface Kind<T> {
  readonly read: (stored: unknown) => T;
  readonly write: (value: T) => unknown;
}

interface Traits {
  /** The column's name; the field's name in snake case where there is none here. */
  readonly name: string | undefined;
  /** An SQL expression in place of a column. */
  readonly sql: string | undefined;
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
  readonly isFilterable: boolean;
  /** Wire names that lists may be sorted by; `own`: the column's name. */
  readonly sortKeys: readonly string[] | 'own';
}

export interface Column<T> extends Kind<T>, Traits {
  readonly kind: 'column';
  /** NULL is `null`. */
  readonly nullable: () => Column<T | null>;
  /** Lists may be sorted by it: under its own name, or under the wire names that are given. */
  readonly sortable: (...keys: readonly string[]) => Column<T>;
  /** Lists may be filtered by it. */
  readonly filterable: () => Column<T>;
  /** The database gives the value: it is read, and never written. */
  readonly generated: () => Column<T>;
  /** No column but an SQL expression, which may name other tables of the statement: it is read, and never written. */
  readonly computed: (sql: string) => Column<T>;
}

function column<T>(kind: Kind<T>, traits: Traits): Column<T> {
  return {
    ...kind,
    ...traits,
    kind: 'column',
    nullable: () => column(nullableOf(kind), { ...traits, isNullable: true }),
    sortable: (...keys) => column(kind, { ...traits, sortKeys: keys.length === 0 ? 'own' : keys }),
    filterable: () => column(kind, { ...traits, isFilterable: true }),
    generated: () => column(kind, { ...traits, isGenerated: true }),
    computed: (sql) => column(kind, { ...traits, sql }),
  };
}

function plain<T>(kind: Kind<T>, name: string | undefined): Column<T> {
  return column(kind, { name, sql: undefined, isNullable: false, isGenerated: false, isFilterable: false, sortKeys: [] });
}

function nullableOf<T>({ read, write }: Kind<T>): Kind<T | null> {
  return {
    read: (stored) => (stored === null || stored === undefined ? null : read(stored)),
    write: (value) => (value === null ? null : write(value)),
  };
}

const unchanged = (value: unknown): unknown => value;
const asText = (stored: unknown): string => (typeof stored === 'string' ? stored : String(stored));

/** A text, or one of the texts that `T` lists. */
export function text<T extends string = string>(name?: string): Column<T> {
  // Only this adapter writes the column, and only from a value of that type.
  return plain({ read: asText as (stored: unknown) => T, write: unchanged }, name);
}

/** An identifier; the object's own in the column `uuid`. */
export function uuid<T extends Brand<string, string>>(name = 'uuid'): Column<T> {
  return text<T>(name);
}

export function integer(name?: string): Column<number> {
  return plain({ read: Number, write: unchanged }, name);
}

/** The row's place in the order of creation, which the database gives. Every list may be sorted by it. */
export function sequence(): Column<number> {
  return integer('id').generated().sortable();
}

export function flag(name?: string): Column<boolean> {
  return plain({ read: (stored) => Boolean(Number(stored)), write: unchanged }, name);
}

export function time(name?: string): Column<Date> {
  return plain({ read: (stored) => new Date(Number(stored)), write: (value) => value.getTime() }, name);
}

/** A structure as JSON text. What is read is frozen: objects that are made of rows are shared. */
export function json<T>(name?: string): Column<T> {
  // Only this adapter writes the column, and only from a value of that type.
  return plain({ read: parse as (stored: unknown) => T, write: (value) => JSON.stringify(value) }, name);
}

function parse(stored: unknown): unknown {
  const written = asText(stored);
  return EMPTY.get(written) ?? freeze(JSON.parse(written));
}

/** Most of these columns hold nothing most of the time. */
const EMPTY: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['{}', Object.freeze({})],
  ['[]', Object.freeze([])],
]);

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
