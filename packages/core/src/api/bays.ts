import { isWithin, type components } from '@magnum-ts/openapi';
import { createBay, deleteBay, listBays, updateBay, type Accepted, type CreateBay } from '../app/bays.js';
import { findBay } from '../app/find.js';
import { settle } from '../app/settle.js';
import { isFailed } from '../domain/bay-status.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import type { BayRow } from '../ports/store.js';
import { bayEventsHandler } from './bay-events.js';
import { flagField, mapField, numberField, textField } from './fields.js';
import type { Answer, ApiLimits, Call, Handler } from './handler.js';
import type { AppDeps } from '../app/deps.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './links.js';
import { collectionBody, pageOf } from './pagination.js';
import { changedFields, patched } from './patching.js';

const COLLECTION = 'bays';
type Wire = components['schemas']['Bay'];
type Present = (call: Call, row: BayRow) => JsonObject & { readonly uuid: string };

const list =
  (path: string, present: Present): Handler =>
  async (deps, call) => {
    const page = await pageOf(deps, call, (marker) => findBay(deps, { ...call.access, action: 'bay:get' }, marker));
    const rows = await listBays(deps, call.access, page);
    return {
      body: collectionBody(
        call,
        page,
        { name: COLLECTION, path },
        rows.map((row) => present(call, row)),
      ),
    };
  };

export const bayHandlers = {
  listBays: list(COLLECTION, presentSummary),
  listBaysDetail: list(`${COLLECTION}/detail`, presentBay),
  getBay: async (deps, call) => ({ body: presentBay(call, await findBay(deps, call.access, identOf(call))) }),
  createBay: async (deps, call) => answerTo(deps, call, await createBay(deps, call.access, parseCreate(call), call.signal)),
  updateBay: async (deps, call) => {
    const rollbackOnFailure = call.query['rollback'] === true;
    const accepted = await updateBay(deps, call.access, identOf(call), (row) => ({
      nodeCount: wantedNodeCount(call, row),
      rollbackOnFailure,
    }));
    return answerTo(deps, call, accepted);
  },
  deleteBay: async (deps, call) => {
    const accepted = await deleteBay(deps, call.access, identOf(call));
    if (isSynchronous(call)) await settle(deps, accepted, call.signal);
    return {};
  },
  listBayEvents: bayEventsHandler(COLLECTION, 'bay_ident'),
} satisfies Record<string, Handler>;

/** Up to 1.1 the answer waits for the orchestrator's word, and is the bay; later it is the id alone (contract, README §7). */
async function answerTo(deps: AppDeps & ApiLimits, call: Call, accepted: Accepted): Promise<Answer> {
  const { bayId, warnings } = accepted;
  if (!isSynchronous(call)) return { body: { uuid: bayId }, warnings };
  await settle(deps, accepted, call.signal);
  const row = await findBay(deps, { ...call.access, action: 'bay:get' }, bayId);
  return { body: presentBay(call, row), location: locationOf(call.baseUrl, COLLECTION, bayId), warnings };
}

function isSynchronous(call: Call): boolean {
  return isWithin(call.version, '1.1', '1.1');
}

function identOf(call: Call): string {
  return call.params['bay_ident'] ?? '';
}

function parseCreate(call: Call): CreateBay {
  // The body was checked against an object schema.
  const body = (call.body ?? {}) as JsonObject;
  return {
    name: textField(body, 'name'),
    bayModel: textField(body, 'baymodel_id') ?? '',
    nodeCount: numberField(body, 'node_count') ?? 1,
    masterCount: numberField(body, 'master_count') ?? 1,
    createTimeout: numberField(body, 'bay_create_timeout') ?? 60,
    keypair: null,
    dockerVolumeSize: numberField(body, 'docker_volume_size'),
    labels: nonEmpty(mapField(body, 'labels')),
    masterFlavorId: textField(body, 'master_flavor_id'),
    flavorId: textField(body, 'flavor_id'),
    discoveryUrl: textField(body, 'discovery_url'),
    fixedNetwork: textField(body, 'fixed_network'),
    fixedSubnet: textField(body, 'fixed_subnet'),
    // The class default of a bay, unlike a cluster's, is true whatever the model says (contract, resources §9.1).
    floatingIpEnabled: flagField(body, 'floating_ip_enabled') ?? true,
    masterLbEnabled: flagField(body, 'master_lb_enabled'),
  };
}

/** Absent or empty labels are the model's (contract, resources §1.2). */
function nonEmpty<T extends object>(map: T | null): T | null {
  return map && Object.keys(map).length > 0 ? map : null;
}

/** Only `node_count` may change; everything else that differs is named in the refusal (contract, validation §7). */
function wantedNodeCount(call: Call, row: BayRow): number {
  const before = presentBay(call, row);
  const after = patched('Bay', before, call.body);
  const refused = changedFields(before, after).filter((name) => name !== 'node_count');
  if (refused.length > 0) {
    throw new DomainError('invalid-parameter', {
      field: refused[0] ?? '',
      message: `Cannot change bay property ${refused.join(', ')}. Only node_count can be changed.`,
    });
  }
  return numberField(after, 'node_count') ?? 1;
}

function presentBay(call: Call, row: BayRow): Wire & JsonObject & { readonly uuid: string } {
  const { bay } = row;
  const wire: Wire = {
    uuid: bay.id,
    name: bay.name,
    baymodel_id: bay.desired.bayModelId,
    node_count: row.nodeCount,
    master_count: row.masterCount,
    bay_create_timeout: bay.desired.createTimeout,
    docker_volume_size: bay.desired.dockerVolumeSize,
    labels: { ...bay.desired.labels },
    master_flavor_id: bay.desired.masterFlavorId,
    flavor_id: bay.desired.flavorId,
    fixed_network: bay.desired.fixedNetwork,
    fixed_subnet: bay.desired.fixedSubnet,
    floating_ip_enabled: bay.desired.floatingIpEnabled,
    master_lb_enabled: bay.desired.masterLbEnabled,
    discovery_url: bay.observed.discoveryUrl ?? bay.desired.discoveryUrl,
    status: bay.observed.status,
    status_reason: bay.observed.statusReason,
    stack_id: bay.observed.stackId,
    api_address: bay.observed.apiAddress,
    node_addresses: [...bay.observed.nodeAddresses],
    master_addresses: [...bay.observed.masterAddresses],
    coe_version: bay.observed.coeVersion,
    container_version: bay.observed.containerVersion,
    ...(isFailed(bay.observed.status) ? { bay_faults: faultsOf(row) } : {}),
    links: [...resourceLinks(call.baseUrl, COLLECTION, bay.id)],
    created_at: wireTime(bay.createdAt),
    updated_at: wireTimeOrNull(bay.updatedAt),
  };
  return wire as Wire & JsonObject & { readonly uuid: string }; // the wire type is JSON by the spec
}

function faultsOf(row: BayRow): Record<string, string> {
  return row.bay.observed.statusReason ? { [row.bay.name]: row.bay.observed.statusReason } : {};
}

/** Written out on its own: lists are long, and most of a bay would be made in vain. */
function presentSummary(call: Call, row: BayRow): JsonObject & { readonly uuid: string } {
  const { bay } = row;
  const wire: components['schemas']['BaySummary'] = {
    uuid: bay.id,
    name: bay.name,
    baymodel_id: bay.desired.bayModelId,
    node_count: row.nodeCount,
    master_count: row.masterCount,
    bay_create_timeout: bay.desired.createTimeout,
    docker_volume_size: bay.desired.dockerVolumeSize,
    labels: { ...bay.desired.labels },
    master_flavor_id: bay.desired.masterFlavorId,
    flavor_id: bay.desired.flavorId,
    status: bay.observed.status,
    stack_id: bay.observed.stackId,
    links: [...resourceLinks(call.baseUrl, COLLECTION, bay.id)],
  };
  return wire as JsonObject & { readonly uuid: string }; // the wire type is JSON by the spec
}
