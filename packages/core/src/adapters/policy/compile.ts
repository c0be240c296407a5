import { assertNever } from '../../domain/json.js';
import { attributeOf, credentialOf, IS_ADMIN, type Question } from './facts.js';
import type { Check, Left, Template } from './rule-language.js';

/** A rule as a function. */
export type Decide = (question: Question) => boolean;

/** What `rule:name` stands for; `is_admin` is the rule `context_is_admin`. */
export type RuleLookup = (name: string) => Decide;

/** The rule that decides who is an administrator. */
export const ADMIN_RULE = 'context_is_admin';

/** Everything that can be known before the question is asked is settled here, once. */
export function compile(check: Check, ruleOf: RuleLookup): Decide {
  switch (check.kind) {
    case 'always':
      return () => true;
    case 'never':
      return () => false;
    case 'rule':
      return ruleOf(check.name);
    case 'role':
      return compileRole(check.match);
    case 'compare':
      return compileComparison(check.left, check.match, ruleOf);
    case 'not': {
      const inner = compile(check.of, ruleOf);
      return (question) => !inner(question);
    }
    case 'all':
      return compileAll(check.of.map((part) => compile(part, ruleOf)));
    case 'any':
      return compileAny(check.of.map((part) => compile(part, ruleOf)));
    default:
      return assertNever(check);
  }
}

/** Folded into pairs: a pair needs no loop. */
function compileAll(parts: readonly Decide[]): Decide {
  return parts.reduceRight((rest, part) => (question) => part(question) && rest(question));
}

function compileAny(parts: readonly Decide[]): Decide {
  return parts.reduceRight((rest, part) => (question) => part(question) || rest(question));
}

/** Names of roles are the same in every case. */
function compileRole(match: Template): Decide {
  const fixed = fixedText(match)?.toLowerCase();
  if (fixed !== undefined) return ({ actor }) => hasRole(actor.roles, fixed);
  const wanted = compileTemplate(match);
  return (question) => {
    const role = wanted(question)?.toLowerCase();
    return role !== undefined && hasRole(question.actor.roles, role);
  };
}

/** Every request asks this several times: comparing lengths first saves making texts of most roles. */
function hasRole(roles: readonly string[], role: string): boolean {
  for (const held of roles) if (held === role || (held.length === role.length && held.toLowerCase() === role)) return true;
  return false;
}

function compileComparison(left: Left, match: Template, ruleOf: RuleLookup): Decide {
  const wanted = compileTemplate(match);
  if (left.kind === 'literal') return (question) => wanted(question) === left.text;
  if (left.name === IS_ADMIN) {
    const isAdmin = ruleOf(ADMIN_RULE);
    if (fixedText(match) === 'True') return isAdmin;
    return (question) => wanted(question) === (isAdmin(question) ? 'True' : 'False');
  }
  const credential = credentialOf(left.name);
  if (!credential) return () => false;
  const known = COMPARISONS.get(`${left.name}:${attributeIn(match) ?? ''}`);
  if (known) return known;
  return (question) => {
    const held = credential(question.actor);
    if (held === null || held === undefined || held === '') return false;
    const value = wanted(question);
    return value !== undefined && (typeof held === 'string' ? held === value : held.includes(value));
  };
}

/** What nearly every rule asks, without the detour over names: every request asks it several times. */
const COMPARISONS: ReadonlyMap<string, Decide> = new Map<string, Decide>([
  ['project_id:project_id', ({ actor, target }) => isSame(actor.projectId, target ? target.projectId : actor.projectId)],
  ['user_id:user_id', ({ actor, target }) => isSame(actor.userId, target ? target.userId : actor.userId)],
  ['domain_id:trustee_domain_id', ({ actor }) => actor.trusteeOf !== null && actor.userDomainId !== ''],
]);

function isSame(held: string | null, wanted: string | null): boolean {
  return held !== null && held !== '' && held === wanted;
}

function attributeIn(template: Template): string | undefined {
  const [only] = template;
  return template.length === 1 && typeof only === 'object' ? only.attribute : undefined;
}

function fixedText(template: Template): string | undefined {
  const [only] = template;
  return template.length === 1 && typeof only === 'string' ? only : undefined;
}

/** Undefined where the target lacks an attribute: then no comparison holds. */
export function compileTemplate(template: Template): (question: Question) => string | undefined {
  const [only] = template;
  if (template.length === 1 && only !== undefined) return compilePart(only);
  const parts = template.map(compilePart);
  return (question) => {
    const texts = parts.map((part) => part(question));
    return texts.every((text) => text !== undefined) ? texts.join('') : undefined;
  };
}

function compilePart(part: Template[number]): (question: Question) => string | undefined {
  if (typeof part === 'string') return () => part;
  const attribute = attributeOf(part.attribute);
  if (!attribute) return () => undefined;
  return (question) => {
    const value = attribute(question);
    return value === null ? 'None' : value;
  };
}
