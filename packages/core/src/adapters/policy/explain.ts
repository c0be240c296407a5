import { ADMIN_RULE, compile, compileTemplate } from './compile.js';
import { credentialOf, IS_ADMIN, type Question } from './facts.js';
import { printCheck, type Check } from './rule-language.js';
import { isOfDomain } from '../../domain/actor.js';
import type { Rule, RuleSet } from './rules.js';

/** Why a check holds or not: what it says, what was found, and the same of its parts. */
export interface Explanation {
  readonly holds: boolean;
  readonly check: string;
  /** Where the rule comes from, or the values that were compared; null where the parts say everything. */
  readonly because: string | null;
  readonly parts: readonly Explanation[];
}

/** Every part is asked, also those that no longer matter: an operator wants to see them all. */
export function explain(rules: RuleSet, action: string, question: Question): Explanation {
  return explainRule(rules, action, question);
}

function explainRule(rules: RuleSet, name: string, question: Question): Explanation {
  const rule = rules.rules.get(name);
  const fallback = rule ? undefined : (rules.rules.get('default') ?? rules.rules.get(ADMIN_RULE));
  const used = rule ?? fallback;
  const because = rule ? rule.origin : `no such rule: "${fallback?.name ?? ''}" stands in for it`;
  const parts = used ? [partOf(rules, used, question)] : [];
  return { holds: rules.decide(name)(question), check: name, because, parts };
}

function partOf(rules: RuleSet, rule: Rule, question: Question): Explanation {
  if (rule.name === ADMIN_RULE && isOfDomain(question.actor))
    return { holds: false, check: ADMIN_RULE, because: 'the token is for a domain', parts: [] };
  return explainCheck(rules, rule.check, question);
}

function explainCheck(rules: RuleSet, check: Check, question: Question): Explanation {
  const holds = compile(check, (name) => lookUp(rules, name))(question);
  const leaf = (because: string | null): Explanation => ({ holds, check: printCheck(check), because, parts: [] });
  switch (check.kind) {
    case 'rule':
      return isKnown(rules, check.name)
        ? { ...explainRule(rules, check.name, question), check: printCheck(check) }
        : leaf('no such rule');
    case 'not':
      return { ...leaf(null), check: 'not', parts: [explainCheck(rules, check.of, question)] };
    case 'all':
    case 'any':
      return {
        ...leaf(null),
        check: check.kind === 'all' ? 'all of' : 'any of',
        parts: check.of.map((part) => explainCheck(rules, part, question)),
      };
    case 'role':
      return leaf(`the caller's roles: ${question.actor.roles.join(', ') || 'none'}`);
    case 'compare': {
      const wanted = compileTemplate(check.match)(question);
      const held = check.left.kind === 'literal' ? check.left.text : heldBy(rules, check.left.name, question);
      return leaf(`${held} against ${wanted ?? 'nothing, as the target has no such attribute'}`);
    }
    default:
      return leaf(null);
  }
}

/** As the rules themselves refer to each other: what does not exist never holds, unless there is a rule `default`. */
function lookUp(rules: RuleSet, name: string): (question: Question) => boolean {
  return isKnown(rules, name) ? rules.decide(name) : () => false;
}

function isKnown({ rules }: RuleSet, name: string): boolean {
  return rules.has(name) || rules.has('default');
}

function heldBy(rules: RuleSet, name: string, question: Question): string {
  if (name === IS_ADMIN) return rules.decide(ADMIN_RULE)(question) ? 'True' : 'False';
  return formatFact(credentialOf(name)?.(question.actor));
}

function formatFact(fact: ReturnType<NonNullable<ReturnType<typeof credentialOf>>>): string {
  if (fact === null || fact === undefined || fact === '') return 'nothing';
  return typeof fact === 'string' ? fact : fact.join(', ') || 'nothing';
}

/** Lines for people: a mark, what was asked, and why, indented by depth. */
export function explanationLines(explanation: Explanation, depth = 0): readonly string[] {
  const { holds, check, because, parts } = explanation;
  const line = `${'  '.repeat(depth)}${holds ? 'yes' : 'no '} ${check}${because === null ? '' : `   (${because})`}`;
  return [line, ...parts.flatMap((part) => explanationLines(part, depth + 1))];
}

/** The checks that decided, without the connectives: for a refusal those that are missing, otherwise those that were enough. */
export function decidingChecks(explanation: Explanation): readonly string[] {
  const deciding = (node: Explanation): readonly Explanation[] =>
    node.parts.length === 0 ? [node] : node.parts.filter((part) => counts(part, node)).flatMap(deciding);
  return [...new Set(deciding(explanation).map(({ check, because }) => (because === null ? check : `${check} (${because})`)))];
}

function counts(part: Explanation, node: Explanation): boolean {
  return node.check === 'not' || part.holds === node.holds;
}
