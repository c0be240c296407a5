#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { inspectPolicy, type PolicyPersona, type PolicyThing } from '@magnum-ts/core';
import { end, readArguments } from './arguments.js';

const USAGE = `usage: magnum-policy-check [--config-file FILE]... [--config-dir DIR]... [--file POLICY] COMMAND

  validate              whether the policy files are in order: 0 yes, 1 no, with every mistake and where it is
  list                  every rule with its origin
  check --rule RULE --as JSON [--target JSON] [--verbose]
                        whether RULE lets a caller pass, and which checks decided: 0 allowed, 3 denied

--file    a policy file to look at, in place of the configured ones; without a COMMAND it is validated
--as      who asks, in the words of a token: {"roles": ["member"], "project_id": "p1", "user_id": "u1"}; besides user_name,
          user_domain_id, domain_id and system_scope (of the token), trustee_of (the bay whose nodes' account it is)
--target  what is asked about: {"project_id": "p1", "user_id": "u1", "bay": "UUID"}; the caller's own when absent

JSON may stand in a file: @FILE. [oslo_policy] enforce_new_defaults and enforce_scope count, also from the environment.`;

const PERSONA: Shape = {
  user_id: 'text',
  user_name: 'text',
  user_domain_id: 'text',
  project_id: 'text or null',
  domain_id: 'text or null',
  trustee_of: 'text',
  roles: 'texts',
  system_scope: 'flag',
};
const THING: Shape = { project_id: 'text', user_id: 'text', bay: 'text' };

const { config, flags, texts, words } = readArguments({
  name: 'magnum-policy-check',
  usage: USAGE,
  flags: ['verbose'],
  texts: ['file', 'rule', 'as', 'target'],
});
const [command = texts['file'] === undefined ? undefined : 'validate', ...rest] = words;
if (rest.length > 0) end(`unexpected ${rest.join(' ')}\n\n${USAGE}`, 2);
try {
  switch (command) {
    case 'validate':
      await validate();
      break;
    case 'list':
      end((await inspectPolicy(config, texts['file'])).list().join('\n'), 0);
      break;
    case 'check':
      await check();
      break;
    default:
      end(command === undefined ? USAGE : `unknown command ${command}\n\n${USAGE}`, command === undefined ? 0 : 2);
  }
} catch (error) {
  end(error instanceof Error ? error.message : String(error), 1);
}

async function validate(): Promise<void> {
  const view = await inspectPolicy(config, texts['file']);
  end([...view.warnings.map((warning) => `warning: ${warning}`), `in order: ${view.replaced} rules of files`].join('\n'), 0);
}

async function check(): Promise<void> {
  const { rule } = texts;
  if (rule === undefined || texts['as'] === undefined) end(`check needs --rule and --as\n\n${USAGE}`, 2);
  const persona: PolicyPersona = json('--as', texts['as'], PERSONA);
  const thing: PolicyThing | undefined = texts['target'] === undefined ? undefined : json('--target', texts['target'], THING);
  const view = await inspectPolicy(config, texts['file']);
  const answer = view.ask(rule, persona, thing);
  const known = view.has(rule) ? [] : [`warning: there is no rule ${rule}: check its spelling`];
  const why = flags['verbose']
    ? answer.lines
    : answer.because.map((reason) => `  ${answer.allowed ? 'holds' : 'fails'}: ${reason}`);
  process.stdout.write([...known, `${rule}: ${answer.allowed ? 'allowed' : 'denied'}`, ...why, ''].join('\n'));
  process.exit(answer.allowed ? 0 : 3);
}

type Shape = Readonly<Record<string, 'text' | 'text or null' | 'texts' | 'flag'>>;

/** Misspelt fields would answer another question than the one that was meant: they are refused. */
function json<T extends object>(option: string, given: string, shape: Shape): T {
  const fields = parseJsonOption(option, given);
  for (const [name, value] of Object.entries(fields)) {
    const wanted = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (wanted === undefined) end(`${option}: ${name} is not known. Known are ${Object.keys(shape).join(', ')}.`, 2);
    if (!isOf(wanted, value)) end(`${option}: ${name} must be ${wanted === 'texts' ? 'a list of texts' : `a ${wanted}`}.`, 2);
  }
  return fields as T; // every field is known and of its kind
}

function parseJsonOption(option: string, given: string): object {
  try {
    const value: unknown = JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    return end(`${option}: expected a JSON object, for example {"roles": ["member"]}.`, 2);
  } catch (error) {
    return end(`${option}: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

function isOf(wanted: Shape[string], value: unknown): boolean {
  switch (wanted) {
    case 'text':
      return typeof value === 'string';
    case 'text or null':
      return typeof value === 'string' || value === null;
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'flag':
      return typeof value === 'boolean';
  }
}
