import { DomainError } from '../domain/errors.js';
import type { Node } from '../domain/node.js';
import type { RpcMethods } from '../ports/bus.js';
import { signingPair, type AuthorityDeps } from './ensure/key-pairs.js';
import { findBayState } from './engine-access.js';
import { balancersOf } from './engine-addresses.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';
import { accessOf } from './desired.js';

export type NodeCertificateDeps = AuthorityDeps & Pick<ConductorDeps, 'store' | 'cloud' | 'orchestrator' | 'engines'>;

const LOCAL = '127.0.0.1';

/**
 * Signs a certificate of a node. Only the key comes from the request: name and addresses come from the database and the network, and what
 * a profile grants comes from the driver. So a node cannot get a certificate of another node or of a client. Errors: `forbidden`,
 * `invalid-csr`, `engine-unavailable` while the node's addresses are not known yet.
 */
export async function signForNode(
  deps: NodeCertificateDeps,
  { bayId, csr, nodeName, profile: name }: RpcMethods['certificate.node']['args'],
  signal: AbortSignal,
): Promise<RpcMethods['certificate.node']['reply']> {
  const state = await findBayState(deps, bayId);
  if (name !== undefined) return { pem: await signProfile(deps, state, { csr, nodeName, profile: name }, signal) };
  if (deps.engines.driverOf(state.model).certificateFor) throw new DomainError('forbidden', NO_PROFILE);
  const node = nodeName === null ? await unprovableNode(deps, state, csr) : presentNode(state, nodeName);
  const { own, balancers } = await addressesOf(deps, state, node, signal);
  const addresses = [...new Set([LOCAL, ...own, ...balancers])];
  const pair = await signingPair(deps, state, { authority: 'main', forNode: true });
  const profile = { kind: 'node', name: node.name, addresses } as const;
  return { pem: await deps.authority.sign(pair, csr, deps.signingRules, profile) };
}

const NO_PROFILE = 'This node may not have a certificate of that profile.';

interface ProfileRequest {
  readonly csr: string;
  readonly nodeName: string | null;
  readonly profile: string;
}

async function signProfile(
  deps: NodeCertificateDeps,
  state: BayState,
  { csr, nodeName, profile }: ProfileRequest,
  signal: AbortSignal,
): Promise<string> {
  const driver = deps.engines.driverOf(state.model);
  if (nodeName === null || !driver.certificateFor) throw new DomainError('forbidden', NO_PROFILE);
  const node = presentNode(state, nodeName);
  const request = { profile, bay: state.bay, node };
  // Whether there is such a profile is answered before the cloud is asked for anything.
  if (!driver.certificateFor({ ...request, own: [], balancers: [] })) throw new DomainError('forbidden', NO_PROFILE);
  const certificate = driver.certificateFor({ ...request, ...(await addressesOf(deps, state, node, signal)) });
  if (!certificate) throw new DomainError('forbidden', NO_PROFILE);
  const pair = await signingPair(deps, state, { authority: certificate.authority, forNode: true });
  return deps.authority.sign(pair, csr, deps.signingRules, { kind: 'named', ...certificate });
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

interface NodeAddresses {
  readonly own: readonly string[];
  readonly balancers: readonly string[];
}

async function addressesOf(
  deps: Pick<NodeCertificateDeps, 'cloud' | 'orchestrator'>,
  state: BayState,
  node: Node,
  signal: AbortSignal,
): Promise<NodeAddresses> {
  const { serverId } = node.observed;
  if (serverId === null) throw notKnown(node);
  const balancerIds = node.role === 'master' && state.bay.desired.masterLbEnabled ? await balancersOf(deps, state, signal) : [];
  const found = await deps.cloud.addresses({ serverIds: [serverId], balancerIds }, accessOf(state), signal);
  const own = found.get(serverId) ?? [];
  if (own.length === 0) throw notKnown(node);
  return { own, balancers: balancerIds.flatMap((id) => found.get(id) ?? []) };
}

function notKnown({ name }: Node): DomainError {
  return new DomainError('engine-unavailable', `The addresses of node ${name} are not known yet. Try again later.`);
}
