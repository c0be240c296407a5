import { isWithin, type components } from '@magnum-ts/openapi';
import type { Accepted } from '../app/bay-changes.js';
import type { CreateBay, UpdateBay } from '../app/bays.js';
import { findBay } from '../app/find.js';
import { settle } from '../app/settle.js';
import { isFailed } from '../domain/bay-status.js';
import type { BayRow } from '../ports/store.js';
import { bayLinks, bayOperations, changedBay, detailFields, parseBay, summaryFields, type WireBay } from './bay-operations.js';
import { bodyOf, flagField, numberField, wireJson } from './http/fields.js';
import type { Answer, ApiDeps, Call, Handler } from './http/handler.js';
import { locationOf } from './http/links.js';
import { BAYS } from './vocabulary.js';

const operations = bayOperations({
  names: BAYS,
  summary,
  whole: presentBay,
  parse,
  unknownModelIsInvalid: () => true,
  change,
  accepted: answerTo,
  deleted: async (deps, call, accepted) => {
    if (isSynchronous(call)) await settle(deps, accepted, call.signal());
  },
});

export const bayHandlers = {
  listBays: operations.list,
  listBaysDetail: operations.listDetail,
  getBay: operations.get,
  createBay: operations.create,
  updateBay: operations.update,
  deleteBay: operations.delete,
  listBayEvents: operations.listEvents,
  getBayConfig: operations.config,
  loadBayImage: operations.loadImage,
} satisfies Record<string, Handler>;

/** Up to 1.1 the answer waits for the orchestrator's word, and is the bay; later it is the id alone (docs/contract/protocol.md#waiting). */
async function answerTo(deps: ApiDeps, call: Call, accepted: Accepted): Promise<Answer> {
  const { bayId, warnings } = accepted;
  if (!isSynchronous(call)) return { body: { uuid: bayId }, warnings };
  await settle(deps, accepted, call.signal());
  const row = await findBay(deps, { ...call.access, action: BAYS.look }, bayId);
  return { body: presentBay(call, row), location: locationOf(call.baseUrl, BAYS.collection, bayId), warnings };
}

function isSynchronous(call: Call): boolean {
  return isWithin(call.version, '1.1', '1.1');
}

function parse(call: Call): CreateBay {
  return {
    ...parseBay(call, BAYS),
    keypair: null,
    mergeLabels: false,
    // The class default of a bay, unlike a cluster's, is true whatever the model says (docs/contract/resources.md#bay).
    floatingIpEnabled: flagField(bodyOf(call), 'floating_ip_enabled') ?? true,
  };
}

function change(call: Call, row: BayRow): UpdateBay {
  const after = changedBay(call, presentBay(call, row), BAYS, ['node_count']);
  return {
    health: null,
    work: { nodeCount: numberField(after, 'node_count') ?? 1, rollbackOnFailure: call.query['rollback'] === true },
  };
}

function presentBay(call: Call, row: BayRow): WireBay {
  const { bay } = row;
  const wire: components['schemas']['Bay'] = Object.assign(summaryFields(row), detailFields(row), {
    baymodel_id: bay.desired.bayModelId,
    bay_create_timeout: bay.desired.createTimeout,
    stack_id: bay.observed.stackId,
    links: bayLinks(call, BAYS, row),
  });
  if (isFailed(bay.observed.status)) wire.bay_faults = faultsOf(row);
  return wireJson<'Bay'>(wire);
}

function faultsOf(row: BayRow): Record<string, string> {
  return row.bay.observed.statusReason ? { [row.bay.name]: row.bay.observed.statusReason } : {};
}

function summary(call: Call, row: BayRow): WireBay {
  const { bay } = row;
  const own = {
    baymodel_id: bay.desired.bayModelId,
    bay_create_timeout: bay.desired.createTimeout,
    floating_ip_enabled: bay.desired.floatingIpEnabled,
    stack_id: bay.observed.stackId,
    links: bayLinks(call, BAYS, row),
  };
  return wireJson<'BaySummary'>(Object.assign(summaryFields(row), own));
}
