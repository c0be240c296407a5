import knex, { type Knex } from 'knex';
import { DomainError } from '../../domain/errors.js';
import { listenToEveryConnection } from './connection-errors.js';
import { WITHOUT_VALUES, withoutValuesInErrors } from './query-errors.js';
import { TIME_QUESTION, timeIn, type LearnTime } from './database-time.js';

export interface MariadbOptions {
  /** As upstream's `[database] connection`: `mysql+pymysql://user:password@host:port/database?charset=utf8mb4`. */
  readonly url: string;
  /** Connections at most: `[database] max_pool_size`. */
  readonly poolSize?: number;
  /** How long a request waits for a free connection before it is answered 503, milliseconds. */
  readonly acquireTimeoutMs?: number;
  /** Absent: in the clear. */
  readonly tls?: MariadbTls;
  /** Path of a Unix socket, in place of host and port. */
  readonly socketPath?: string;
  readonly connectTimeoutMs?: number;
  /** Gets the server's time by each new connection, before anything else is asked over it. */
  readonly learnTime?: LearnTime;
}

/** How to speak TLS with the server. Texts are PEM. */
export interface MariadbTls {
  /** Authorities that may have signed the server's certificate; those of the system when absent. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Whether a certificate that no authority signed is refused. */
  readonly rejectUnauthorized: boolean;
  /** Whether the certificate must be for the server's name. */
  readonly verifyIdentity: boolean;
}

const POOL_SIZE = 10;
const ACQUIRE_MS = 3_000;
const CONNECT_MS = 5_000;
/** The server has a bounded number of connections for all its users: what a burst has opened is closed soon after it. */
const IDLE_MS = 4_000;
const LOOK_FOR_IDLE_MS = 1_000;
const SCHEME = /^(mysql|mariadb)(\+\w+)?:$/;

/** Opens a pool on MariaDB or MySQL by mysql2. Times and structures are stored as the migrations say; nothing is converted. */
export function openMariadb(options: MariadbOptions): Knex {
  const { poolSize = POOL_SIZE, acquireTimeoutMs = ACQUIRE_MS } = options;
  const db = knex({
    ...WITHOUT_VALUES,
    client: 'mysql2',
    connection: {
      ...connectionOf(options.url),
      charset: 'utf8mb4',
      timezone: 'Z',
      multipleStatements: false,
      connectTimeout: options.connectTimeoutMs ?? CONNECT_MS,
      ...(options.socketPath === undefined ? {} : { socketPath: options.socketPath }),
      ...(options.tls ? { ssl: { ...options.tls } } : {}),
    },
    pool: {
      min: 0,
      max: poolSize,
      idleTimeoutMillis: IDLE_MS,
      reapIntervalMillis: LOOK_FOR_IDLE_MS,
      afterCreate(connection: Session, done: (error: Error | null, connection: Session) => void): void {
        // Claims and compare-and-swaps need to see what others have committed.
        connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (error) => {
          if (error || !options.learnTime) return done(error, connection);
          learnTimeOver(connection, options.learnTime, (failure) => done(failure, connection));
        });
      },
    },
    acquireConnectionTimeout: acquireTimeoutMs,
  });
  return listenToEveryConnection(withoutValuesInErrors(db));
}

interface Session {
  query(sql: string, done: (error: Error | null, rows?: unknown) => void): void;
}

function learnTimeOver(connection: Session, learnTime: LearnTime, done: (error: Error | null) => void): void {
  const asked = performance.now();
  connection.query(TIME_QUESTION, (error, rows) => {
    if (!error) learnTime({ serverTime: timeIn(rows), asked, answered: performance.now() });
    done(error);
  });
}

function connectionOf(text: string): { host: string; port: number; user: string; password: string; database: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = url?.pathname.slice(1);
  if (!url || !SCHEME.test(url.protocol) || !database) {
    // The text itself may hold a password.
    throw new DomainError('invalid-parameter', {
      field: '[database] connection',
      message: 'It must look like mysql+pymysql://user:password@host:port/database.',
    });
  }
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
  };
}
