import type { Bay } from './bay.js';
import type { ReconcilerState } from './reconciler-state.js';
import type { BayId } from './ids.js';
import type { Node } from './node.js';

/** Whether the nodes have another credential than was asked for. */
export function awaitsCredential(bay: Pick<Bay, 'desired'>, support: Pick<ReconcilerState, 'credentialGeneration'>): boolean {
  return bay.desired.credentialGeneration > support.credentialGeneration;
}

/** Which credential nodes should hold: the one that they are given as soon as it is made. */
export function wantedCredential(
  bay: Pick<Bay, 'desired'>,
  support: Pick<ReconcilerState, 'trustee' | 'nextTrustee' | 'credentialGeneration'>,
): { readonly generation: number; readonly trustee: ReconcilerState['trustee'] } {
  return support.nextTrustee
    ? { generation: bay.desired.credentialGeneration, trustee: support.nextTrustee }
    : { generation: support.credentialGeneration, trustee: support.trustee };
}

/** Nodes that the bay is to have and that have not told yet that they hold that credential. */
export function nodesWithout(nodes: readonly Node[], generation: number): readonly Node[] {
  return nodes.filter((node) => node.desired === 'present' && node.credentialGeneration < generation);
}

/** What a password is sealed for on its way to the API. */
export function credentialContext(bayId: BayId): string {
  return `bay/${bayId}/credential`;
}

/** Where the key rests from which the enrolment tokens of the bay's nodes are derived. */
export function enrolmentKeyRef(bayId: BayId): string {
  return `bay/${bayId}/enrolment-key`;
}

/** Where the password of that credential rests. Derived, so that none can be lost between two lines. */
export function trusteePasswordRef(bayId: BayId, generation: number): string {
  return `bay/${bayId}/trustee-password${generation === 0 ? '' : `-${generation}`}`;
}
