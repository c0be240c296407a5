import type { Config } from '../config/config.js';
import { isDatabaseUnverified } from './database-url.js';
import { DomainError } from '../domain/errors.js';
import { usesOpenstack } from './openstack-cloud.js';
import { isOriginGuessed, serviceOrigin } from './service-origin.js';

interface Switch {
  readonly section: string;
  readonly name: string;
  /** Options of the same section that only count while it is on. */
  readonly files: readonly string[];
}

const SWITCHES: readonly Switch[] = [
  { section: 'api', name: 'enabled_ssl', files: ['ssl_cert_file', 'ssl_key_file'] },
  { section: 'oslo_messaging_rabbit', name: 'ssl', files: ['ssl_ca_file', 'ssl_cert_file', 'ssl_key_file'] },
];

/**
 * Everything about the configuration that an operator should know at the start. Errors: `invalid-parameter` where files for TLS are
 * named and no option says whether TLS is to be spoken: the connection would be in the clear without a word.
 */
export function startWarnings(config: Config): readonly string[] {
  return [
    ...config.warnings,
    ...SWITCHES.flatMap((each) => idleFiles(config, each)),
    ...unverifiedDatabase(config),
    ...idleDrivers(config),
    ...guessedOrigin(config),
  ];
}

function idleFiles(config: Config, { section, name, files }: Switch): readonly string[] {
  const named = files.filter((file) => config.text(section, file) !== null);
  if (config.flag(section, name) || named.length === 0) return [];
  const what = `[${section}] ${named.join(', ')}`;
  if (config.isSet(section, name)) return [`${what}: no effect while ${name} = false: this connection is not protected`];
  throw new DomainError('invalid-parameter', {
    field: `[${section}] ${name}`,
    message: `${what}: set, while ${name} is not: set ${name} = true to speak TLS, or ${name} = false not to.`,
  });
}

function unverifiedDatabase(config: Config): readonly string[] {
  if (!isDatabaseUnverified(config)) return [];
  return [
    '[database] connection: ssl_verify_cert = false: the certificate of the database is not verified; a machine in between can read and change everything',
  ];
}

/** Notification drivers that upstream has and this service has not. */
function idleDrivers(config: Config): readonly string[] {
  return config
    .list('oslo_messaging_notifications', 'driver')
    .filter((driver) => driver === 'routing' || driver === 'test')
    .map((driver) => `[oslo_messaging_notifications] driver = ${driver} has no effect here`);
}

/** With the embedded identity, clients find this service in its catalog. */
function guessedOrigin(config: Config): readonly string[] {
  if (usesOpenstack(config) || !isOriginGuessed(config)) return [];
  return [
    `[api] host is every address of this host: the catalog says ${serviceOrigin(config)}; set [api] public_url where clients use another one`,
  ];
}
