import type { BayModel } from './bay-model.js';
import { DomainError } from './errors.js';

/** Network and volume drivers that an engine knows. */
export interface DriverNames {
  /** The first is chosen where the caller names none. */
  readonly networkDrivers: readonly [string, ...string[]];
  readonly volumeDrivers: readonly string[];
}

const LEAST_DEVICEMAPPER_GB = 3;

/**
 * Rules between fields of a bay model: docs/contract/validation.md#templates. Throws `invalid-parameter` naming the field. `known`
 * undefined: this release has no such engine, which the choice of the driver refuses.
 */
export function checkBayModel(
  model: Pick<BayModel, 'networkDriver' | 'volumeDriver' | 'dockerStorageDriver' | 'dockerVolumeSize' | 'dnsNameserver'>,
  known: DriverNames | undefined,
): void {
  if (known) {
    requireMember({ field: 'network_driver', what: 'Network driver' }, model.networkDriver, known.networkDrivers);
    requireMember({ field: 'volume_driver', what: 'Volume driver' }, model.volumeDriver, known.volumeDrivers);
  }
  checkVolumeSize(model.dockerStorageDriver, model.dockerVolumeSize);
  checkNameservers(model.dnsNameserver);
}

/** Devicemapper needs room: docs/contract/validation.md#creating-a-cluster. */
export function checkVolumeSize(storageDriver: string | null, sizeGb: number | null): void {
  if (storageDriver !== 'devicemapper' || (sizeGb ?? 0) >= LEAST_DEVICEMAPPER_GB) return;
  throw invalid(
    'docker_volume_size',
    `docker_volume_size ${sizeGb ?? 'unset'} is too small: devicemapper needs ${LEAST_DEVICEMAPPER_GB} GB or more`,
  );
}

/** Begins with upstream's words, which clients look for. */
function requireMember(
  { field, what }: { readonly field: string; readonly what: string },
  value: string | null,
  allowed: readonly string[],
): void {
  if (value === null || allowed.includes(value)) return;
  throw invalid(field, `${what} type ${value} is not supported, expecting a ${field} type of ${allowed.join(', ')}`);
}

function checkNameservers(servers: string | null): void {
  if (servers === null) return;
  const bad = servers
    .split(',')
    .map((server) => server.trim())
    .find((server) => !isIpv4(server));
  if (bad !== undefined) throw invalid('dns_nameserver', `dns_nameserver: '${bad}' is not an IPv4 address`);
}

function isIpv4(text: string): boolean {
  return /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

function invalid(field: string, why: string): DomainError {
  return new DomainError('invalid-parameter', { field, message: `${why}.` });
}
