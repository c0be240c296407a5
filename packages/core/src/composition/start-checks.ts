import type { Config } from '../config/config.js';
import { isDatabaseUnverified } from './database-url.js';
import { DomainError } from '../domain/errors.js';
import { usesOpenstack } from './openstack-cloud.js';
import { isOriginGuessed, serviceOrigin } from './service-origin.js';

/** An option that says whether TLS is spoken, and those of its section that only count while it does. */
interface Switch {
  readonly section: string;
  readonly name: string;
  readonly isOn: boolean;
  readonly isSet: boolean;
  /** By the name of their option; null where it is not set. */
  readonly files: Readonly<Record<string, string | null>>;
}

function switchesOf({ sections: { api, oslo_messaging_rabbit: rabbit }, isSet }: Config): readonly Switch[] {
  const { ssl_ca_file, ssl_cert_file, ssl_key_file } = rabbit;
  return [
    {
      section: 'api',
      name: 'enabled_ssl',
      isOn: api.enabled_ssl,
      isSet: isSet('api', 'enabled_ssl'),
      files: { ssl_cert_file: api.ssl_cert_file, ssl_key_file: api.ssl_key_file },
    },
    {
      section: 'oslo_messaging_rabbit',
      name: 'ssl',
      isOn: rabbit.ssl,
      isSet: isSet('oslo_messaging_rabbit', 'ssl'),
      files: { ssl_ca_file, ssl_cert_file, ssl_key_file },
    },
  ];
}

/**
 * Everything about the configuration that an operator should know at the start. Errors: `invalid-parameter` where files for TLS are
 * named and no option says whether TLS is to be spoken: the connection would be in the clear without a word.
 */
export function startWarnings(config: Config): readonly string[] {
  return [
    ...config.warnings,
    ...switchesOf(config).flatMap(idleFiles),
    ...unverifiedDatabase(config),
    ...idleDrivers(config),
    ...guessedOrigin(config),
  ];
}

function idleFiles({ section, name, isOn, isSet, files }: Switch): readonly string[] {
  const named = Object.keys(files).filter((file) => files[file] !== null);
  if (isOn || named.length === 0) return [];
  const what = `[${section}] ${named.join(', ')}`;
  if (isSet) return [`${what}: no effect while ${name} = false: this connection is not protected`];
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
  return config.sections.oslo_messaging_notifications.driver
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
