import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import knex, { type Knex } from 'knex';
import { WITHOUT_VALUES, withoutValuesInErrors } from './query-errors.js';
import { isDuplicate } from './transactions.js';

const require = createRequire(import.meta.url);

/** Knex's better-sqlite3 dialect, with libsql (whose interface is the same) as its driver. */
function libsqlClient(): typeof Knex.Client {
  // The entry has no types of its own; the dialect is a class that extends Knex.Client, as these state.
  const Dialect = require('knex/lib/dialects/better-sqlite3/index.js') as new (config: Knex.Config) => Dialect;
  class LibsqlClient extends Dialect {
    _driver(): unknown {
      return require('libsql');
    }

    /** Rows as lists of values on demand, as mysql2 has them by the same option. */
    override async _query(connection: Connection, query: Query): Promise<Query> {
      try {
        if (!query.options?.rowsAsArray) return await super._query(connection, query);
        query.response = connection.prepare(query.sql).raw(true).all(this._formatBindings(query.bindings));
        return query;
      } catch (error) {
        if (!isDuplicate(error)) connection.hasFailed = true;
        throw error;
      }
    }

    /** Asked before the pool hands out a connection: one with leftover state is replaced. */
    override async validateConnection(connection: Connection): Promise<boolean> {
      if (isInMemory(this.config)) return true;
      return connection.hasFailed !== true && !connection.inTransaction;
    }

    /** What a transaction has written holds the write lock until it is undone, also where the driver keeps the closed connection. */
    override async destroyRawConnection(connection: Connection): Promise<void> {
      try {
        if (connection.inTransaction) connection.exec('ROLLBACK');
      } catch {
        // Closing it undoes the transaction as well.
      }
      connection.close();
    }
  }
  return LibsqlClient as unknown as typeof Knex.Client;
}

/** The pool's connection is a libsql Database; only what is used of it. */
interface Connection {
  readonly inTransaction: boolean;
  /** Set by `_query`: a statement failed on it for another reason than its values. */
  hasFailed?: boolean;
  close(): void;
  exec(sql: string): void;
  prepare(sql: string): { raw(on: boolean): { all(bindings: readonly unknown[]): readonly unknown[] } };
}

/** What the dialect has beyond the client's published type. */
interface Dialect extends Knex.Client {
  validateConnection(connection: Connection): Promise<boolean>;
  destroyRawConnection(connection: Connection): Promise<void>;
  _query(connection: Connection, query: Query): Promise<Query>;
  _formatBindings(bindings: readonly unknown[] | undefined): readonly unknown[];
}

/** Knex's own record of a statement. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly rowsAsArray?: boolean };
  response?: unknown;
}

// The pool holds one connection for the whole process, so all requests share its state. When another process holds the write lock longer than
// `busy_timeout`, a COMMIT fails and leaves its transaction open: every later statement would run inside of it, shown to all readers and
// never committed, and every later BEGIN would fail. Hence a connection at rest is in no transaction and has seen no error but of a
// constraint, or it is thrown away; opening another one takes a millisecond.

/** A new database is for its owner alone; SQLite gives its journals the same mode. */
function makePrivate(file: string): void {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
}

/** Its tables are in the connection: to replace it would lose them, and no other process can lock them. */
function isInMemory({ connection }: Knex.Config): boolean {
  return typeof connection === 'object' && 'filename' in connection && connection.filename === ':memory:';
}

export interface SqliteOptions {
  /** How long a statement waits for another process that writes; this process does nothing else meanwhile. */
  readonly busyTimeoutMs?: number;
}

// WAL survives kill -9; NORMAL would still lose the last commits with the machine, and an intent must not be lost.
const SET_UP = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;';
const BUSY_MS = 5_000;

/**
 * Opens (and makes, if absent) an SQLite database. The pool holds one connection: code inside a transaction must
 * use the transaction's handle for everything, or waits for itself. `:memory:` works for tests.
 */
export function openSqlite(file: string, { busyTimeoutMs = BUSY_MS }: SqliteOptions = {}): Knex {
  makePrivate(file);
  const db = knex({
    ...WITHOUT_VALUES,
    client: libsqlClient(),
    connection: { filename: file },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: Connection, done: (error: Error | null, connection: Connection) => void): void {
        try {
          connection.exec(`${SET_UP} PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)};`);
          done(null, connection);
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)), connection);
        }
      },
    },
  });
  return withoutValuesInErrors(db);
}
