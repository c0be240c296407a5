/** Microversions as calls use them. How the version in use is found stands in `microversion.ts`. */
import { MagnumError, UnsupportedVersionError } from './errors.js';

/** The newest microversion that this library supports. */
export const NEWEST = '1.14';
const SERVICE = 'container-infra';

export interface MicroversionSource {
  /** `1.14`, or undefined where the service has no microversions. */
  negotiate(): Promise<string | undefined>;
  /** Whether the service carries out the POSTs of one Idempotency-Key once; undefined where it has not been asked yet. */
  readonly keepsKeys: boolean | undefined;
  /** Asks the service where that is unknown, which it stays where the service cannot be reached. */
  askForKeys(): Promise<void>;
}

export function headerFor(version: string | undefined): Readonly<Record<string, string>> {
  return version === undefined ? {} : { 'openstack-api-version': `${SERVICE} ${version}` };
}

/** Operations that came after 1.1, by the ends of their paths. */
const LATER: readonly (readonly [operation: RegExp, version: string])[] = [
  [/\/actions\/(resize|upgrade)$/, '1.7'],
  [/\/nodegroups(\/|$)/, '1.9'],
  [/^PATCH \/v1\/credentials\//, '1.12'],
];

/** A call, with the path of the spec and the one that is sent. */
export interface VersionedCall {
  readonly method: string;
  readonly template: string;
  readonly path: string;
}

/** The version from which an operation exists. `path` is the template of the spec. */
export function minimumOf(method: string, path: string): string {
  return LATER.find(([operation]) => operation.test(`${method} ${path}`))?.[1] ?? '1.1';
}

/** Throws UnsupportedVersionError before a request that the service could only refuse. `version` is undefined where it has no versions. */
export function checkMinimum(version: string | undefined, { method, template, path }: VersionedCall): void {
  const minimum = minimumOf(method, template);
  if (version === undefined || version === 'latest' || Number(version.slice(2)) >= Number(minimum.slice(2))) return;
  throw new UnsupportedVersionError(`${method} ${path}`, { minimum, version });
}

/** Checks the version that a caller asks for. Throws MagnumError (`invalid-microversion`). */
export function checkVersion(version: string): string {
  if (/^1\.\d+$/.test(version) || version === 'latest') return version;
  throw new MagnumError(
    `${JSON.stringify(version)} is not a microversion; use 1.1 to ${NEWEST}, latest, or auto`,
    'invalid-microversion',
  );
}
