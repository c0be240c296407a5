import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/config.js';

const WILDCARDS = new Set(['0.0.0.0', '::', '*', '']);

/** `[api] host` without the brackets that an IPv6 address has in URLs: it may be written either way. */
function hostOf(config: Config): string {
  return config.sections.api.host.replace(/^\[|\]$/g, '');
}

/**
 * Where this service is reached, for catalogs: `[api] public_url`, else what it listens on. An address that stands for all of a host's
 * is nowhere to go to, so the host's first one takes its place: IPv4, where there is one.
 */
export function serviceOrigin(config: Config): string {
  const given = config.sections.api.public_url;
  if (given !== null) return given.replace(/\/+$/, '').replace(/\/v1$/, '');
  const scheme = config.sections.api.enabled_ssl ? 'https' : 'http';
  const host = hostOf(config);
  const reached = WILDCARDS.has(host) ? addressOfHost() : host;
  return `${scheme}://${isIPv6(reached) ? `[${reached}]` : reached}:${config.sections.api.port}`;
}

/** Whether catalogs can only guess the address. */
export function isOriginGuessed(config: Config): boolean {
  return config.sections.api.public_url === null && WILDCARDS.has(hostOf(config));
}

function addressOfHost(): string {
  const outward = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return (outward.find(({ family }) => family === 'IPv4') ?? outward[0])?.address ?? '127.0.0.1';
}
