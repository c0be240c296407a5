import { createSecureContext } from 'node:tls';
import { DomainError, readPem, type Config } from '@magnum-ts/core';
import type { ListenerTls } from '../app.js';
import type { CorsRules } from '../cors.js';
import { publicUrlOf, type AddressRule } from '../public-address.js';

/** `[api] enabled_ssl`: certificate and key as they are now. Errors: `invalid-parameter`, naming option and file. */
export function listenerTls(config: Config): ListenerTls | undefined {
  if (!config.sections.api.enabled_ssl) return undefined;
  const { api } = config.sections;
  const pem = (name: 'ssl_cert_file' | 'ssl_key_file'): string => {
    const file = api[name];
    if (file !== null) return readPem(`[api] ${name}`, file);
    throw new DomainError('invalid-parameter', {
      field: `[api] ${name}`,
      message: `[api] ${name} is not set: enabled_ssl needs it.`,
    });
  };
  const tls = { cert: pem('ssl_cert_file'), key: pem('ssl_key_file') };
  requireMatch(tls);
  return tls;
}

/** Under which address clients know the API. */
export function addressRule(config: Config): AddressRule {
  const publicUrl = config.sections.api.public_url;
  return {
    publicUrl: publicUrl === null ? null : publicUrlOf(publicUrl),
    trustsProxy: config.sections.oslo_middleware.enable_proxy_headers_parsing,
  };
}

export function corsRules(config: Config): CorsRules {
  return {
    origins: config.sections.cors.allowed_origin.map((origin) => origin.replace(/\/+$/, '')),
    credentials: config.sections.cors.allow_credentials,
    methods: config.sections.cors.allow_methods,
    headers: config.sections.cors.allow_headers,
    exposed: config.sections.cors.expose_headers,
    maxAgeSeconds: config.sections.cors.max_age,
  };
}

/** A key that is another certificate's would be noticed by the first client only. */
function requireMatch(tls: ListenerTls): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DomainError('invalid-parameter', {
      field: '[api] ssl_key_file',
      message: `[api] ssl_cert_file and ssl_key_file cannot be used together: ${why}.`,
    });
  }
}
