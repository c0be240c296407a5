import { DomainError } from '../domain/errors.js';
import type { Node } from '../domain/node.js';
import type { RpcMethods } from '../ports/bus.js';
import { signingPair, type AuthorityDeps } from './ensure/key-pairs.js';
import { findBayState } from './engine-access.js';
import { balancersOf } from './engine-addresses.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { accessOf } from './desired.js';

export type NodeCertificateDeps = AuthorityDeps & Pick<ConductorDeps, 'store' | 'cloud' | 'orchestrator'>;

const LOCAL = '127.0.0.1';

/**
 * Signs the server certificate of a node. Only the key comes from the request: name and addresses come from the database and
 * the network. So a node cannot get a certificate of another node or of a client. Errors: `forbidden`, `invalid-csr`,
 * `engine-unavailable` while the node's addresses are not known yet.
 */
export async function signForNode(
  deps: NodeCertificateDeps,
  { bayId, csr, nodeName }: RpcMethods['certificate.node']['args'],
  signal: AbortSignal,
): Promise<RpcMethods['certificate.node']['reply']> {
  const state = await findBayState(deps, bayId);
  const node = nodeName === null ? await unprovableNode(deps, state, csr) : presentNode(state, nodeName);
  const addresses = [LOCAL, ...(await addressesOf(deps, state, node, signal))];
  const pair = await signingPair(deps, state, { authority: 'main', forNode: true });
  const profile = { kind: 'node', name: node.name, addresses } as const;
  return { pem: await deps.authority.sign(pair, csr, deps.signingRules, profile) };
}

function presentNode({ nodes }: BayState, name: string): Node {
  const node = nodes.find((one) => one.name === name && one.desired === 'present');
  if (!node) throw new DomainError('forbidden', 'A node gets a certificate for its own name only.');
  return node;
}

/**
 * A node that was made before nodes had secrets proves nothing: its name in the request counts, unless that node has a secret.
 */
async function unprovableNode(
  deps: Pick<NodeCertificateDeps, 'store' | 'authority'>,
  state: BayState,
  csr: string,
): Promise<Node> {
  const name = await deps.authority.commonNameOf(csr);
  const node = presentNode(state, name);
  const found = await deps.store.read((repos) => repos.nodes.enrolmentOf(state.bay.id, node.name));
  if (found?.state === 'before') return node;
  throw new DomainError('forbidden', 'A node gets a certificate for its own name only.');
}

async function addressesOf(
  deps: Pick<NodeCertificateDeps, 'cloud' | 'orchestrator'>,
  state: BayState,
  node: Node,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { serverId } = node.observed;
  if (serverId === null) throw notKnown(node);
  const balancerIds = node.role === 'master' && state.bay.desired.masterLbEnabled ? await balancersOf(deps, state, signal) : [];
  const found = await deps.cloud.addresses({ serverIds: [serverId], balancerIds }, accessOf(state), signal);
  const own = found.get(serverId) ?? [];
  if (own.length === 0) throw notKnown(node);
  return [...new Set([...own, ...balancerIds.flatMap((id) => found.get(id) ?? [])])];
}

function notKnown({ name }: Node): DomainError {
  return new DomainError('engine-unavailable', `The addresses of node ${name} are not known yet. Try again later.`);
}
