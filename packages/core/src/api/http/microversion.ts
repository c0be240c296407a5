import { isWithin, MAX_VERSION, MIN_VERSION, minorOf, type Operation } from '@magnum-ts/openapi';
import { DomainError } from '../../domain/errors.js';
import type { HttpRequest } from './request.js';

/** The service words of docs/contract/protocol.md#version-negotiation. */
const SERVICES = ['container-infra', 'container-infrastructure', 'container-infrastructure-management'];
const DEFAULT_SERVICE = 'container-infra';

export interface Negotiated {
  /** `1.3` */
  readonly version: string;
  /** The service word that the request used. */
  readonly service: string;
  /** Liberty's and Mitaka's header was used, and is answered. */
  readonly legacy: boolean;
}

/** A version that parses but lies outside the range gets a body of its own (docs/contract/protocol.md#version-negotiation). */
export class UnsupportedVersion extends DomainError {
  readonly service: string;
  /** The one that was asked for: it is answered in the header. */
  readonly version: string;

  constructor(message: string, asked: { readonly service: string; readonly version: string }) {
    super('version-not-supported', message);
    this.service = asked.service;
    this.version = asked.version;
  }
}

/** The few texts of the header in use, null where there is none, and what they come to; a caller's inventions must not fill the memory. */
const known = new Map<string | null, Negotiated>();
const MOST_KNOWN = 200;

/** Errors: `not-acceptable` for what is no version, UnsupportedVersion for one that is not served. */
export function negotiate(request: Pick<HttpRequest, 'header'>): Negotiated {
  const header = request.header('openstack-api-version');
  const legacy = request.header('x-openstack-magnum-api-version');
  // Clients of two old releases say it there.
  if (legacy !== null) return versionIn(header, legacy);
  const before = known.get(header);
  if (before) return before;
  const negotiated = versionIn(header, null);
  if (known.size < MOST_KNOWN) known.set(header, negotiated);
  return negotiated;
}

function versionIn(header: string | null, legacy: string | null): Negotiated {
  if (header === null && legacy !== null)
    return { version: versionOf(legacy.trim(), DEFAULT_SERVICE), service: DEFAULT_SERVICE, legacy: true };
  if (header === null) return { version: MIN_VERSION, service: DEFAULT_SERVICE, legacy: false };
  const [service = '', wanted = '', ...rest] = header.trim().split(/\s+/);
  if (wanted === '' || rest.length > 0) throw unreadable('it needs a service and a version, such as "container-infra 1.14"');
  const named = SERVICES.includes(service) ? service : undefined;
  if (wanted.toLowerCase() === 'latest') return { version: MAX_VERSION, service: named ?? DEFAULT_SERVICE, legacy: false };
  if (!named) throw unreadable(`the service must be one of ${SERVICES.join(', ')}`);
  return { version: versionOf(wanted, named), service: named, legacy: false };
}

function versionOf(wanted: string, service: string): string {
  if (wanted.toLowerCase() === 'latest') return MAX_VERSION;
  const parts = /^(\d{1,9})\.(\d{1,9})$/.exec(wanted);
  if (!parts) throw unreadable('the version must be two numbers, such as 1.14, or latest');
  const version = `${Number(parts[1])}.${Number(parts[2])}`;
  if (minorOf(version) !== undefined && isWithin(version, MIN_VERSION, MAX_VERSION)) return version;
  throw new UnsupportedVersion(
    `Version ${version} was requested but the minor version is not supported. Supported are ${MIN_VERSION} to ${MAX_VERSION}.`,
    { service, version },
  );
}

function unreadable(why: string): DomainError {
  return new DomainError('not-acceptable', `Invalid value for OpenStack-API-Version header: ${why}.`);
}

export function requireAtVersion(operation: Operation, version: string): void {
  if (isWithin(version, operation.minVersion, operation.maxVersion)) return;
  throw new DomainError(
    'not-acceptable',
    `Request not acceptable: ${operation.method} ${operation.path} needs API version ${operation.minVersion} or later.`,
  );
}

/** What an answer depends on beside its address: whose token it is, and the version. Caches know `Authorization` alone as a secret. */
const VARY = 'X-Auth-Token, OpenStack-API-Version, X-OpenStack-Magnum-API-Version';

export function versionHeaders(negotiated: Negotiated | UnsupportedVersion): Record<string, string> {
  const { service, version } = negotiated;
  return {
    'OpenStack-API-Minimum-Version': `${service} ${MIN_VERSION}`,
    'OpenStack-API-Maximum-Version': `${service} ${MAX_VERSION}`,
    'OpenStack-API-Version': `${service} ${version}`,
    Vary: VARY,
    ...('legacy' in negotiated && negotiated.legacy
      ? {
          'X-OpenStack-Magnum-API-Minimum-Version': MIN_VERSION,
          'X-OpenStack-Magnum-API-Maximum-Version': MAX_VERSION,
          'X-OpenStack-Magnum-API-Version': negotiated.version,
        }
      : {}),
  };
}
