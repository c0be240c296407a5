import {
  createFederation,
  deleteFederation,
  listFederations,
  updateFederation,
  type ChangeFederation,
} from '../app/federations.js';
import { findFederation } from '../app/find.js';
import { DomainError } from '../domain/errors.js';
import type { Federation } from '../domain/federation.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.js';
import { bodyOf, mapField, textField, wireJson, type Wire } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { listAnswer } from './http/pages.js';
import { pageOf } from './http/pagination.js';
import { changedFields, patchResource } from './http/patch.js';

const COLLECTION = 'federations';
const MEMBERS = '/member_ids';
type Present = (call: Call, federation: Federation) => JsonObject;

const list =
  (path: string, shown: Present): Handler =>
  async (deps, call) => {
    const findMarker = (marker: string): Promise<unknown> =>
      findFederation(deps, { ...call.access, action: 'federation:get' }, marker);
    const page = await pageOf(deps, call, findMarker);
    return listAnswer(
      call,
      page,
      { name: COLLECTION, path },
      {
        read: (portion) => listFederations(deps, call.access, portion),
        write: (federation) => shown(call, federation),
        findMarker,
      },
    );
  };

export const federationHandlers = {
  listFederations: list(COLLECTION, presentSummary),
  listFederationsDetail: list(`${COLLECTION}/detail`, presentFederation),
  getFederation: async (deps, call) => ({
    body: presentFederation(call, await findFederation(deps, call.access, identOf(call))),
  }),
  createFederation: async (deps, call) => {
    const body = bodyOf(call);
    const uuid = await createFederation(deps, call.access, {
      name: textField(body, 'name'),
      hostBay: textField(body, 'hostcluster_id') ?? '',
      properties: mapField(body, 'properties') ?? {},
    });
    return { body: { uuid } };
  },
  updateFederation: async (deps, call) => {
    const uuid = await updateFederation(deps, call.access, identOf(call), (federation) => changeOf(call, federation));
    return { body: { uuid } };
  },
  deleteFederation: async (deps, call) => {
    await deleteFederation(deps, call.access, identOf(call));
    return {};
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['federation_ident'] ?? '';
}

/** Members come and go one by one: an `add` joins, a `remove` with a value leaves (docs/contract/validation.md#federations). The rest is a usual patch. */
function changeOf(call: Call, federation: Federation): ChangeFederation {
  const operations: readonly JsonValue[] = Array.isArray(call.body) ? call.body : [];
  const others = operations.filter((entry) => !isAboutMembers(entry));
  const before = presentFederation(call, federation);
  // With nothing else to apply, or no list at all, the patch is checked for its shape.
  const after =
    others.length > 0 || operations.length === 0
      ? patchResource('Federation', before, others.length > 0 ? { ...call, body: [...others] } : call)
      : before;
  const refused = changedFields(before, after).filter((name) => name !== 'properties');
  if (refused.length > 0) {
    throw new DomainError('invalid-parameter', {
      field: refused[0] ?? '',
      message: `Cannot change federation property ${refused.join(', ')}. Only member_ids and properties can be changed.`,
    });
  }
  return {
    joining: operations.filter((entry) => isAboutMembers(entry, 'add')).map(memberIn),
    leaving: operations.filter((entry) => isAboutMembers(entry, 'remove')).map(memberIn),
    properties: mapField(after, 'properties') ?? {},
  };
}

function isAboutMembers(entry: JsonValue, op?: 'add' | 'remove'): boolean {
  if (!isJsonObject(entry) || entry['path'] !== MEMBERS) return false;
  if (op !== undefined) return entry['op'] === op;
  return entry['op'] === 'add' || entry['op'] === 'remove';
}

function memberIn(entry: JsonValue): string {
  const value = isJsonObject(entry) ? entry['value'] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new DomainError('invalid-patch', {
    field: 'patch',
    message: `Couldn't apply patch: ${MEMBERS} needs the UUID or name of one cluster as its value.`,
  });
}

function presentFederation(call: Call, federation: Federation): JsonObject {
  return wireJson<'Federation'>({
    ...presentSummary(call, federation),
    status_reason: federation.statusReason,
    created_at: wireTime(federation.createdAt),
    updated_at: wireTimeOrNull(federation.updatedAt),
  });
}

function presentSummary(call: Call, federation: Federation): Wire<'FederationSummary'> {
  return wireJson<'FederationSummary'>({
    uuid: federation.id,
    name: federation.name,
    hostcluster_id: federation.hostBayId,
    member_ids: [...federation.memberIds],
    // A federation only ever has the statuses of the three operations.
    status: federation.status as Wire<'Federation'>['status'],
    properties: { ...federation.properties },
    links: [...resourceLinks(call.baseUrl, COLLECTION, federation.id)],
  });
}
