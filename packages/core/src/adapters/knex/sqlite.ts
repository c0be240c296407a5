import { createRequire } from 'node:module';
import knex, { type Knex } from 'knex';
import { QUIET } from './quiet.js';

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
      if (!query.options?.rowsAsArray) return super._query(connection, query);
      query.response = connection.prepare(query.sql).raw(true).all(this._formatBindings(query.bindings));
      return query;
    }
  }
  return LibsqlClient as unknown as typeof Knex.Client;
}

/** The pool's connection is a libsql Database; only what is used of it. */
interface Connection {
  exec(sql: string): void;
  prepare(sql: string): { raw(on: boolean): { all(bindings: readonly unknown[]): readonly unknown[] } };
}

/** What the dialect has beyond the client's published type. */
interface Dialect extends Knex.Client {
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

// WAL survives kill -9; NORMAL would still lose the last commits with the machine, and an intent must not be lost.
const SET_UP = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;';

/**
 * Opens (and makes, if absent) an SQLite database. The pool holds one connection: whoever is inside a transaction must
 * use the transaction's handle for everything, or waits for itself. `:memory:` works for tests.
 */
export function openSqlite(file: string): Knex {
  return knex({
    client: libsqlClient(),
    connection: { filename: file },
    useNullAsDefault: true,
    log: QUIET,
    pool: {
      min: 1,
      max: 1,
      afterCreate(connection: Connection, done: (error: Error | null, connection: Connection) => void): void {
        try {
          connection.exec(SET_UP);
          done(null, connection);
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)), connection);
        }
      },
    },
  });
}
