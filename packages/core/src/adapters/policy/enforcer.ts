import { isAdmin, type Actor } from '../../domain/actor.js';
import { DomainError } from '../../domain/errors.js';
import { assertNever } from '../../domain/json.js';
import type { Policy, PolicyTarget } from '../../ports/policy.js';
import type { Rule } from './defaults.js';

export function policyOf(rules: Readonly<Record<string, Rule>>): Policy {
  const allows = (action: string, actor: Actor, target?: PolicyTarget): boolean => {
    const rule = Object.hasOwn(rules, action) ? rules[action] : undefined;
    // What nobody has given a rule is the administrator's alone.
    return holds(rule ?? 'admin', actor, target);
  };
  return {
    allows,
    require: (action, actor, target) => {
      if (!allows(action, actor, target)) throw new DomainError('forbidden', `Policy doesn't allow ${action} to be performed.`);
    },
  };
}

function holds(rule: Rule, actor: Actor, target: PolicyTarget | undefined): boolean {
  const sameProject = target === undefined || actor.projectId === target.projectId;
  switch (rule) {
    case 'member':
      return actor.trusteeOf === null;
    case 'owner':
      return actor.trusteeOf === null && (sameProject || isAdmin(actor));
    case 'user':
      if (actor.trusteeOf) return target?.bayId !== undefined && actor.trusteeOf.bayId === target.bayId;
      return isAdmin(actor) || (sameProject && (target === undefined || actor.userId === target.userId));
    case 'admin':
      return isAdmin(actor);
    default:
      return assertNever(rule);
  }
}
