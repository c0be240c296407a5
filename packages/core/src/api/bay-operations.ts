import type { Accepted } from '../app/bay-changes.js';
import { createBay, deleteBay, getBay, listBays, planNewBay, updateBay, type CreateBay, type UpdateBay } from '../app/bays.js';
import { findBay } from '../app/find.js';
import { loadImage } from '../app/load-image.js';
import type { Bay } from '../domain/bay.js';
import { isDomainError, DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { BayRow } from '../ports/store.js';
import { clientConfigHandler } from './client-config.js';
import { bayEventsHandler } from './bay-events.js';
import { etagOfBay, requireMatch } from './http/etag.js';
import { planAnswer } from './bay-plan.js';
import { bodyOf, flagField, mapField, numberField, textField } from './http/fields.js';
import type { Answer, ApiDeps, Call, Handler } from './http/handler.js';
import { resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { listAnswer } from './http/pages.js';
import { pageOf, writerOf } from './http/pagination.js';
import { changedFields, patchResource } from './http/patch.js';
import type { BayNames } from './vocabulary.js';

export type WireBay = JsonObject & { readonly uuid: string };

/** What a wording has of its own. */
export interface BayWording {
  readonly names: BayNames;
  readonly summary: (call: Call, row: BayRow) => WireBay;
  /** `failed`: the groups that failed, where the bay has. */
  readonly whole: (call: Call, row: BayRow, failed: readonly NodeGroup[]) => WireBay;
  readonly parse: (call: Call) => CreateBay;
  /** Whether a model that is not there is a fault of the body (400) or just not there (404). */
  readonly unknownModelIsInvalid: (call: Call) => boolean;
  readonly change: (call: Call, row: BayRow) => UpdateBay;
  readonly accepted: (deps: ApiDeps, call: Call, accepted: Accepted) => Promise<Answer>;
  readonly deleted: (deps: ApiDeps, call: Call, accepted: Accepted) => Promise<void>;
}

/** The handlers of bays in one wording. */
export function bayOperations(wording: BayWording) {
  const { names } = wording;
  const identOf = (call: Call): string => call.params[names.ident] ?? '';
  const placeOf = (whole: boolean) => ({
    name: names.collection,
    path: whole ? `${names.collection}/detail` : names.collection,
  });
  const list =
    (whole: boolean): Handler =>
    async (deps, call) => {
      const findMarker = (marker: string): Promise<unknown> => findBay(deps, { ...call.access, action: names.look }, marker);
      const page = await pageOf(deps, call, findMarker);
      const place = placeOf(whole);
      const present = (row: BayRow): WireBay => (whole ? wording.whole(call, row, []) : wording.summary(call, row));
      return listAnswer(call, page, place, {
        read: (portion) => listBays(deps, call.access, portion, whole),
        write: writerOf(call, place, present),
        findMarker,
      });
    };
  return {
    list: list(false),
    listDetail: list(true),
    get: async (deps, call) => {
      const { row, failed } = await getBay(deps, call.access, identOf(call));
      const whole = (shown: BayRow): WireBay => wording.whole(call, shown, failed);
      // What failed is known from other rows.
      const body = failed.length > 0 ? whole(row) : writerOf(call, placeOf(true), whole)(row);
      return { body, etag: etagOfBay(row.bay) };
    },
    create: async (deps, call) =>
      isRehearsal(call)
        ? planAnswer(
            await renameModelErrors(wording, call, () => planNewBay(deps, call.access, wording.parse(call), call.signal())),
            call.query['render'] === true,
          )
        : withEtag(wording, deps, call, await acceptCreation(wording, deps, call)),
    update: async (deps, call) => {
      const change = (row: BayRow): UpdateBay => {
        requireMatch(call, etagOfBay(row.bay));
        return wording.change(call, row);
      };
      return withEtag(wording, deps, call, await updateBay(deps, call.access, identOf(call), change));
    },
    delete: async (deps, call) => {
      const check = (bay: Bay): void => requireMatch(call, etagOfBay(bay));
      await wording.deleted(deps, call, await deleteBay(deps, call.access, identOf(call), check));
      return {};
    },
    listEvents: bayEventsHandler(names.collection, names.ident),
    config: clientConfigHandler(names.ident),
    loadImage: async (deps, call) => {
      const wanted = { bay: identOf(call), image: textField(bodyOf(call), 'image') ?? '' };
      return { body: { nodes: [...(await loadImage(deps, call.access, wanted, call.signal()))] } };
    },
  } satisfies Record<string, Handler>;
}

/** Error: `invalid-parameter` for a stack that is asked for where a bay would be made. */
function isRehearsal({ query }: Call): boolean {
  if (query['dry_run'] === true) return true;
  if (query['render'] !== true) return false;
  throw new DomainError('invalid-parameter', {
    field: 'render',
    message: 'render: it shows a stack before it is made; add dry_run=true.',
  });
}

/** What was accepted has its tag already: the next change can be one of just that. */
async function withEtag(wording: BayWording, deps: ApiDeps, call: Call, accepted: Accepted): Promise<Answer> {
  return { ...(await wording.accepted(deps, call, accepted)), etag: etagOfBay(accepted) };
}

function acceptCreation(wording: BayWording, deps: ApiDeps, call: Call): Promise<Accepted> {
  return renameModelErrors(wording, call, () => createBay(deps, call.access, wording.parse(call), call.signal()));
}

async function renameModelErrors<T>(wording: BayWording, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDomainError(error, 'bay-model-not-found') || !wording.unknownModelIsInvalid(call)) throw error;
    const message = error.in(call.access.vocabulary);
    throw new DomainError('invalid-parameter', { field: wording.names.model, message, cause: error });
  }
}

/** What both wordings say of a new bay. The body was checked against an object schema. */
export function parseBay(call: Call, names: BayNames): Omit<CreateBay, 'floatingIpEnabled' | 'keypair' | 'mergeLabels'> {
  const body = bodyOf(call);
  return {
    name: textField(body, 'name'),
    bayModel: textField(body, names.model) ?? '',
    nodeCount: numberField(body, 'node_count') ?? 1,
    masterCount: numberField(body, 'master_count') ?? 1,
    createTimeout: numberField(body, names.createTimeout) ?? 60,
    dockerVolumeSize: numberField(body, 'docker_volume_size'),
    labels: nonEmpty(mapField(body, 'labels')),
    masterFlavorId: textField(body, 'master_flavor_id'),
    flavorId: textField(body, 'flavor_id'),
    discoveryUrl: textField(body, 'discovery_url'),
    fixedNetwork: textField(body, 'fixed_network'),
    fixedSubnet: textField(body, 'fixed_subnet'),
    masterLbEnabled: flagField(body, 'master_lb_enabled'),
  };
}

/** Absent or empty labels are the model's (docs/contract/resources.md#defaults). */
export function nonEmpty<T extends object>(map: T | null): T | null {
  return map && Object.keys(map).length > 0 ? map : null;
}

/** The patched document. Whatever else than `changeable` differs is named in the refusal (docs/contract/validation.md#changing-a-cluster). */
export function changedBay(call: Call, before: JsonObject, names: BayNames, changeable: readonly string[]): JsonObject {
  const after = patchResource(names.schema, before, call);
  const refused = changedFields(before, after).filter((name) => !changeable.includes(name));
  if (refused.length === 0) return after;
  throw new DomainError('invalid-parameter', {
    field: refused[0] ?? '',
    message: ({ bay }) => `Cannot change ${bay} property ${refused.join(', ')}. Only ${changeable.join(', ')} can be changed.`,
  });
}

/**
 * Fields that both wordings show in lists. The wordings add theirs with `Object.assign`: lists are long, and to spread one object
 * into another takes V8 longer than to write both down as JSON.
 */
export function summaryFields(row: BayRow) {
  const { bay, nodeCount, masterCount } = row;
  return {
    uuid: bay.id,
    name: bay.name,
    node_count: nodeCount,
    master_count: masterCount,
    docker_volume_size: bay.desired.dockerVolumeSize,
    labels: bay.desired.labels,
    master_flavor_id: bay.desired.masterFlavorId,
    flavor_id: bay.desired.flavorId,
    status: bay.observed.status,
  };
}

/** Fields that both wordings show of a whole bay beyond the summary. */
export function detailFields({ bay }: BayRow) {
  return {
    fixed_network: bay.desired.fixedNetwork,
    fixed_subnet: bay.desired.fixedSubnet,
    floating_ip_enabled: bay.desired.floatingIpEnabled,
    master_lb_enabled: bay.desired.masterLbEnabled,
    discovery_url: bay.observed.discoveryUrl ?? bay.desired.discoveryUrl,
    status_reason: bay.observed.statusReason,
    api_address: bay.observed.apiAddress,
    node_addresses: [...bay.observed.nodeAddresses],
    master_addresses: [...bay.observed.masterAddresses],
    coe_version: bay.observed.coeVersion,
    container_version: bay.observed.containerVersion,
    created_at: wireTime(bay.createdAt),
    updated_at: wireTimeOrNull(bay.updatedAt),
  };
}

export function bayLinks(call: Call, names: BayNames, row: BayRow) {
  return [...resourceLinks(call.baseUrl, names.collection, row.bay.id)];
}
