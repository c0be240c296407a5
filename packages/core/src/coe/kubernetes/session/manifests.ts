import type { V1ObjectMeta } from '@kubernetes/client-node';
import { DomainError, isDomainError } from '../../../domain/errors.js';
import { isUuid } from '../../../domain/ids.js';
import type { JsonObject } from '../../../domain/json.js';
import { KUBERNETES_KIND, manifestName, type ManifestReport } from '../../../domain/manifest.js';
import type { ManifestClient } from '../../../ports/bay-driver.js';
import { Allowance, MOST_ANSWERED } from '../../../http/bounded-http.js';
import { attempt } from './attempt.js';
import type { Connection } from './connection.js';
import { itemsOf, type Kind } from './kinds.js';

/** The namespace is always this one: docs/contract/endpoints.md#kubernetes-objects. */
const NAMESPACE = 'default';
const PAGE = 200;
const MOST = 10_000;
/** Pages of a list at most. A server may send smaller pages than requested, but not without end. */
const MOST_PAGES = 200;
/** Bytes of all pages of a list together: ten thousand pods of the usual size are smaller. */
const MOST_LISTED = 64 * 1024 ** 2;

/** Objects of one kind. They are found by name or by Kubernetes' own uid. */
export function manifestClient<T extends { metadata?: V1ObjectMeta }>(connection: Connection, kind: Kind<T>): ManifestClient {
  const noun = KUBERNETES_KIND[kind.kind];
  const all = async (signal: AbortSignal): Promise<readonly T[]> => {
    const items: T[] = [];
    const whole = new Allowance(MOST_LISTED);
    let next: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const query = { namespace: NAMESPACE, limit: PAGE, ...(next ? { _continue: next } : {}) };
      const page = await attempt(
        `list each ${noun}`,
        signal,
        async (bounds) => {
          const list = await kind.list(await connection(bounds), query);
          return { items: itemsOf(list), next: list.metadata?._continue };
        },
        new Allowance(MOST_ANSWERED, whole),
      );
      for (const item of page.items.slice(0, MOST - items.length)) items.push(item);
      next = page.next;
      if (!next || items.length >= MOST) break;
    }
    return items;
  };
  const find = async (ident: string, signal: AbortSignal): Promise<T> => {
    if (!isUuid(ident))
      return attempt(`find ${noun} ${ident}`, signal, async (bounds) => kind.read(await connection(bounds), placeOf(ident)));
    const found = (await all(signal)).find(({ metadata }) => metadata?.uid === ident.toLowerCase());
    if (!found) throw new DomainError('workload-not-found', `${noun} ${ident} could not be found.`);
    return found;
  };
  return {
    list: async (signal) => (await all(signal)).map((object) => reportOf(kind, object)),
    get: async (ident, signal) => reportOf(kind, await find(ident, signal)),
    create: async (manifest, signal) => {
      const body = bodyOf<T>(manifest);
      const made = await attempt(`create ${noun} ${manifestName(manifest)}`, signal, async (bounds) =>
        kind.create(await connection(bounds), NAMESPACE, body),
      );
      return reportOf(kind, made);
    },
    replace: async (ident, manifest, signal) => {
      const current = await find(ident, signal);
      const name = current.metadata?.name ?? '';
      requireSameName(noun, name, manifest);
      const next = bodyOf<T>(manifest);
      // The version that was read is the one that is replaced: a change by another client in between is a conflict.
      const { resourceVersion } = current.metadata ?? {};
      next.metadata = { ...next.metadata, ...(resourceVersion ? { resourceVersion } : {}) };
      const replaced = await attempt(`change ${noun} ${name}`, signal, async (bounds) => {
        kind.carryOver?.(current, next);
        return kind.replace(await connection(bounds), placeOf(name), next);
      });
      return reportOf(kind, replaced);
    },
    delete: async (ident, signal) => {
      try {
        const name = isUuid(ident) ? ((await find(ident, signal)).metadata?.name ?? '') : ident;
        await attempt(`delete ${noun} ${name}`, signal, async (bounds) => kind.delete(await connection(bounds), placeOf(name)));
      } catch (error) {
        if (!isDomainError(error, 'workload-not-found')) throw error;
      }
    },
  };
}

function placeOf(name: string): { readonly namespace: string; readonly name: string } {
  return { namespace: NAMESPACE, name };
}

const SERVERS_OWN: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** A manifest without the fields that the server alone sets, so that one copied from a server can be used again. */
function bodyOf<T extends { metadata?: V1ObjectMeta }>(manifest: JsonObject): T {
  const { status: _status, metadata, ...rest } = manifest;
  const kept = Object.entries(metadata ?? {}).filter(([name]) => !SERVERS_OWN.has(name));
  // The library serializes the fields of its types; it, or the server, refuses a field of another type.
  return { ...rest, metadata: Object.fromEntries(kept) } as unknown as T;
}

function requireSameName(noun: string, name: string, manifest: JsonObject): void {
  if (manifestName(manifest) === name) return;
  throw new DomainError('invalid-parameter', {
    field: 'manifest',
    message: `The manifest is of ${noun} ${manifestName(manifest).slice(0, 255)}, not of ${name}: a name cannot change.`,
  });
}

function reportOf<T extends { metadata?: V1ObjectMeta }>(kind: Kind<T>, object: T): ManifestReport {
  const { metadata } = object;
  return {
    uid: metadata?.uid ?? '',
    name: metadata?.name ?? '',
    labels: { ...metadata?.labels },
    createdAt: new Date(metadata?.creationTimestamp ?? 0).toISOString(),
    images: [],
    status: null,
    host: null,
    selector: {},
    ip: null,
    ports: [],
    replicas: null,
    ...kind.report(object),
  };
}
