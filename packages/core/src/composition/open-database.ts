import type { Knex } from 'knex';
import { openMariadb } from '../adapters/knex/mariadb.js';
import type { LearnTime } from '../adapters/knex/database-time.js';
import { openSqlite } from '../adapters/knex/sqlite.js';
import type { Config } from '../config/config.js';
import { databaseArguments } from './database-url.js';
import { DomainError } from '../domain/errors.js';

/** Whether others than processes of this host may have it: a file has the host's own time. */
export function isShared(config: Config): boolean {
  return !config.sections.database.connection?.startsWith('sqlite:');
}

/** The configured database. Errors: `invalid-parameter`, naming option, argument and file. */
export function openDatabase(config: Config, learnTime?: LearnTime): Knex {
  const url = config.sections.database.connection;
  if (url === null)
    throw new DomainError('invalid-parameter', {
      field: '[database] connection',
      message: '[database] connection is not set: for example mysql+pymysql://magnum:PASSWORD@HOST/magnum.',
    });
  const file = /^sqlite:\/\/\/([^?]+)/.exec(url)?.[1];
  if (file) return openSqlite(file);
  return openMariadb({
    url,
    poolSize: config.sections.database.max_pool_size,
    acquireTimeoutMs: config.sections.database.pool_timeout * 1_000,
    ...databaseArguments(config),
    ...(learnTime ? { learnTime } : {}),
  });
}
