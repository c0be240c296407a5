/**
 * Errors of statements without what the statements carried.
 *
 * Knex puts a statement with all its values before the driver's message, mysql2 adds the same text as `sql`, and servers quote values in
 * their own messages ("Duplicate entry '…'"). Among the values are environments of containers, hashes of passwords and tokens, and sealed
 * keys, and an error ends in a log. So each failed statement's error is rewritten where Knex announces it, before any code can catch it: what
 * is left is the driver's code, the verb, the table, and the driver's message up to its first quotation mark, with names of keys and columns.
 * Everything that uses the handle is covered: repositories, the embedded cloud, migrations.
 */
import type { Knex } from 'knex';

/**
 * For `knex({ … })`. The statement stands before the message with `?` in place of its values, so that it can be cut off; and Knex prints no
 * failure by itself: every one is an error that its caller handles.
 */
export const WITHOUT_VALUES = {
  compileSqlOnError: false,
  log: { warn: ignore, error: ignore, debug: ignore, deprecate: ignore },
} as const;

function ignore(): void {
  // Nothing: the error is thrown as well.
}

/** Rewrites the error of each statement that fails from now on. */
export function withoutValuesInErrors(db: Knex): Knex {
  db.on('query-error', (error: unknown, query: { readonly sql?: unknown } | undefined) => {
    if (error instanceof Error) rewrite(error, typeof query?.sql === 'string' ? query.sql : '');
  });
  return db;
}

/** A pool that gives no connection in time names the statement that waited, with its values. */
export function withoutStatement<T extends Error>(error: T): T {
  for (const name of CARRIERS) Reflect.deleteProperty(error, name);
  return error;
}

const CARRIERS = ['sql', 'bindings', 'parameters'];

function rewrite(error: Error, sql: string): void {
  const prefix = `${sql} - `;
  const said = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  const reason = removeValues(said);
  error.message = sql === '' ? reason : `${statementOf(sql)}: ${reason}`;
  withoutStatement(error);
  if ('sqlMessage' in error) error.sqlMessage = reason;
  // The stack begins with the message as it was.
  Error.captureStackTrace(error, rewrite);
}

const TABLE = /\b(?:from|into|update|table(?:\s+if\s+(?:not\s+)?exists)?|join)\s+[`"]?(\w{1,64})/i;

/** `insert container`: the verb and the first table of a statement. */
function statementOf(sql: string): string {
  const verb = /^\W*(\w{1,20})/.exec(sql)?.[1]?.toLowerCase() ?? 'statement';
  const table = TABLE.exec(sql)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}

/** Names that servers put at the very end, behind the values. */
const KEY = /for key '([\w.$-]{1,200})'$/;
const COLUMN = /for column [`']?([\w.$`]{1,200}?)[`']? at row \d+$/;
const LONGEST = 200;

/** Values stand in quotation marks, and may contain some: nothing is kept from the first one on but the name at the end. */
function removeValues(text: string): string {
  const first = text.search(/['"`]/);
  if (first < 0) return text.slice(0, LONGEST);
  const key = KEY.exec(text)?.[1];
  const column = COLUMN.exec(text)?.[1];
  const name = key !== undefined ? ` (key ${key})` : column !== undefined ? ` (column ${column.replaceAll('`', '')})` : '';
  return `${text.slice(0, Math.min(first, LONGEST))}…${name}`;
}
