import type { BayId } from '../domain/ids.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import { checkedManifest, type ManifestKind, type ManifestReport } from '../domain/manifest.js';
import type { CallOptions } from '../ports/bus.js';
import { QUESTION_MS, type Access, type AppDeps } from './deps.js';
import { findBay, findBayInBody } from './find.js';

/** The objects of one kind in one bay. */
export interface Place {
  readonly kind: ManifestKind;
  /** UUID or name of the bay. */
  readonly bay: string;
}

/** Text, or where it is; text wins (docs/contract/resources.md#pods-services-replication-controllers). */
export interface ManifestSource {
  readonly manifest: string | null;
  readonly manifestUrl: string | null;
}

export interface ManifestView {
  readonly bayId: BayId;
  readonly report: ManifestReport;
}

/** Nothing of these is kept here: Kubernetes is asked. Errors: those of `ManifestClient`. */
export async function listManifests(
  deps: AppDeps,
  access: Access,
  place: Place,
  signal: AbortSignal,
): Promise<readonly ManifestView[]> {
  const { bayId, kind } = await at(deps, access, place);
  const reports = await ofKubernetes(deps, bayId, () => deps.bus.call('manifest.list', { bayId, kind }, within(signal)));
  return reports.map((report) => ({ bayId, report }));
}

export async function getManifest(
  deps: AppDeps,
  access: Access,
  place: Place & { readonly ident: string },
  signal: AbortSignal,
): Promise<ManifestView> {
  const { bayId, kind } = await at(deps, access, place);
  return {
    bayId,
    report: await ofKubernetes(deps, bayId, () =>
      deps.bus.call('manifest.get', { bayId, kind, ident: place.ident }, within(signal)),
    ),
  };
}

export async function createManifest(
  deps: AppDeps,
  access: Access,
  wanted: Place & ManifestSource,
  signal: AbortSignal,
): Promise<ManifestView> {
  deps.policy.require(access.action, access.actor);
  const { kind } = wanted;
  const bayId = (await findBayInBody(deps, access, { field: 'bay_uuid', ident: wanted.bay })).bay.id;
  const manifest = await readManifest(deps, kind, wanted, signal);
  return {
    bayId,
    report: await ofKubernetes(deps, bayId, () => deps.bus.call('manifest.create', { bayId, kind, manifest }, within(signal))),
  };
}

export async function replaceManifest(
  deps: AppDeps,
  access: Access,
  wanted: Place & ManifestSource & { readonly ident: string },
  signal: AbortSignal,
): Promise<ManifestView> {
  const { bayId, kind } = await at(deps, access, wanted);
  const manifest = await readManifest(deps, kind, wanted, signal);
  const question = { bayId, kind, ident: wanted.ident, manifest };
  return { bayId, report: await ofKubernetes(deps, bayId, () => deps.bus.call('manifest.replace', question, within(signal))) };
}

export async function deleteManifest(
  deps: AppDeps,
  access: Access,
  place: Place & { readonly ident: string },
  signal: AbortSignal,
): Promise<void> {
  const { bayId, kind } = await at(deps, access, place);
  await ofKubernetes(deps, bayId, () => deps.bus.call('manifest.delete', { bayId, kind, ident: place.ident }, within(signal)));
}

/**
 * What an engine is, is asked of the engine. Where there is none to ask, the model knows it: a bay of another engine is refused as such
 * (docs/contract/endpoints.md#kubernetes-objects), and not for an engine that could come up and would still be another one. Errors: `not-supported`.
 */
async function ofKubernetes<T>(deps: AppDeps, bayId: BayId, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isDomainError(error, 'engine-not-live') && !isDomainError(error, 'bay-not-reachable')) throw error;
    const coe = await deps.store.read(async (repos) => {
      const bay = await repos.bays.get(bayId);
      return bay && (await repos.bayModels.get(bay.desired.bayModelId))?.coe;
    });
    if (!coe || coe === 'kubernetes') throw error;
    throw new DomainError('not-supported', {
      field: 'bay_ident',
      message: `Bay ${bayId} runs ${coe}: pods, services and replication controllers are there in kubernetes bays alone.`,
      cause: error,
    });
  }
}

async function at(deps: AppDeps, access: Access, { kind, bay }: Place): Promise<{ bayId: BayId; kind: ManifestKind }> {
  deps.policy.require(access.action, access.actor);
  if (bay === '') {
    throw new DomainError('invalid-parameter', {
      field: 'bay_ident',
      message: 'Invalid input for field/attribute bay_ident: name the bay, `?bay_ident=<uuid or name>`.',
    });
  }
  return { bayId: (await findBay(deps, access, bay)).bay.id, kind };
}

async function readManifest(
  deps: AppDeps,
  kind: ManifestKind,
  { manifest, manifestUrl }: ManifestSource,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (manifest === null && manifestUrl === null) {
    throw new DomainError('invalid-parameter', { field: 'manifest', message: 'Give the manifest, or its manifest_url.' });
  }
  const text = manifest ?? (await deps.manifests.fetch(manifestUrl ?? '', signal));
  return checkedManifest(kind, deps.manifests.parse(text));
}

function within(signal: AbortSignal): CallOptions {
  return { timeoutMs: QUESTION_MS, signal };
}
