import { createRequire } from 'node:module';
import knex, { type Knex } from 'knex';
import { QUIET } from './quiet.js';

const require = createRequire(import.meta.url);

/** Knex's better-sqlite3 dialect, with libsql (whose interface is the same) as its driver. */
function libsqlClient(): typeof Knex.Client {
  // The entry has no types of its own; the dialect is a class that extends Knex.Client, as this states.
  const Dialect = require('knex/lib/dialects/better-sqlite3/index.js') as typeof Knex.Client;
  return class LibsqlClient extends Dialect {
    _driver(): unknown {
      return require('libsql');
    }
  };
}

/** The pool's connection is a libsql Database; only what the set-up needs. */
interface Connection {
  exec(sql: string): void;
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
