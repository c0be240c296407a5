import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { Secret } from '../domain/secret.js';
import type { Access, AppDeps } from './deps.js';

/*
 * All nodes of a bay log in as one account, so its token says which bay asks, and not which node. The secret that a node made when it
 * enrolled says that. It is looked at wherever something is done for one node alone.
 */

/** A secret is random: its plain hash gives nothing away. */
export function secretHashOf(secret: Secret): string {
  return createHash('sha256').update(secret.reveal()).digest('hex');
}

/**
 * Name of the node that asks. Null: it cannot say, and the bay still has nodes from before nodes had secrets, of which it may be one.
 * Errors: `forbidden`.
 */
export async function provenNode(deps: Pick<AppDeps, 'store'>, { actor }: Access, bayId: BayId): Promise<string | null> {
  const { nodeProof } = actor;
  if (!nodeProof) {
    if ((await deps.store.read((repos) => repos.nodes.countUnprovable(bayId))) > 0) return null;
    throw refuseUnproven();
  }
  const found = await deps.store.read((repos) => repos.nodes.enrolmentOf(bayId, nodeProof.name));
  if (found?.state !== 'done' || !isSame(secretHashOf(nodeProof.secret), found.secretHash ?? '')) throw refuseUnproven();
  return found.node.name;
}

function refuseUnproven(): DomainError {
  return new DomainError('forbidden', 'This is for the nodes of the bay alone: name and secret of one are missing, or wrong.');
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
