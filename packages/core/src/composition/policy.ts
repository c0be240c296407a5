import { isAbsolute, join } from 'node:path';
import { isOutOfScope, type EnforcerOptions } from '../adapters/policy/enforcer.js';
import { decidingChecks, explain, explanationLines } from '../adapters/policy/explain.js';
import { readRules } from '../adapters/policy/live-policy.js';
import { isThere, type PolicySources } from '../adapters/policy/policy-sources.js';
import { printCheck } from '../adapters/policy/rule-language.js';
import type { RuleSet } from '../adapters/policy/rules.js';
import type { Config } from '../config/config.js';
import type { Actor } from '../domain/actor.js';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import type { PolicyTarget } from '../ports/policy.js';

const USUAL_FILE = 'policy.yaml';
const USUAL_FOLDER = '/etc/magnum';

export function enforcementOf(config: Config): EnforcerOptions {
  return {
    enforceNewDefaults: config.sections.oslo_policy.enforce_new_defaults,
    enforceScope: config.sections.oslo_policy.enforce_scope,
  };
}

/**
 * The files of `[oslo_policy]`, looked for beside the configuration and in /etc/magnum. Errors: `invalid-parameter` when a file
 * that is named is not there: without it, whatever it refuses would be allowed.
 */
export async function policySources(config: Config): Promise<PolicySources> {
  const places = [...config.folders, USUAL_FOLDER];
  const named = config.sections.oslo_policy.policy_file;
  const file = await placeOf(named ?? USUAL_FILE, places);
  if (named !== null && !(await isThere(file)))
    throw new DomainError('invalid-parameter', {
      field: '[oslo_policy] policy_file',
      message: `[oslo_policy] policy_file: ${named} is not there. Looked in ${places.join(', ')}.`,
    });
  const folders = config.sections.oslo_policy.policy_dirs.map((folder) => placeOf(folder, places));
  return { file, isFileRequired: named !== null, folders: await Promise.all(folders) };
}

/** The first place where it is; the first of all where it is nowhere, as it may yet come. */
async function placeOf(name: string, places: readonly string[]): Promise<string> {
  const paths = isAbsolute(name) ? [name] : places.map((place) => join(place, name));
  for (const path of paths) if (await isThere(path)) return path;
  return paths[0] ?? name;
}

/** Who is asked about, in the words of a token: `{"roles": ["member"], "project_id": "…", "user_id": "…"}`. */
export interface PolicyPersona {
  readonly user_id?: string;
  readonly user_name?: string;
  readonly user_domain_id?: string;
  readonly project_id?: string | null;
  readonly roles?: readonly string[];
  /** Scope of the token, where it is no project's. */
  readonly domain_id?: string | null;
  readonly system_scope?: boolean;
  /** UUID of the bay whose nodes' account this is. */
  readonly trustee_of?: string;
}

/** Of the thing that is asked about; absent, it is the caller's own. */
export interface PolicyThing {
  readonly project_id?: string;
  readonly user_id?: string;
  /** UUID of the bay that it is, or belongs to. */
  readonly bay?: string;
}

export interface PolicyAnswer {
  readonly allowed: boolean;
  /** The checks that decided. */
  readonly because: readonly string[];
  /** Every check with its outcome, indented. */
  readonly lines: readonly string[];
}

/** The effective rules, for operators. */
export interface PolicyView {
  /** Lines of `name = rule  # origin`. */
  list(): readonly string[];
  readonly warnings: readonly string[];
  /** Number of rules that policy files replace or add. */
  readonly replaced: number;
  has(rule: string): boolean;
  ask(rule: string, persona: PolicyPersona, thing?: PolicyThing): PolicyAnswer;
}

/** `file`: looked at in place of the configured files. Errors: `invalid-parameter` with everything that is wrong. */
export async function inspectPolicy(config: Config, file?: string): Promise<PolicyView> {
  const sources = file === undefined ? await policySources(config) : { file, isFileRequired: true, folders: [] };
  const options = enforcementOf(config);
  const rules = await readRules({ sources, options });
  const all = [...rules.rules.values()];
  return {
    list: () => all.map(({ name, check, origin }) => `${name} = ${printCheck(check)}  # ${origin}`),
    warnings: rules.warnings,
    replaced: all.filter((rule) => rule.origin !== 'default').length,
    has: (rule) => rules.rules.has(rule),
    ask: (rule, persona, thing) => answerOf(rules, options, rule, { actor: actorOf(persona), target: targetOf(persona, thing) }),
  };
}

interface Asked {
  readonly actor: Actor;
  readonly target: PolicyTarget | undefined;
}

function answerOf(rules: RuleSet, options: EnforcerOptions, rule: string, asked: Asked): PolicyAnswer {
  if (options.enforceScope && isOutOfScope(asked.actor)) {
    const why = 'the token is for the system or for a domain, and [oslo_policy] enforce_scope is on';
    return { allowed: false, because: [why], lines: [`no  ${rule}   (${why})`] };
  }
  const explanation = explain(rules, rule, asked);
  return { allowed: explanation.holds, because: decidingChecks(explanation), lines: explanationLines(explanation) };
}

function actorOf(persona: PolicyPersona): Actor {
  const { trustee_of: bay } = persona;
  // Two absent ids must not be equal.
  const unnamed = bay === undefined ? '' : `account of ${bay}`;
  return {
    userId: persona.user_id ?? unnamed,
    userName: persona.user_name ?? '',
    userDomainId: persona.user_domain_id ?? unnamed,
    projectId: persona.project_id ?? null,
    roles: persona.roles ?? [],
    domainId: persona.domain_id ?? null,
    systemScope: persona.system_scope ?? false,
    // Compared and never looked up: a wrong id simply equals no bay's.
    trusteeOf: bay === undefined ? null : { bayId: bay as BayId, projectId: '', generation: 0 },
  };
}

function targetOf(persona: PolicyPersona, thing: PolicyThing | undefined): PolicyTarget | undefined {
  if (thing === undefined) return undefined;
  return {
    projectId: thing.project_id ?? persona.project_id ?? '',
    userId: thing.user_id ?? persona.user_id ?? '',
    ...(thing.bay === undefined ? {} : { bayId: thing.bay }),
  };
}
