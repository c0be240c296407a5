import { isOfDomain, type Actor } from '../../domain/actor.js';
import { DomainError } from '../../domain/errors.js';
import type { Policy, PolicyTarget } from '../../ports/policy.js';
import { ADMIN_RULE } from './compile.js';
import type { DefaultRule } from './defaults.js';
import { assembleRules, type RuleSet } from './rules.js';

/** Both hold unless they are false. */
export interface EnforcerOptions {
  /** Readers read and members write, and nothing else is let pass for compatibility. */
  readonly enforceNewDefaults?: boolean;
  /** All of this API is of the scope `project`: tokens for the system or for a domain are refused. */
  readonly enforceScope?: boolean;
}

/** The policy of the default rules alone. */
export function policyOf(defaults: Readonly<Record<string, DefaultRule>>, options: EnforcerOptions = {}): Policy {
  const rules = assembleRules({ defaults, enforceNewDefaults: options.enforceNewDefaults ?? true });
  return enforcerOver(() => rules, options);
}

/** `current` is asked with every question: rules may be replaced while requests run. */
export function enforcerOver(current: () => RuleSet, { enforceScope = true }: EnforcerOptions = {}): Policy {
  const allows = (action: string, actor: Actor, target?: PolicyTarget): boolean =>
    !(enforceScope && isOutOfScope(actor)) && current().decide(action)({ actor, target });
  return {
    allows,
    isAdministrator: (actor) => allows(ADMIN_RULE, actor),
    require: (action, actor, target) => {
      if (!allows(action, actor, target)) throw new DomainError('forbidden', `Policy doesn't allow ${action} to be performed.`);
    },
  };
}

/** Accounts of bays' nodes have no scope at all, and pass. */
export function isOutOfScope(actor: Actor): boolean {
  return actor.systemScope === true || isOfDomain(actor);
}
