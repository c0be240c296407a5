import { findNode } from '../app/find.js';
import {
  createNodeRecord,
  deleteNodeRecord,
  getNode,
  listNodes,
  updateNodeRecord,
  type BayNodeView,
  type NodeRecordFields,
  type NodeView,
} from '../app/nodes.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import type { NodeRecord } from '../domain/node.js';
import { bodyOf, textField, wireJson, type Wire } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { nodeFields } from './node-fields.js';
import { listAnswer } from './http/pages.js';
import { pageOf } from './http/pagination.js';
import { changedFields, patchResource } from './http/patch.js';

const COLLECTION = 'nodes';

const list =
  (path: string, detail: boolean): Handler =>
  async (deps, call) => {
    const bay = typeof call.query['bay_ident'] === 'string' ? call.query['bay_ident'] : undefined;
    const findMarker = (marker: string): Promise<unknown> => findNode(deps, { ...call.access, action: 'node:get' }, marker);
    const page = await pageOf(deps, call, findMarker);
    return listAnswer(
      call,
      page,
      { name: COLLECTION, path, extraQuery: { bay_ident: bay } },
      {
        read: (portion) => listNodes(deps, call.access, bay, portion, call.signal()),
        write: (view) => (detail ? presentNode(call, view) : presentSummary(call, view)),
        findMarker,
      },
    );
  };

export const nodeHandlers = {
  listNodes: list(COLLECTION, false),
  listNodesDetail: list(`${COLLECTION}/detail`, true),
  getNode: async (deps, call) => ({
    body: presentNode(call, await getNode(deps, call.access, identOf(call), call.signal())),
  }),
  createNode: async (deps, call) => {
    const body = presentNode(call, await createNodeRecord(deps, call.access, fieldsOf(bodyOf(call))));
    return { body, location: locationOf(call.baseUrl, COLLECTION, body.uuid) };
  },
  updateNode: async (deps, call) => ({
    body: presentNode(call, await updateNodeRecord(deps, call.access, identOf(call), (view) => changedRecord(call, view))),
  }),
  deleteNode: async (deps, call) => {
    await deleteNodeRecord(deps, call.access, identOf(call));
    return {};
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['node_ident'] ?? '';
}

function fieldsOf(body: JsonObject): NodeRecordFields {
  return {
    type: textField(body, 'type'),
    imageId: textField(body, 'image_id'),
    ironicNodeId: textField(body, 'ironic_node_id'),
  };
}

const CHANGEABLE: ReadonlySet<string> = new Set(['type', 'image_id', 'ironic_node_id']);

function changedRecord(call: Call, view: NodeView): NodeRecordFields {
  const before = presentNode(call, view);
  const after = patchResource('Node', before, call);
  const [refused] = changedFields(before, after).filter((name) => !CHANGEABLE.has(name));
  if (refused !== undefined)
    throw new DomainError('invalid-parameter', { field: refused, message: `Cannot change node property ${refused}.` });
  return fieldsOf(after);
}

function presentNode(call: Call, view: NodeView): Wire<'Node'> {
  return view.kind === 'node' ? nodeOf(call, view) : recordOf(call, view.record);
}

function recordOf(call: Call, record: NodeRecord): Wire<'Node'> {
  return wireJson<'Node'>({
    uuid: record.id,
    name: null,
    type: record.type,
    image_id: record.imageId,
    ironic_node_id: record.ironicNodeId,
    bay_uuid: null,
    nodegroup: null,
    role: null,
    status: null,
    status_reason: null,
    server_id: null,
    private_address: null,
    public_address: null,
    state: 'unknown',
    availability: null,
    leader: false,
    engine_version: null,
    workloads: null,
    resources: null,
    links: [...resourceLinks(call.baseUrl, COLLECTION, record.id)],
    created_at: wireTime(record.createdAt),
    updated_at: wireTimeOrNull(record.updatedAt),
  });
}

function nodeOf(call: Call, view: BayNodeView): Wire<'Node'> {
  const { node } = view;
  return wireJson<'Node'>({
    ...nodeFields(view),
    type: view.serverType,
    ironic_node_id: null,
    bay_uuid: node.bayId,
    links: [...resourceLinks(call.baseUrl, COLLECTION, node.id)],
  });
}

const DETAIL_ONLY: ReadonlySet<string> = new Set([
  'status_reason',
  'server_id',
  'engine_version',
  'workloads',
  'resources',
  'created_at',
  'updated_at',
]);

function presentSummary(call: Call, view: NodeView): JsonObject & { readonly uuid: string } {
  const full = presentNode(call, view);
  return { ...Object.fromEntries(Object.entries(full).filter(([name]) => !DETAIL_ONLY.has(name))), uuid: full.uuid };
}
