import type { Actor } from '../../domain/actor.js';
import type { PolicyTarget } from '../../ports/policy.js';

/** One question to the policy. Without a target the caller's own project and account stand for it. */
export interface Question {
  readonly actor: Actor;
  readonly target: PolicyTarget | undefined;
}

/** Null and undefined match nothing: two callers without a project have nothing in common. */
type Fact = string | readonly string[] | null | undefined;

/**
 * What rules may ask of the caller. `domain_id` is the domain of the account, as upstream has it. `is_admin` stands beside
 * these: it is what the rule `context_is_admin` says.
 */
const CREDENTIALS: Readonly<Record<string, (actor: Actor) => Fact>> = {
  user_id: (actor) => actor.userId,
  user_name: (actor) => actor.userName,
  user_domain_id: (actor) => actor.userDomainId,
  domain_id: (actor) => actor.userDomainId,
  project_id: (actor) => actor.projectId,
  tenant_id: (actor) => actor.projectId,
  roles: (actor) => actor.roles,
  system_scope: (actor) => (actor.systemScope ? 'all' : null),
};

/** What rules may ask of the target. The trustee's attributes are known where the caller is a trustee: no other caller equals them. */
const ATTRIBUTES: Readonly<Record<string, (question: Question) => string | null | undefined>> = {
  project_id: ({ actor, target }) => (target ? target.projectId : actor.projectId),
  user_id: ({ actor, target }) => (target ? target.userId : actor.userId),
  trustee_user_id: ({ actor, target }) =>
    actor.trusteeOf && target?.bayId !== undefined && actor.trusteeOf.bayId === target.bayId ? actor.userId : undefined,
  trustee_domain_id: ({ actor }) => (actor.trusteeOf ? actor.userDomainId : undefined),
};

export const IS_ADMIN = 'is_admin';
export const CREDENTIAL_NAMES: readonly string[] = [...Object.keys(CREDENTIALS), IS_ADMIN];
export const ATTRIBUTE_NAMES: readonly string[] = Object.keys(ATTRIBUTES);

/** Undefined: no caller has such a thing. */
export function credentialOf(name: string): ((actor: Actor) => Fact) | undefined {
  return Object.hasOwn(CREDENTIALS, name) ? CREDENTIALS[name] : undefined;
}

/** Undefined: no target has such a thing. */
export function attributeOf(name: string): ((question: Question) => string | null | undefined) | undefined {
  return Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
}
