import type { V1ObjectMeta } from '@kubernetes/client-node';
import { DomainError, isDomainError } from '../../domain/errors.js';
import { isUuid } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { KUBERNETES_KIND, manifestName, type ManifestReport } from '../../domain/manifest.js';
import type { ManifestClient } from '../../ports/bay-driver.js';
import { attempt } from './attempt.js';
import type { Connection } from './connection.js';
import type { Kind } from './kinds.js';

/** Contract, endpoints §7: the namespace is always this one. */
const NAMESPACE = 'default';
const PAGE = 500;
const MOST = 10_000;

/** Objects of one kind. They are found by name or by Kubernetes' own uid. */
export function manifestClient<T extends { metadata?: V1ObjectMeta }>(connection: Connection, kind: Kind<T>): ManifestClient {
  const noun = KUBERNETES_KIND[kind.kind];
  const all = async (signal: AbortSignal): Promise<readonly T[]> => {
    const items: T[] = [];
    for (let next: string | undefined; ;) {
      const query = { namespace: NAMESPACE, limit: PAGE, ...(next ? { _continue: next } : {}) };
      const page = await attempt(`list each ${noun}`, signal, async () => kind.list(await connection(), query));
      items.push(...page.items);
      next = page.metadata?._continue;
      if (!next || items.length >= MOST) return items;
    }
  };
  const find = async (ident: string, signal: AbortSignal): Promise<T> => {
    if (!isUuid(ident))
      return attempt(`find ${noun} ${ident}`, signal, async () => kind.read(await connection(), placeOf(ident)));
    const found = (await all(signal)).find(({ metadata }) => metadata?.uid === ident.toLowerCase());
    if (!found) throw new DomainError('workload-not-found', `${noun} ${ident} could not be found.`);
    return found;
  };
  return {
    list: async (signal) => (await all(signal)).map((object) => reportOf(kind, object)),
    get: async (ident, signal) => reportOf(kind, await find(ident, signal)),
    create: async (manifest, signal) => {
      const body = bodyOf<T>(manifest);
      const made = await attempt(`create ${noun} ${manifestName(manifest)}`, signal, async () =>
        kind.create(await connection(), NAMESPACE, body),
      );
      return reportOf(kind, made);
    },
    replace: async (ident, manifest, signal) => {
      const current = await find(ident, signal);
      const name = current.metadata?.name ?? '';
      requireSameName(noun, name, manifest);
      const next = bodyOf<T>(manifest);
      // What was read is what is replaced: a change by somebody else in between is a conflict.
      const { resourceVersion } = current.metadata ?? {};
      next.metadata = { ...next.metadata, ...(resourceVersion ? { resourceVersion } : {}) };
      const replaced = await attempt(`change ${noun} ${name}`, signal, async () => {
        kind.carryOver?.(current, next);
        return kind.replace(await connection(), placeOf(name), next);
      });
      return reportOf(kind, replaced);
    },
    delete: async (ident, signal) => {
      try {
        const name = isUuid(ident) ? ((await find(ident, signal)).metadata?.name ?? '') : ident;
        await attempt(`delete ${noun} ${name}`, signal, async () => kind.delete(await connection(), placeOf(name)));
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

/** Without what the server alone decides: a manifest that was copied from a server can be used again. */
function bodyOf<T extends { metadata?: V1ObjectMeta }>(manifest: JsonObject): T {
  const { status: _status, metadata, ...rest } = manifest;
  const kept = Object.entries(metadata ?? {}).filter(([name]) => !SERVERS_OWN.has(name));
  // The library writes down what its types know; what is of another type is refused there or by the server.
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
