import type { Bay } from './bay.js';
import type { ReconcilerState } from './reconciler-state.js';
import type { BayId } from './ids.js';
import type { Node } from './node.js';

/** Whether a requested rotation of the nodes' credential is not finished. */
export function awaitsCredential(bay: Pick<Bay, 'desired'>, support: Pick<ReconcilerState, 'credentialGeneration'>): boolean {
  return bay.desired.credentialGeneration > support.credentialGeneration;
}

/** The credential that nodes should hold: the next one from the moment that its account exists. */
export function wantedCredential(
  bay: Pick<Bay, 'desired'>,
  support: Pick<ReconcilerState, 'trustee' | 'nextTrustee' | 'credentialGeneration'>,
): { readonly generation: number; readonly trustee: ReconcilerState['trustee'] } {
  return support.nextTrustee
    ? { generation: bay.desired.credentialGeneration, trustee: support.nextTrustee }
    : { generation: support.credentialGeneration, trustee: support.trustee };
}

/** Desired nodes that have not reported that they hold that credential. */
export function nodesWithout(nodes: readonly Node[], generation: number): readonly Node[] {
  return nodes.filter((node) => node.desired === 'present' && node.credentialGeneration < generation);
}

/** The context under which a password is sealed for the API. */
export function credentialContext(bayId: BayId): string {
  return `bay/${bayId}/credential`;
}

/** The vault's reference of the key from which the enrolment tokens of the bay's nodes are derived. */
export function enrolmentKeyRef(bayId: BayId): string {
  return `bay/${bayId}/enrolment-key`;
}

/** The vault's reference of the password. Derived from the bay, so that a crash cannot lose it. */
export function trusteePasswordRef(bayId: BayId, generation: number): string {
  return `bay/${bayId}/trustee-password${generation === 0 ? '' : `-${generation}`}`;
}
