import { DomainError } from '../../domain/errors.js';
import { ADMIN_RULE, compile, type Decide, type RuleLookup } from './compile.js';
import { BASE_RULES, type DefaultRule } from './defaults.js';
import { isOfDomain } from '../../domain/actor.js';
import { ATTRIBUTE_NAMES, CREDENTIAL_NAMES, IS_ADMIN } from './facts.js';
import { parseRule, type Check, type Template } from './rule-language.js';

/** A rule and where it comes from: `default`, or the file and line that replace it. */
export interface Rule {
  readonly name: string;
  readonly check: Check;
  readonly origin: string;
}

export interface RuleSet {
  readonly rules: ReadonlyMap<string, Rule>;
  /** Warnings: rules that no operation asks for, attributes that no target has. */
  readonly warnings: readonly string[];
  /** Never undefined: what has no rule of its own falls to the rule `default`, and without one to administrators. */
  readonly decide: (action: string) => Decide;
}

export interface RuleSetOptions {
  readonly defaults: Readonly<Record<string, DefaultRule>>;
  /** Rules of policy files, which replace defaults of the same name. */
  readonly overrides?: readonly Rule[];
  /** Readers read and members write, and nothing else is let pass for compatibility; true when absent. */
  readonly enforceNewDefaults?: boolean;
}

/** Actions that no rule knows fall to it, as upstream has it. */
const FALLBACK = 'default';

/** Errors: `invalid-parameter` for rules that refer to themselves. */
export function assembleRules({ defaults, overrides = [], enforceNewDefaults = true }: RuleSetOptions): RuleSet {
  const built = Object.entries(defaults).map(([name, rule]) => defaultRule(name, textOf(rule, enforceNewDefaults)));
  const base = Object.entries(BASE_RULES).map(([name, text]) => defaultRule(name, text));
  const rules = new Map([...base, ...built, ...overrides].map((rule) => [rule.name, rule]));
  refuseCircles(rules);
  const known = new Set([...built, ...base].map((rule) => rule.name));
  const warnings = overrides.flatMap((rule) => warningsAbout(rule, rules, known));
  return { rules, warnings: [...new Set(warnings)], decide: compileRules(rules) };
}

function defaultRule(name: string, text: string): Rule {
  return { name, check: parseRule(text), origin: 'default' };
}

/** The deprecated part comes first: it is the cheaper one, and what holds today holds by it. */
function textOf({ check, deprecated }: DefaultRule, enforceNewDefaults: boolean): string {
  return deprecated === null || enforceNewDefaults ? check : `(${deprecated}) or (${check})`;
}

function compileRules(rules: ReadonlyMap<string, Rule>): RuleSet['decide'] {
  const done = new Map<string, Decide>();
  const lookUp: RuleLookup = (name) => {
    const ready = done.get(name);
    if (ready) return ready;
    const rule = rules.get(name) ?? rules.get(FALLBACK);
    const decide = rule ? withScope(rule.name, compile(rule.check, lookUp)) : (): boolean => false;
    done.set(name, decide);
    return decide;
  };
  const decisions = new Map([...rules.keys()].map((name) => [name, lookUp(name)]));
  const fallback = lookUp(rules.has(FALLBACK) ? FALLBACK : ADMIN_RULE);
  return (action) => decisions.get(action) ?? fallback;
}

/**
 * An administrator of one domain has the role `admin`, too, and is no administrator of the others: whatever `context_is_admin` says,
 * it does not hold for a token of a domain. Rules cannot say so themselves, since `domain_id` is the domain of the account.
 */
function withScope(name: string, decide: Decide): Decide {
  return name === ADMIN_RULE ? (question) => !isOfDomain(question.actor) && decide(question) : decide;
}

/** A rule that leads back to itself has no answer. */
function refuseCircles(rules: ReadonlyMap<string, Rule>): void {
  const clear = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (clear.has(name)) return;
    const rule = rules.get(name) ?? rules.get(FALLBACK);
    if (!rule) return;
    if (path.includes(rule.name)) {
      const circle = [...path.slice(path.indexOf(rule.name)), rule.name].join(' → ');
      const culprit = path.map((step) => rules.get(step)?.origin).find((origin) => origin !== undefined && origin !== 'default');
      throw new DomainError('invalid-parameter', `${culprit ?? 'policy'}: rule "${rule.name}" refers to itself: ${circle}.`);
    }
    for (const next of referencesOf(rule.check)) visit(next, [...path, rule.name]);
    clear.add(name);
  };
  for (const name of rules.keys()) visit(name, []);
}

function referencesOf(check: Check): readonly string[] {
  return leavesOf(check).flatMap((leaf) => {
    if (leaf.kind === 'rule') return leaf.name;
    return leaf.kind === 'compare' && leaf.left.kind === 'credential' && leaf.left.name === IS_ADMIN ? ADMIN_RULE : [];
  });
}

function leavesOf(check: Check): readonly Check[] {
  switch (check.kind) {
    case 'not':
      return leavesOf(check.of);
    case 'all':
    case 'any':
      return check.of.flatMap(leavesOf);
    default:
      return [check];
  }
}

/** Rules that upstream's own file has and nothing refers to: a file that writes all of upstream's rules out is no slip of the pen. */
const UPSTREAM_RULES: ReadonlySet<string> = new Set([
  'admin_or_user_or_cluster_user',
  'admin_or_project_member_cluster_user',
  'admin_or_project_reader_cluster_user',
]);

function warningsAbout(rule: Rule, rules: ReadonlyMap<string, Rule>, known: ReadonlySet<string>): readonly string[] {
  const here = `${rule.origin}: rule "${rule.name}"`;
  const isAskedFor =
    known.has(rule.name) ||
    UPSTREAM_RULES.has(rule.name) ||
    rule.name === FALLBACK ||
    [...rules.values()].some(({ check }) => referencesOf(check).includes(rule.name));
  return [
    ...(isAskedFor ? [] : [`${here} is not known, and no other rule refers to it: check its spelling`]),
    ...referencesOf(rule.check)
      .filter((name) => !rules.has(name))
      .map(
        (name) =>
          `${here} refers to rule "${name}", which does not exist: ${rules.has(FALLBACK) ? 'the rule "default" stands in for it' : 'it never holds'}`,
      ),
    ...leavesOf(rule.check)
      .flatMap(unknownNames)
      .map((what) => `${here} ${what}`),
  ];
}

function unknownNames(leaf: Check): readonly string[] {
  if (leaf.kind !== 'role' && leaf.kind !== 'compare') return [];
  const credential = leaf.kind === 'compare' && leaf.left.kind === 'credential' ? [leaf.left.name] : [];
  return [
    ...credential
      .filter((name) => !CREDENTIAL_NAMES.includes(name))
      .map(
        (name) => `compares "${name}", which no caller has (there are ${CREDENTIAL_NAMES.join(', ')}): no such comparison holds`,
      ),
    ...attributesOf(leaf.match)
      .filter((name) => !ATTRIBUTE_NAMES.includes(name))
      .map(
        (name) =>
          `compares with %(${name})s, which no target has (there are ${ATTRIBUTE_NAMES.join(', ')}): no such comparison holds`,
      ),
  ];
}

function attributesOf(template: Template): readonly string[] {
  return template.flatMap((part) => (typeof part === 'string' ? [] : part.attribute));
}
