import { isWithin, type components } from '@magnum-ts/openapi';
import type { CreateBay, UpdateBay } from '../app/bays.js';
import { HEALTH, isFailed, type Health } from '../domain/bay-status.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import { isJsonObject } from '../domain/json.js';
import { labelDifference } from '../domain/labels.js';
import type { NodeGroup } from '../domain/node-group.js';
import type { BayRow } from '../ports/store.js';
import { bayLinks, bayOperations, changedBay, detailFields, parseBay, summaryFields, type WireBay } from './bay-operations.js';
import { bodyOf, flagField, numberField, textField, wireJson } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { touches } from './http/patch.js';
import { CLUSTERS } from './vocabulary.js';

/** The modern wording of bays: docs/contract/resources.md#cluster. Asynchronous at every version. */
const operations = bayOperations({
  names: CLUSTERS,
  summary,
  whole: presentCluster,
  parse,
  // Upstream lost the conversion on the way (docs/contract/README.md#microversions); clients know it so.
  unknownModelIsInvalid: (call) => isWithin(call.version, '1.1', '1.9'),
  change,
  accepted: async (_deps, _call, { bayId, warnings }) => ({ body: { uuid: bayId }, warnings }),
  deleted: async () => undefined,
});

export const clusterHandlers = {
  listClusters: operations.list,
  listClustersDetail: operations.listDetail,
  getCluster: operations.get,
  createCluster: operations.create,
  updateCluster: operations.update,
  deleteCluster: operations.delete,
  listClusterEvents: operations.listEvents,
  getClusterConfig: operations.config,
  loadClusterImage: operations.loadImage,
} satisfies Record<string, Handler>;

function parse(call: Call): CreateBay {
  const body = bodyOf(call);
  return {
    ...parseBay(call, CLUSTERS),
    keypair: textField(body, 'keypair'),
    mergeLabels: flagField(body, 'merge_labels') ?? false,
    floatingIpEnabled: flagField(body, 'floating_ip_enabled'),
  };
}

const HEALTH_FIELDS = ['health_status', 'health_status_reason'];

/** A change of the number of nodes is one of the default worker group: docs/contract/validation.md#changing-a-cluster. */
function change(call: Call, row: BayRow): UpdateBay {
  const before = presentCluster(call, row);
  const after = changedBay(call, before, CLUSTERS, ['node_count', ...HEALTH_FIELDS]);
  const ofNodes = touches(call, ['node_count']);
  const ofHealth = touches(call, HEALTH_FIELDS);
  return {
    health: ofHealth ? { status: healthIn(after), reason: reasonIn(after) } : null,
    work:
      ofNodes || !ofHealth
        ? {
            nodeCount: ofNodes ? (numberField(after, 'node_count') ?? 1) : null,
            rollbackOnFailure: call.query['rollback'] === true,
          }
        : undefined,
  };
}

function healthIn(after: JsonObject): Health | null {
  const word = textField(after, 'health_status');
  return HEALTH.find((health) => health === word) ?? null;
}

function reasonIn(after: JsonObject): Readonly<Record<string, string>> {
  const reason = after['health_status_reason'] ?? null;
  if (!isJsonObject(reason)) return {};
  return Object.fromEntries(Object.entries(reason).map(([key, value]) => [key, asPython(value)]));
}

/** `True`, as the engine's own reports have it. */
function asPython(value: JsonValue): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function presentCluster(call: Call, row: BayRow, failed: readonly NodeGroup[] = []): WireBay {
  const { bay } = row;
  const difference = labelDifference(row.modelLabels ?? {}, bay.desired.labels);
  const wire: components['schemas']['Cluster'] = Object.assign(summaryFields(row), ownSummary(call, row), detailFields(row), {
    labels_overridden: difference.overridden,
    labels_added: difference.added,
    labels_skipped: difference.skipped,
    health_status_reason: healthReasonOf(row),
    project_id: bay.projectId,
    user_id: bay.userId,
  });
  if (isFailed(bay.observed.status)) wire.faults = faultsOf(failed);
  return wireJson<'Cluster'>(wire);
}

function summary(call: Call, row: BayRow): WireBay {
  return wireJson<'ClusterSummary'>(Object.assign(summaryFields(row), ownSummary(call, row)));
}

function ownSummary(call: Call, row: BayRow) {
  const { desired, observed } = row.bay;
  return {
    cluster_template_id: desired.bayModelId,
    keypair: desired.keypair,
    create_timeout: desired.createTimeout,
    merge_labels: false,
    health_status: observed.health,
    // The auto-healer of Kubernetes asks with the latest version, and takes a cluster without `stack_id` for one that it cannot heal.
    stack_id: observed.stackId,
    ...(isWithin(call.version, '1.13', null) ? { cluster_id: observed.stackId } : {}),
    links: bayLinks(call, CLUSTERS, row),
  };
}

function healthReasonOf({ bay }: BayRow): Record<string, string> {
  return { ...bay.observed.healthReason };
}

function faultsOf(failed: readonly NodeGroup[]): Record<string, string | null> {
  return Object.fromEntries(failed.map((group) => [group.name, group.statusReason]));
}
