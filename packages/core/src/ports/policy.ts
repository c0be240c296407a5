import type { Actor } from '../domain/actor.js';

export interface PolicyTarget {
  readonly projectId: string;
  readonly userId: string;
  /** Set when the target is a bay, or belongs to one: its trustee may reach its certificates. */
  readonly bayId?: string;
}

export interface Policy {
  /** Throws `forbidden`. Without a target the rule is asked about the actor alone. */
  require(action: string, actor: Actor, target?: PolicyTarget): void;
  allows(action: string, actor: Actor, target?: PolicyTarget): boolean;
  /** Whether the rule `context_is_admin` holds, for a token whose scope is not a domain: who may see what belongs to other projects. */
  isAdministrator(actor: Actor): boolean;
}
