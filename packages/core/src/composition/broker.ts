import { brokersIn, type BrokerAddress, type BrokerTls } from '../adapters/bus/brokers.js';
import type { Config } from '../config/config.js';
import { argumentsIn, BROKER_ARGUMENTS } from '../config/url-arguments.js';
import { DomainError } from '../domain/errors.js';
import { readPem } from './pem-files.js';

/** Where a broker is, and how to speak TLS with it where that was asked for. */
export interface BrokerLink {
  readonly brokers: readonly BrokerAddress[];
  readonly tls?: BrokerTls;
}

/** The option that names a broker; `[oslo_messaging_rabbit]` counts for both, arguments of the URL count more. */
export type BrokerOption = 'DEFAULT' | 'oslo_messaging_notifications';

/**
 * The brokers of a `transport_url`. TLS is spoken where `ssl` says so, and where a file or version for it is named without it: a
 * certificate that is not verified protects nothing. Errors: `invalid-parameter`, naming option and file.
 */
export function brokerLink(config: Config, section: BrokerOption): BrokerLink {
  const url = config.sections[section].transport_url ?? '';
  const settings = tlsSettings(config, section, url);
  const tls = settings.get('ssl')?.value === 'true' ? tlsOf(settings) : undefined;
  return { brokers: brokersIn(url, tls !== undefined), ...(tls ? { tls } : {}) };
}

interface TlsSetting {
  readonly value: string;
  /** How the option is called, for messages. */
  readonly from: string;
}

type TlsSettings = ReadonlyMap<(typeof BROKER_ARGUMENTS)[number], TlsSetting>;

function tlsSettings(config: Config, section: BrokerOption, url: string): TlsSettings {
  const given = argumentsIn(url);
  const rabbit = config.sections.oslo_messaging_rabbit;
  return new Map(
    BROKER_ARGUMENTS.flatMap((name) => {
      const argument = given.get(name);
      if (argument !== undefined && argument !== '') {
        const from = `[${section}] transport_url: ${name}`;
        return [[name, { value: FLAGS.has(name) ? String(flagOf(from, argument)) : argument, from }] as const];
      }
      const value = rabbit[name];
      return value === null ? [] : [[name, { value: String(value), from: `[oslo_messaging_rabbit] ${name}` }] as const];
    }),
  );
}

const FLAGS: ReadonlySet<string> = new Set(['ssl', 'ssl_enforce_hostname_verification']);

function flagOf(from: string, text: string): boolean {
  if (/^(true|1|on|yes)$/i.test(text)) return true;
  if (/^(false|0|off|no)$/i.test(text)) return false;
  throw new DomainError('invalid-parameter', { field: from, message: `${from} must be true or false.` });
}

function tlsOf(settings: TlsSettings): BrokerTls {
  const pem = (name: 'ssl_ca_file' | 'ssl_cert_file' | 'ssl_key_file'): string | undefined => {
    const named = settings.get(name);
    return named && readPem(named.from, named.value);
  };
  const [ca, cert, key] = [pem('ssl_ca_file'), pem('ssl_cert_file'), pem('ssl_key_file')];
  const version = versionOf(settings.get('ssl_version'));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    ...(settings.get('ssl_enforce_hostname_verification')?.value === 'false' ? { checkServerIdentity: () => undefined } : {}),
  };
}

function versionOf(setting: TlsSetting | undefined): 'TLSv1.2' | 'TLSv1.3' | undefined {
  if (setting === undefined || /^(SSLv23|TLS)$/i.test(setting.value)) return undefined;
  const [, minor] = /^TLSv1[._]([23])$/i.exec(setting.value) ?? [];
  if (minor !== undefined) return minor === '2' ? 'TLSv1.2' : 'TLSv1.3';
  throw new DomainError('invalid-parameter', {
    field: setting.from,
    message: `${setting.from} must be TLSv1_2, TLSv1_3, or TLS to leave it to both sides.`,
  });
}
