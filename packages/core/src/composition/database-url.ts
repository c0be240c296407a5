import type { MariadbTls } from '../adapters/knex/mariadb.js';
import type { Config } from '../config/config.js';
import { argumentsIn } from '../config/url-arguments.js';
import { DomainError } from '../domain/errors.js';
import { readPem } from './pem-files.js';

/** What the arguments of `[database] connection` say about the connection; the address itself is read elsewhere. */
export interface DatabaseArguments {
  /** Absent: the server is spoken to in the clear. */
  readonly tls?: MariadbTls;
  /** Path of a Unix socket, in place of host and port. */
  readonly socketPath?: string;
  readonly connectTimeoutMs?: number;
}

/**
 * `ssl_…` as PyMySQL and mysqlclient have it. With any of them TLS is spoken and the server's certificate checked: against `ssl_ca`,
 * without it against the authorities of the system. `ssl_verify_identity` (or `ssl_check_hostname`) compares the name as well;
 * `ssl_verify_cert=false` alone checks nothing, and is warned of. Errors: `invalid-parameter`, naming argument and file.
 */
export function databaseArguments(config: Config): DatabaseArguments {
  const given = new Map([
    ...argumentsIn(config.sections.database.connection ?? ''),
    ...argumentsIn(`?${config.sections.database.connection_parameters ?? ''}`),
  ]);
  for (const [name, value] of given) if (value === '') given.delete(name);
  requireCharset(given.get('charset'));
  const tls = tlsOf(given);
  const socketPath = given.get('unix_socket');
  const seconds = given.get('connect_timeout');
  return {
    ...(tls ? { tls } : {}),
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(seconds === undefined ? {} : { connectTimeoutMs: secondsIn(seconds) * 1_000 }),
  };
}

/** Whether the configured database is spoken to with TLS that checks nothing. */
export function isDatabaseUnverified(config: Config): boolean {
  return databaseArguments(config).tls?.rejectUnauthorized === false;
}

const MODES = ['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'];

function tlsOf(given: ReadonlyMap<string, string>): MariadbTls | undefined {
  const mode = modeOf(given.get('ssl_mode'));
  const wanted = [...given.keys()].some((name) => name.startsWith('ssl_') && name !== 'ssl_mode' && name !== 'ssl_disabled');
  const asked = flag(given, 'ssl') ?? (mode === undefined ? wanted : mode !== 'DISABLED');
  if (flag(given, 'ssl_disabled') ?? !asked) return contradictionFree(given, wanted);
  const [ca, cert, key] = [file(given, 'ssl_ca'), file(given, 'ssl_cert'), file(given, 'ssl_key')];
  const passphrase = given.get('ssl_key_password');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    rejectUnauthorized: flag(given, 'ssl_verify_cert') ?? true,
    verifyIdentity:
      (flag(given, 'ssl_verify_identity') ?? flag(given, 'ssl_check_hostname') ?? false) || mode === 'VERIFY_IDENTITY',
  };
}

/** TLS that is switched off beside files for it: one of the two is a mistake. */
function contradictionFree(given: ReadonlyMap<string, string>, wanted: boolean): undefined {
  if (!wanted || flag(given, 'ssl_disabled') === true) return undefined;
  throw bad('ssl', 'is off while other arguments say how TLS is to be spoken: leave out the one or the others');
}

function modeOf(text: string | undefined): string | undefined {
  if (text === undefined || MODES.includes(text.toUpperCase())) return text?.toUpperCase();
  throw bad('ssl_mode', `must be one of ${MODES.join(', ')}`);
}

function flag(given: ReadonlyMap<string, string>, name: string): boolean | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  if (/^(true|1|on|yes)$/i.test(text)) return true;
  if (/^(false|0|off|no)$/i.test(text)) return false;
  throw bad(name, 'must be true or false');
}

function file(given: ReadonlyMap<string, string>, name: string): string | undefined {
  const path = given.get(name);
  return path === undefined ? undefined : readPem(`[database] connection: ${name}`, path);
}

function secondsIn(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw bad('connect_timeout', 'must be a whole number of seconds from 1 to 9999');
}

/** Texts are stored with all of Unicode: what a narrower set cannot hold would be refused or mangled. */
function requireCharset(charset: string | undefined): void {
  if (charset === undefined || /^utf8(mb[34])?$/i.test(charset)) return;
  throw bad('charset', 'must be utf8mb4 (utf8 is taken for it)');
}

function bad(argument: string, why: string): DomainError {
  return new DomainError('invalid-parameter', {
    field: `[database] connection: ${argument}`,
    message: `[database] connection: the argument ${argument} ${why}.`,
  });
}
