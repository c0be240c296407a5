import type { BayId } from './ids.js';
import type { Secret } from './secret.js';

/** Whose nodes' account it is. `generation`: which of the bay's credentials, counted from 0. */
export interface TrusteeOf {
  readonly bayId: BayId;
  readonly projectId: string;
  readonly generation: number;
}

/** The node of a bay that a request names as its sender, and its proof. */
export interface NodeProof {
  readonly name: string;
  readonly secret: Secret;
}

/** Who asks, as policy and visibility see it. */
export interface Actor {
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId: string;
  readonly projectId: string | null;
  readonly roles: readonly string[];
  /** Scopes beside a project's: policy rules may ask for them. */
  readonly domainId?: string | null;
  readonly systemScope?: boolean;
  /** The credential of the request. */
  readonly token?: Secret;
  /** The token comes from a restricted application credential: nothing can be delegated with it. */
  readonly restricted?: boolean;
  /** Set for the account of a bay's nodes: it sees that bay's certificates and nothing else. */
  readonly trusteeOf: TrusteeOf | null;
  /** Set where that account says which of its nodes it is; it is not looked at before something depends on it. */
  readonly nodeProof?: NodeProof;
}

/** Whether the token is for a domain, and so for none of its projects. */
export function isOfDomain(actor: Actor): boolean {
  return (actor.domainId ?? null) !== null;
}

/**
 * Trustee accounts are named after their bay and project (docs/contract/conductor.md#trusts), and from the second on by their
 * number.
 */
export function trusteeUsername(bay: { readonly id: BayId; readonly projectId: string }, generation = 0): string {
  return `${bay.id}_${bay.projectId}${generation === 0 ? '' : `_${generation}`}`;
}

/** The account that holds the trust of the bay's owner. Nodes do not know it, because it has the owner's rights. */
export function delegateUsername(bay: { readonly id: BayId; readonly projectId: string }): string {
  return `${trusteeUsername(bay)}_delegate`;
}

export function parseTrusteeUsername(username: string): Actor['trusteeOf'] {
  const [bayId, projectId, number = '0'] = username.split('_', 3);
  const generation = /^\d{1,9}$/.test(number) ? Number(number) : 0;
  // The text before the underscore is a bay's id by construction of the name; a wrong one simply matches no bay.
  return bayId && projectId ? { bayId: bayId as BayId, projectId, generation } : null;
}
