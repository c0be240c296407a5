import type { BayId } from './ids.js';

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
  /** Set for the account of a bay's nodes: it sees that bay's certificates and nothing else. */
  readonly trusteeOf: { readonly bayId: BayId; readonly projectId: string } | null;
}

export function isAdmin(actor: Actor): boolean {
  return actor.roles.includes('admin');
}

/** Trustee accounts are named after their bay and project: contract, conductor §6. */
export function trusteeUsername(bay: { readonly id: BayId; readonly projectId: string }): string {
  return `${bay.id}_${bay.projectId}`;
}

export function parseTrusteeUsername(username: string): Actor['trusteeOf'] {
  const [bayId, projectId] = username.split('_', 2);
  // The text before the underscore is a bay's id by construction of the name; a wrong one simply matches no bay.
  return bayId && projectId ? { bayId: bayId as BayId, projectId } : null;
}
