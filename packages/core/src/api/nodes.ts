import type { components } from '@magnum-ts/openapi';
import { findNode } from '../app/find.js';
import { getNode, listNodes, type NodeView } from '../app/nodes.js';
import type { JsonObject } from '../domain/json.js';
import type { Call, Handler } from './handler.js';
import { resourceLinks, wireTime, wireTimeOrNull } from './links.js';
import { collectionBody, pageOf } from './pagination.js';

const COLLECTION = 'nodes';
type Wire = components['schemas']['Node'];

const list =
  (path: string, detail: boolean): Handler =>
  async (deps, call) => {
    const bay = typeof call.query['bay_ident'] === 'string' ? call.query['bay_ident'] : undefined;
    const page = await pageOf(deps, call, (marker) => findNode(deps, { ...call.access, action: 'node:get' }, marker));
    const views = await listNodes(deps, call.access, bay, page, call.signal);
    const items = views.map((view) => (detail ? present(call, view) : presentSummary(call, view)));
    return { body: collectionBody(call, page, { name: COLLECTION, path, extraQuery: { bay_ident: bay } }, items) };
  };

export const nodeHandlers = {
  listNodes: list(COLLECTION, false),
  listNodesDetail: list(`${COLLECTION}/detail`, true),
  getNode: async (deps, call) => ({
    body: present(call, await getNode(deps, call.access, call.params['node_ident'] ?? '', call.signal)),
  }),
} satisfies Record<string, Handler>;

function present(call: Call, view: NodeView): Wire & JsonObject & { readonly uuid: string } {
  const { node, nodeGroup, live } = view;
  const wire: Wire = {
    uuid: node.id,
    name: node.name,
    type: view.serverType,
    image_id: node.imageId,
    ironic_node_id: null,
    bay_uuid: node.bayId,
    nodegroup: nodeGroup.name,
    role: node.role,
    status: node.desired === 'absent' ? 'DELETE_IN_PROGRESS' : node.observed.status,
    status_reason: node.observed.reason,
    server_id: node.observed.serverId,
    private_address: node.observed.privateAddress,
    public_address: node.observed.publicAddress,
    state: live?.state ?? 'unknown',
    availability: live?.availability ?? null,
    leader: live?.leader ?? false,
    engine_version: live?.engineVersion ?? null,
    links: [...resourceLinks(call.baseUrl, COLLECTION, node.id)],
    created_at: wireTime(node.createdAt),
    updated_at: wireTimeOrNull(node.updatedAt),
  };
  return wire as Wire & JsonObject & { readonly uuid: string }; // the wire type is JSON by the spec
}

const DETAIL_ONLY: ReadonlySet<string> = new Set(['status_reason', 'server_id', 'engine_version', 'created_at', 'updated_at']);

function presentSummary(call: Call, view: NodeView): JsonObject & { readonly uuid: string } {
  const full = present(call, view);
  return { ...Object.fromEntries(Object.entries(full).filter(([name]) => !DETAIL_ONLY.has(name))), uuid: full.uuid };
}
