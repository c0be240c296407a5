import {
  createNodeGroup,
  deleteNodeGroup,
  getNodeGroup,
  listNodeGroups,
  listNodesOfGroup,
  updateNodeGroup,
  type CreateNodeGroup,
  type NodeGroupChange,
  type OwnedGroup,
} from '../app/node-groups.js';
import { findBay, findNode, findNodeGroup } from '../app/find.js';
import type { BayNodeView } from '../app/nodes.js';
import type { Bay } from '../domain/bay.js';
import type { JsonObject } from '../domain/json.js';
import { labelDifference } from '../domain/labels.js';
import type { NodeGroup, Taint } from '../domain/node-group.js';
import { parseTaint } from '../domain/node-group-rules.js';
import { nonEmpty } from './bay-operations.js';
import { etagOfBay, requireMatch } from './http/etag.js';
import { bodyOf, flagField, mapField, numberField, textField, wireJson, type Wire } from './http/fields.js';
import type { Answer, Call, Handler } from './http/handler.js';
import { resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { nodeFields } from './node-fields.js';
import { listAnswer } from './http/pages.js';
import { pageOf } from './http/pagination.js';
import { patchResource } from './http/patch.js';

/** Routes: docs/contract/endpoints.md#node-groups. */
export const nodeGroupHandlers = {
  listNodeGroups: async (deps, call) => {
    const findMarker = async (marker: string): Promise<void> => {
      const { bay } = await findBay(deps, call.access, clusterOf(call));
      await findNodeGroup(deps, bay.id, marker);
    };
    const page = await pageOf(deps, call, findMarker);
    const role = typeof call.query['role'] === 'string' ? call.query['role'] : null;
    const place = { name: 'nodegroups', path: '', extraQuery: { role: role ?? undefined } };
    return listAnswer(call, page, place, {
      read: async (portion) => {
        const { bay, groups } = await listNodeGroups(deps, call.access, clusterOf(call), role, portion);
        place.path = collectionOf(bay);
        return groups.map((group) => ({ bay, group }));
      },
      write: ({ bay, group }) => presentSummary(bay, group),
      findMarker,
    });
  },
  getNodeGroup: async (deps, call) => answerWithEtag(call, await getNodeGroup(deps, call.access, clusterOf(call), groupOf(call))),
  createNodeGroup: async (deps, call) => {
    const owned = await createNodeGroup(deps, call.access, clusterOf(call), parse(bodyOf(call)), call.signal());
    return answerWithEtag(call, owned);
  },
  updateNodeGroup: async (deps, call) => {
    const place = { bay: clusterOf(call), group: groupOf(call) };
    const change = (owned: OwnedGroup): NodeGroupChange => {
      requireMatch(call, etagOfBay(owned.bay));
      return changeOf(call, owned);
    };
    return answerWithEtag(call, await updateNodeGroup(deps, call.access, place, change));
  },
  deleteNodeGroup: async (deps, call) => {
    const place = { bay: clusterOf(call), group: groupOf(call) };
    await deleteNodeGroup(deps, call.access, place, (bay) => requireMatch(call, etagOfBay(bay)));
    return {};
  },
  listNodeGroupNodes: async (deps, call) => {
    const findMarker = (marker: string): Promise<unknown> => findNode(deps, { ...call.access, action: 'node:get' }, marker);
    const page = await pageOf(deps, call, findMarker);
    const wanted = { bay: clusterOf(call), group: groupOf(call) };
    const place = { name: 'nodes', path: '' };
    return listAnswer(call, page, place, {
      read: async (portion) => {
        const { bay, views } = await listNodesOfGroup(deps, call.access, wanted, portion, call.signal());
        place.path = `${collectionOf(bay)}/${encodeURIComponent(wanted.group)}/nodes`;
        return views;
      },
      write: presentNode,
      findMarker,
    });
  },
} satisfies Record<string, Handler>;

/** The tag of a group is its cluster's: what changes one changes both. */
function answerWithEtag(call: Call, owned: OwnedGroup): Answer {
  return { body: presentNodeGroup(call, owned), warnings: owned.warnings ?? [], etag: etagOfBay(owned.bay) };
}

function clusterOf(call: Call): string {
  return call.params['cluster_ident'] ?? '';
}

function groupOf(call: Call): string {
  return call.params['nodegroup_ident'] ?? '';
}

function collectionOf(bay: Bay): string {
  return `clusters/${bay.id}/nodegroups`;
}

function parse(body: JsonObject): CreateNodeGroup {
  return {
    name: textField(body, 'name') ?? '',
    role: textField(body, 'role') ?? 'worker',
    nodeCount: numberField(body, 'node_count') ?? 1,
    minNodeCount: numberField(body, 'min_node_count') ?? 0,
    maxNodeCount: numberField(body, 'max_node_count'),
    dockerVolumeSize: numberField(body, 'docker_volume_size'),
    labels: nonEmpty(mapField(body, 'labels')),
    mergeLabels: flagField(body, 'merge_labels') ?? false,
    flavorId: textField(body, 'flavor_id'),
    imageId: textField(body, 'image_id'),
    version: textField(body, 'version'),
    nodeLabels: mapField(body, 'node_labels'),
    nodeTaints: taintsIn(body),
  };
}

function taintsIn(body: JsonObject): readonly Taint[] | null {
  const list = body['node_taints'];
  return Array.isArray(list) ? list.map(parseTaint) : null;
}

/** Everything else of a group is internal to patches (docs/contract/patches.md#changeable-fields). */
function changeOf(call: Call, owned: OwnedGroup): NodeGroupChange {
  const after = patchResource('NodeGroup', presentNodeGroup(call, owned), call);
  return {
    minNodeCount: numberField(after, 'min_node_count') ?? 0,
    maxNodeCount: numberField(after, 'max_node_count'),
    nodeLabels: mapField(after, 'node_labels'),
    nodeTaints: taintsIn(after),
  };
}

function presentNodeGroup(call: Call, { bay, row: { group, addresses } }: OwnedGroup): Wire<'NodeGroup'> {
  const difference = labelDifference(bay.desired.labels, group.labels);
  return wireJson<'NodeGroup'>({
    id: group.sequence,
    uuid: group.id,
    name: group.name,
    cluster_id: bay.id,
    project_id: group.projectId,
    docker_volume_size: group.dockerVolumeSize,
    labels: { ...group.labels },
    merge_labels: false,
    labels_overridden: difference.overridden,
    labels_added: difference.added,
    labels_skipped: difference.skipped,
    flavor_id: group.flavorId,
    image_id: group.imageId,
    node_addresses: [...addresses],
    node_count: group.nodeCount,
    role: group.role,
    min_node_count: group.minNodeCount,
    max_node_count: group.maxNodeCount,
    is_default: group.isDefault,
    stack_id: group.stackId ?? bay.observed.stackId,
    status: group.status,
    status_reason: group.statusReason,
    version: group.version,
    node_labels: group.nodeLabels && { ...group.nodeLabels },
    node_taints: group.nodeTaints && group.nodeTaints.map((taint) => ({ ...taint })),
    links: [...resourceLinks(call.baseUrl, collectionOf(bay), group.id)],
    created_at: wireTime(group.createdAt),
    updated_at: wireTimeOrNull(group.updatedAt),
  });
}

/** Bounds show their defaults in lists, whatever they are: clients read them from the group itself (docs/contract/resources.md#node-group). */
function presentSummary(bay: Bay, group: NodeGroup): JsonObject {
  return wireJson<'NodeGroupSummary'>({
    uuid: group.id,
    name: group.name,
    flavor_id: group.flavorId,
    image_id: group.imageId,
    node_count: group.nodeCount,
    role: group.role,
    min_node_count: 0,
    max_node_count: null,
    merge_labels: false,
    is_default: group.isDefault,
    stack_id: group.stackId ?? bay.observed.stackId,
    status: group.status,
  });
}

function presentNode(view: BayNodeView): JsonObject {
  const { node } = view;
  return wireJson<'NodeGroupNode'>({
    ...nodeFields(view),
    cluster_id: node.bayId,
    cluster_template_id: node.bayModelId,
  });
}
