import { DomainError } from '../domain/errors.js';
import { isNear } from './spelling.js';
import type { Sections } from './options.js';
import { UPSTREAM_OPTIONS } from './upstream-options.js';

/*
 * The URLs of the database and of the broker carry options after their question mark, those about TLS among them. As with options
 * of the file, each argument is obeyed, or named once as without effect or unknown; an unknown one about TLS stops the start.
 */

/** An option that holds such a URL or its arguments alone, and the arguments that are read of it. */
interface UrlOption {
  /** As operators know it: `[database] connection`. */
  readonly name: string;
  readonly value: string | null;
  readonly read: ReadonlySet<string>;
  /** Real, and without effect here. */
  readonly idle: ReadonlySet<string>;
}

const DATABASE_READ = [
  'charset',
  'connect_timeout',
  'ssl',
  'ssl_ca',
  'ssl_cert',
  'ssl_key',
  'ssl_check_hostname',
  'ssl_disabled',
  'ssl_key_password',
  'ssl_mode',
  'ssl_verify_cert',
  'ssl_verify_identity',
  'unix_socket',
];
const DATABASE_IDLE = [
  'autocommit',
  'binary_prefix',
  'bind_address',
  'client_flag',
  'conv',
  'defer_connect',
  'init_command',
  'local_infile',
  'max_allowed_packet',
  'named_pipe',
  'plugin_dir',
  'program_name',
  'read_default_file',
  'read_default_group',
  'read_timeout',
  'server_public_key',
  'sql_mode',
  'use_unicode',
  'write_timeout',
];
export const BROKER_ARGUMENTS = [
  'ssl',
  'ssl_ca_file',
  'ssl_cert_file',
  'ssl_key_file',
  'ssl_version',
  'ssl_enforce_hostname_verification',
] as const;

const BROKER_READ: ReadonlySet<string> = new Set(BROKER_ARGUMENTS);
const BROKER_IDLE: ReadonlySet<string> = new Set(
  [...(UPSTREAM_OPTIONS.get('oslo_messaging_rabbit') ?? [])].filter((name) => !BROKER_READ.has(name) && !/ssl/.test(name)),
);
const DATABASE = { read: new Set(DATABASE_READ), idle: new Set(DATABASE_IDLE) };

const BROKER = { read: BROKER_READ, idle: BROKER_IDLE };

function urlOptions({ database, DEFAULT, oslo_messaging_notifications: notifications }: Sections): readonly UrlOption[] {
  const { connection, connection_parameters: parameters } = database;
  return [
    { name: '[database] connection', value: connection, ...DATABASE },
    { name: '[database] connection_parameters', value: parameters === null ? null : `?${parameters}`, ...DATABASE },
    { name: '[DEFAULT] transport_url', value: DEFAULT.transport_url, ...BROKER },
    { name: '[oslo_messaging_notifications] transport_url', value: notifications.transport_url, ...BROKER },
  ];
}

/** The arguments after a URL's question mark; the last one of a name counts. */
export function argumentsIn(url: string): ReadonlyMap<string, string> {
  const at = url.indexOf('?');
  return at < 0 ? new Map() : new Map(new URLSearchParams(url.slice(at + 1)));
}

const ABOUT_TLS = /ssl|tls|cert|verify|(^|_)ca/i;

/** One line for each argument that nothing reads. Errors: `invalid-parameter` for an unknown one about TLS. Values are not shown. */
export function urlFindings(sections: Sections): readonly string[] {
  return urlOptions(sections).flatMap((option) =>
    [...argumentsIn(option.value ?? '').keys()].flatMap((argument) => findingAbout(option, argument)),
  );
}

function findingAbout({ name, read, idle }: UrlOption, argument: string): readonly string[] {
  if (read.has(argument)) return [];
  const called = `${name}: the argument ${JSON.stringify(argument.slice(0, 64))}`;
  if (idle.has(argument)) return [`${called} has no effect here`];
  const meant = [...read].find((known) => isNear(known, argument));
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  if (!ABOUT_TLS.test(argument)) return [`${called} is not known: check its spelling${hint}`];
  throw new DomainError('invalid-parameter', {
    field: name,
    message: `${called} is not known${hint} An argument about TLS that is not read would leave the connection unprotected: correct or remove it. Known are ${[...read].join(', ')}.`,
  });
}
