/**
 * oslo.policy's rule language. A rule is a text, `role:member and project_id:%(project_id)s or rule:context_is_admin`, or a list
 * of alternatives, each of them a list of checks that must all hold.
 */
export type Check =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'role'; readonly match: Template }
  /** `left` is what the caller has, or a literal; `match` is made of text and of what the target has. */
  | { readonly kind: 'compare'; readonly left: Left; readonly match: Template }
  | { readonly kind: 'not'; readonly of: Check }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Check[] };

export type Left = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'credential'; readonly name: string };

/** Text, and names of the target's attributes. */
export type Template = readonly (string | { readonly attribute: string })[];

/** Says what is wrong with a rule, and where: columns count from 1. */
export class RuleSyntaxError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.name = 'RuleSyntaxError';
    this.column = column;
  }
}

/** No real rule is deeper; a deeper one could exhaust the stack. */
const DEEPEST = 200;

/** Errors: `RuleSyntaxError`. An empty text always holds, as upstream has it. */
export function parseRule(text: string): Check {
  return text === '' ? { kind: 'always' } : new Parser(tokensOf(text), text.length + 1).parseAll();
}

/** The list form: any of the alternatives, each of which holds when all of its checks do. Its texts are single checks. */
export function parseRuleList(alternatives: readonly (string | readonly string[])[]): Check {
  if (alternatives.length === 0) return { kind: 'always' };
  const checks = alternatives
    .map((alternative) => (typeof alternative === 'string' ? [alternative] : alternative))
    .filter((alternative) => alternative.length > 0)
    .map((alternative) =>
      combineChecks(
        'all',
        alternative.map((text) => parseCheck(text, 1)),
      ),
    );
  return checks.length === 0 ? { kind: 'never' } : combineChecks('any', checks);
}

/** The text that is read as the same check again. */
export function printCheck(check: Check): string {
  switch (check.kind) {
    case 'always':
      return '@';
    case 'never':
      return '!';
    case 'rule':
      return `rule:${check.name}`;
    case 'role':
      return `role:${printTemplate(check.match)}`;
    case 'compare':
      return `${check.left.kind === 'literal' ? check.left.text : check.left.name}:${printTemplate(check.match)}`;
    case 'not':
      return `not ${parenthesise(check.of)}`;
    case 'all':
      return check.of.map(parenthesise).join(' and ');
    case 'any':
      return check.of.map(parenthesise).join(' or ');
  }
}

function parenthesise(check: Check): string {
  return check.kind === 'all' || check.kind === 'any' ? `(${printCheck(check)})` : printCheck(check);
}

function printTemplate(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : `%(${part.attribute})s`)).join('');
}

interface Token {
  readonly kind: '(' | ')' | 'and' | 'or' | 'not' | 'check';
  readonly text: string;
  readonly column: number;
}

/** Words are parted by blanks; parentheses stand at the beginning and at the end of words, so that `%(name)s` stays whole. */
function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(/\S+/g)].flatMap(([word], index, all) => {
    const column = (all[index]?.index ?? 0) + 1;
    const opening = /^\(*/.exec(word)?.[0].length ?? 0;
    const closing = opening === word.length ? 0 : (/\)*$/.exec(word)?.[0].length ?? 0);
    const inner = word.slice(opening, word.length - closing);
    const repeated = (kind: '(' | ')', times: number, from: number): readonly Token[] =>
      Array.from({ length: times }, (_, at) => ({ kind, text: kind, column: from + at }));
    return [
      ...repeated('(', opening, column),
      ...(inner === '' ? [] : [{ kind: kindOf(inner), text: inner, column: column + opening }]),
      ...repeated(')', closing, column + word.length - closing),
    ];
  });
}

function kindOf(word: string): Token['kind'] {
  const lower = word.toLowerCase();
  return lower === 'and' || lower === 'or' || lower === 'not' ? lower : 'check';
}

/** `not` binds tighter than `and`, `and` tighter than `or`. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  parseAll(): Check {
    const check = this.#alternatives();
    const rest = this.#tokens[this.#at];
    if (rest?.kind === ')') throw new RuleSyntaxError(rest.column, 'this parenthesis was never opened');
    if (rest) throw new RuleSyntaxError(rest.column, `"and" or "or" is missing before "${rest.text}"`);
    return check;
  }

  #alternatives(): Check {
    const checks = [this.#conjunction()];
    while (this.#take('or')) checks.push(this.#conjunction());
    return combineChecks('any', checks);
  }

  #conjunction(): Check {
    const checks = [this.#single()];
    while (this.#take('and')) checks.push(this.#single());
    return combineChecks('all', checks);
  }

  #single(): Check {
    if (++this.#depth > DEEPEST) throw new RuleSyntaxError(this.#column(), `nested deeper than ${DEEPEST}`);
    try {
      if (this.#take('not')) return { kind: 'not', of: this.#single() };
      return this.#take('(') ? this.#group() : this.#check();
    } finally {
      this.#depth -= 1;
    }
  }

  #group(): Check {
    const opened = this.#tokens[this.#at - 1]?.column ?? 1;
    const check = this.#alternatives();
    if (!this.#take(')')) throw new RuleSyntaxError(opened, 'this parenthesis is never closed');
    return check;
  }

  #check(): Check {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'check')
      throw new RuleSyntaxError(
        this.#column(),
        token ? `a check is missing before "${token.text}"` : 'a check is missing at the end',
      );
    this.#at += 1;
    return parseCheck(token.text, token.column);
  }

  #take(kind: Token['kind']): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  #column(): number {
    return this.#tokens[this.#at]?.column ?? this.#end;
  }
}

function combineChecks(kind: 'all' | 'any', checks: readonly Check[]): Check {
  const [only] = checks;
  return only && checks.length === 1 ? only : { kind, of: checks };
}

function parseCheck(text: string, column: number): Check {
  if (text === '@') return { kind: 'always' };
  if (text === '!') return { kind: 'never' };
  const colon = text.indexOf(':');
  const [left, right] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon <= 0 || right === '')
    throw new RuleSyntaxError(column, `"${text}" is no check: write role:NAME, rule:NAME, ATTRIBUTE:VALUE, @ or !`);
  if (left === 'http' || left === 'https')
    throw new RuleSyntaxError(
      column,
      `${left}: checks ask another service, which is not supported: say it with roles and attributes`,
    );
  if (left === 'rule') return { kind: 'rule', name: right };
  const match = parseTemplate(right, column + colon + 1);
  return left === 'role' ? { kind: 'role', match } : { kind: 'compare', left: parseLeft(left), match };
}

/** Python's literals, as far as they mean something here; the text is what Python's `str` makes of the value. */
function parseLeft(left: string): Left {
  const quoted = /^(['"])(.*)\1$/s.exec(left)?.[2];
  if (quoted !== undefined) return { kind: 'literal', text: quoted };
  if (/^(True|False|None|-?(0|[1-9]\d*))$/.test(left)) return { kind: 'literal', text: left };
  return { kind: 'credential', name: left };
}

/** Python's `%(name)s`, and `%%` for a percent sign. */
function parseTemplate(text: string, column: number): Template {
  const parts: (string | { readonly attribute: string })[] = [];
  for (const { 0: whole, 1: attribute, 2: plain, index } of text.matchAll(/%\(([^)]+)\)s|((?:[^%]|%%)+)|%/g)) {
    if (attribute !== undefined) parts.push({ attribute });
    else if (plain !== undefined) parts.push(plain.replaceAll('%%', '%'));
    else
      throw new RuleSyntaxError(
        column + index,
        `"${whole}" is no attribute of the target: write %(NAME)s, or %% for a percent sign`,
      );
  }
  return parts;
}
