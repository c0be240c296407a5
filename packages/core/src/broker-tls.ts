import { readFileSync } from 'node:fs';
import type { BrokerTls } from './adapters/bus/brokers.js';
import type { Config } from './config/config.js';
import { DomainError } from './domain/errors.js';

/** `[oslo_messaging_rabbit] ssl…`; undefined where brokers are spoken to without TLS. Errors: `invalid-parameter`, naming the file. */
export function brokerTls(config: Config): BrokerTls | undefined {
  if (!config.flag('oslo_messaging_rabbit', 'ssl')) return undefined;
  const files = { ca: 'ssl_ca_file', cert: 'ssl_cert_file', key: 'ssl_key_file' };
  return Object.fromEntries(
    Object.entries(files).flatMap(([part, name]) => {
      const file = config.text('oslo_messaging_rabbit', name);
      return file === null ? [] : [[part, readPem(`[oslo_messaging_rabbit] ${name}`, file)]];
    }),
  );
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable'; // what fs throws
    throw new DomainError('invalid-parameter', {
      field: name,
      message: `${name}: ${file} cannot be read (${why}).`,
      cause: error,
    });
  }
}
