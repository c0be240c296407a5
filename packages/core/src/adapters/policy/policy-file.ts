import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import { parseRule, parseRuleList, RuleSyntaxError, type Check } from './rule-language.js';
import type { Rule } from './rules.js';

/** A policy file's rules, or everything that is wrong with it: one sentence each, naming file, line, rule and column. */
export interface PolicyFile {
  readonly rules: readonly Rule[];
  readonly problems: readonly string[];
}

/** YAML, of which JSON is a part: rules by name. Never throws. */
export function parsePolicyFile(text: string, file: string): PolicyFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number | undefined): string => `${file}:${offset === undefined ? 1 : lines.linePos(offset).line}`;
  const [broken] = document.errors;
  if (broken) return { rules: [], problems: [`${at(broken.pos[0])}: ${firstLine(broken.message)}`] };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { rules: [], problems: [] };
  if (!isMap(contents)) return { rules: [], problems: [`${file}: expected rules by name, each as NAME: "RULE".`] };
  const read = contents.items.map((pair) => parseEntry(pair, (node) => at(node?.range?.[0])));
  return {
    rules: read.flatMap((entry) => ('rule' in entry ? [entry.rule] : [])),
    problems: read.flatMap((entry) => ('problem' in entry ? [entry.problem] : [])),
  };
}

type Entry = { readonly rule: Rule } | { readonly problem: string };

function parseEntry(pair: Pair, at: (node: Node | null | undefined) => string): Entry {
  const key = isScalar(pair.key) ? pair.key : undefined;
  const [name, origin] = [String(key?.value ?? ''), at(key)];
  try {
    const check = parseValue(isScalar(pair.value) || isSeq(pair.value) ? pair.value.toJSON() : pair.value);
    return { rule: { name, check, origin } };
  } catch (error) {
    if (!(error instanceof RuleSyntaxError)) throw error;
    return { problem: `${origin}: rule "${name}", column ${error.column}: ${error.message}.` };
  }
}

/** An empty entry would let everyone pass upstream; it is more often an accident than a wish. */
function parseValue(value: unknown): Check {
  if (typeof value === 'string') return parseRule(value);
  if (isRuleList(value)) return parseRuleList(value);
  const what = value === null || value === undefined ? 'nothing stands here' : 'this is no rule';
  throw new RuleSyntaxError(1, `${what}: write a text in quotes, "@" to allow everyone, or "!" to refuse everyone`);
}

function isRuleList(value: unknown): value is readonly (string | readonly string[])[] {
  const isText = (item: unknown): boolean => typeof item === 'string';
  return Array.isArray(value) && value.every((item) => isText(item) || (Array.isArray(item) && item.every(isText)));
}

function firstLine(message: string): string {
  return `${(message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')}.`;
}
