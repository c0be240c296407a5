import { DomainError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** What the API shows of Kubernetes: docs/contract/endpoints.md#kubernetes-objects. */
export const MANIFEST_KINDS = ['pod', 'service', 'rc'] as const;
export type ManifestKind = (typeof MANIFEST_KINDS)[number];

/** Kubernetes' own names of the kinds. */
export const KUBERNETES_KIND = { pod: 'Pod', service: 'Service', rc: 'ReplicationController' } as const satisfies Record<
  ManifestKind,
  string
>;

/** Largest manifest, in bytes (docs/contract/resources.md#manifests). */
export const LARGEST_MANIFEST = 524_288;

/** What is known of an object of any kind; what a kind does not have is null or empty. */
export interface ManifestReport {
  readonly uid: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly images: readonly string[];
  /** Phase of a pod. */
  readonly status: string | null;
  /** Node of a pod. */
  readonly host: string | null;
  readonly selector: Readonly<Record<string, string>>;
  readonly ip: string | null;
  readonly ports: readonly JsonObject[];
  readonly replicas: number | null;
}

const NEEDS: Record<ManifestKind, readonly string[]> = {
  pod: ['metadata.name', 'spec.containers[].image'],
  service: ['metadata.name', 'spec.ports'],
  rc: ['metadata.name', 'spec.selector', 'spec.template.metadata.labels', 'spec.template.spec.containers[].image'],
};

/** The manifest with its kind filled in. Errors: `invalid-parameter` naming what is missing (docs/contract/resources.md#manifests). */
export function checkedManifest(kind: ManifestKind, manifest: JsonObject): JsonObject {
  const expected = KUBERNETES_KIND[kind];
  const given = manifest['kind'] ?? expected;
  if (given !== expected) throw refuseManifest(`its kind is ${JSON.stringify(given).slice(0, 80)}, not ${expected}`);
  for (const path of NEEDS[kind]) {
    if (!has(manifest, path.split('.'))) throw refuseManifest(`${path} is missing`);
  }
  return { apiVersion: 'v1', ...manifest, kind: expected };
}

/** Name in a checked manifest. */
export function manifestName(manifest: JsonObject): string {
  const { metadata } = manifest;
  return isJsonObject(metadata ?? null) ? String((metadata as JsonObject)['name']) : ''; // asked right here
}

function has(value: JsonValue | undefined, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return isThere(value);
  if (value === undefined || !isJsonObject(value)) return false;
  const name = step.replace('[]', '');
  const inner = value[name];
  if (!step.endsWith('[]')) return has(inner, rest);
  return Array.isArray(inner) && inner.length > 0 && inner.every((entry: JsonValue) => has(entry, rest));
}

function isThere(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function refuseManifest(why: string): DomainError {
  return new DomainError('invalid-parameter', { field: 'manifest', message: `The manifest cannot be used: ${why}.` });
}
