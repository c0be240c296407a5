import type { components } from '@magnum-ts/openapi';
import type { BayNodeView } from '../app/nodes.js';
import { wireTime, wireTimeOrNull } from './http/links.js';

type Schemas = components['schemas'];
/** What both ways to ask for nodes of a bay say alike. */
type NodeFields = Pick<Schemas['NodeGroupNode'], keyof Schemas['NodeGroupNode'] & keyof Schemas['Node']>;

/** A node as the database has it, with what its engine says of it now. */
export function nodeFields({ node, nodeGroup, live }: BayNodeView): NodeFields {
  return {
    uuid: node.id,
    name: node.name,
    nodegroup: nodeGroup.name,
    role: node.role,
    image_id: node.imageId,
    status: node.desired === 'absent' ? 'DELETE_IN_PROGRESS' : node.observed.status,
    status_reason: node.observed.reason,
    server_id: node.observed.serverId,
    private_address: node.observed.privateAddress,
    public_address: node.observed.publicAddress,
    state: live?.state ?? 'unknown',
    availability: live?.availability ?? null,
    leader: live?.leader ?? false,
    engine_version: live?.engineVersion ?? null,
    workloads: live?.workloads ?? null,
    resources: live?.resources ?? null,
    created_at: wireTime(node.createdAt),
    updated_at: wireTimeOrNull(node.updatedAt),
  };
}
