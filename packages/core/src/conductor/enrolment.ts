import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { enrolmentKeyRef } from '../domain/credential.js';
import { DomainError } from '../domain/errors.js';
import type { NodeId } from '../domain/ids.js';
import { resourceNameOf } from '../domain/names.js';
import { Secret } from '../domain/secret.js';
import type { RpcMethods } from '../ports/bus.js';
import { newestCredential } from './newest-credential.js';
import { findBayState } from './engine-access.js';
import type { BayState } from './bay-state.js';
import type { ConductorDeps } from './deps.js';

/** What `enrolNode` uses. */
export type EnrolNodeDeps = Pick<ConductorDeps, 'store' | 'vault' | 'sealer'>;

/*
 * What a server's user data holds can be read by every program on it that reaches the metadata service, and for as long as the
 * server stands. So it holds no credential, but a token that is good for one exchange: the node makes a secret of its own, and
 * gives token and secret for the credential of the bay's nodes. From then on the token is dead, and the secret proves which node
 * asks. Tokens are derived from one key per bay, so that rendering a stack again gives the same ones and none has to be kept.
 */

type KeyDeps = Pick<ConductorDeps, 'vault'>;

/** By what the stack calls each node that the bay is to have. */
export async function enrolmentTokens(deps: KeyDeps, { bay, nodes }: BayState): Promise<Readonly<Record<string, string>>> {
  const key = await deps.vault.keep(enrolmentKeyRef(bay.id), new Secret(randomBytes(32).toString('base64url')));
  const present = nodes.filter((node) => node.desired === 'present');
  return Object.fromEntries(present.map((node) => [resourceNameOf(node), tokenOf(key, node.id)]));
}

function tokenOf(key: Secret, nodeId: NodeId): string {
  return createHmac('sha256', key.reveal()).update(nodeId).digest('base64url');
}

/** Exchanges a node's token for the credential. The same exchange again gives the same: a node may have died before it kept it. */
export async function enrolNode(
  deps: EnrolNodeDeps,
  { bayId, nodeName, token, secretHash }: RpcMethods['node.enrol']['args'],
): Promise<RpcMethods['node.enrol']['reply']> {
  const state = await findBayState(deps, bayId);
  const node = state.nodes.find(({ name, desired }) => name === nodeName && desired === 'present');
  const key = await deps.vault.get(enrolmentKeyRef(bayId));
  if (!node || !key || !isSame(token, tokenOf(key, node.id))) throw refuseEnrolment();
  const found = await deps.store.write(async (repos) => {
    await repos.nodes.enrol(node.id, secretHash);
    return repos.nodes.enrolmentOf(bayId, nodeName);
  });
  if (found?.state !== 'done' || found.secretHash !== secretHash) throw refuseEnrolment();
  return newestCredential(deps, state);
}

/** One answer to every wrong token, so that nothing is learnt from it. */
export function refuseEnrolment(): DomainError {
  return new DomainError('forbidden', 'The enrolment token is of no node that still has to enrol.');
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
