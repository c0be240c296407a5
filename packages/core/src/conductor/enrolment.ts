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
 * The enrolment of nodes. Every program on a server that reaches the metadata service can read the server's user data, as long
 * as the server exists, so user data holds no credential. It holds a token that is valid for one exchange: the node makes a
 * secret, and exchanges token and secret for the credential of the bay's nodes. After that the token is invalid, and the secret
 * identifies the node.
 *
 * Tokens are derived from one key per bay, so that each rendering of a stack gives the same tokens and none has to be stored.
 */

type KeyDeps = Pick<ConductorDeps, 'vault'>;

/** Tokens of the desired nodes, by their names in the stack. */
export async function enrolmentTokens(deps: KeyDeps, { bay, nodes }: BayState): Promise<Readonly<Record<string, string>>> {
  const key = await deps.vault.keep(enrolmentKeyRef(bay.id), new Secret(randomBytes(32).toString('base64url')));
  const present = nodes.filter((node) => node.desired === 'present');
  return Object.fromEntries(present.map((node) => [resourceNameOf(node), tokenOf(key, node.id)]));
}

function tokenOf(key: Secret, nodeId: NodeId): string {
  return createHmac('sha256', key.reveal()).update(nodeId).digest('base64url');
}

/**
 * Exchanges a node's token for the credential. The same exchange can be repeated: a node may crash before it has stored the
 * answer.
 */
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

/** The same error for every wrong token, so that a caller cannot learn which nodes exist. */
export function refuseEnrolment(): DomainError {
  return new DomainError('forbidden', 'The enrolment token belongs to no node that still has to enrol.');
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
