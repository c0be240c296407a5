import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../domain/actor.js';
import { compile } from './compile.js';
import type { Question } from './facts.js';
import { parseRule, parseRuleList, printCheck, RuleSyntaxError, type Check, type Left, type Template } from './rule-language.js';

interface Verdicts {
  readonly rules: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly rule: string | readonly (string | readonly string[])[];
    readonly creds: {
      readonly user_id: string;
      readonly project_id: string;
      readonly user_domain_id: string;
      readonly roles: readonly string[];
    };
    readonly target: { readonly project_id: string; readonly user_id: string };
    readonly verdict: boolean;
  }[];
}

// Recorded from oslo.policy itself by scripts/host/record-policy-verdicts.py, which has this shape.
const VERDICTS = JSON.parse(readFileSync(new URL('golden/oslo-verdicts.json', import.meta.url), 'utf8')) as Verdicts;

const anActor = (fields: Partial<Actor> = {}): Actor => ({
  userId: 'u1',
  userName: 'someone',
  userDomainId: 'd1',
  projectId: 'p1',
  roles: ['member'],
  trusteeOf: null,
  ...fields,
});

const nothing = (): boolean => false;
const holds = (check: Check, question: Question): boolean => compile(check, () => nothing)(question);

test('every rule is judged as oslo.policy judges it; what it cannot read and refuses is an error here', () => {
  const rules = new Map(Object.entries(VERDICTS.rules).map(([name, text]) => [name, parseRule(text)]));
  const admin = parseRule('role:admin');
  const lookUp = (name: string): ((question: Question) => boolean) => {
    const rule = name === 'context_is_admin' ? admin : rules.get(name);
    return rule ? compile(rule, lookUp) : nothing;
  };
  const wrong = VERDICTS.cases.filter(({ rule, creds, target, verdict }) => {
    const { user_id: userId, project_id: projectId, user_domain_id: userDomainId, roles } = creds;
    const actor = anActor({ userId, projectId, userDomainId, roles });
    const question = { actor, target: { projectId: target.project_id, userId: target.user_id } };
    try {
      const check = typeof rule === 'string' ? parseRule(rule) : parseRuleList(rule);
      return compile(check, lookUp)(question) !== verdict;
    } catch (error) {
      return !(error instanceof RuleSyntaxError) || verdict;
    }
  });
  expect(wrong).toEqual([]);
  expect(VERDICTS.cases.length).toBeGreaterThan(500);
  expect(VERDICTS.cases.filter((one) => one.verdict).length).toBeGreaterThan(100);
});

describe('the grammar', () => {
  /** A formula twice: as a rule, and as JavaScript reads it. */
  const formula = fc.letrec<{ formula: { rule: string; script: string } }>((tie) => ({
    formula: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean().map((value) => ({ rule: value ? '@' : '!', script: String(value) })),
      tie('formula').map(({ rule, script }) => ({ rule: `not ${rule}`, script: `!${script}` })),
      tie('formula').map(({ rule, script }) => ({ rule: `(${rule})`, script: `(${script})` })),
      fc
        .tuple(tie('formula'), fc.constantFrom('and', 'or', 'AND', 'Or'), fc.constantFrom(' ', '\t ', '\n'), tie('formula'))
        .map(([one, word, blank, other]) => ({
          rule: `${one.rule}${blank}${word}${blank}${other.rule}`,
          script: `${one.script} ${word.toLowerCase() === 'and' ? '&&' : '||'} ${other.script}`,
        })),
    ),
  })).formula;

  test('binds "not" tighter than "and", and "and" tighter than "or", as JavaScript does', () => {
    fc.assert(
      fc.property(formula, ({ rule, script }) => {
        const expected: unknown = new Function(`return ${script}`)();
        expect(holds(parseRule(rule), { actor: anActor(), target: undefined }), rule).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  const word = fc.stringMatching(/^[a-z][a-z_.-]{0,8}$/).filter((text) => !['rule', 'role', 'http', 'https'].includes(text));
  const text = fc.stringMatching(/^[\w%:'"-]{1,8}$/);
  const template: fc.Arbitrary<Template> = fc.oneof(
    text.map((part) => [part]),
    word.map((attribute) => [{ attribute }]),
    fc.tuple(text, word).map(([part, attribute]) => [part, { attribute }]),
    fc.tuple(word, text).map(([attribute, part]) => [{ attribute }, part]),
  );
  const left: fc.Arbitrary<Left> = fc.oneof(
    fc.constantFrom('True', 'False', 'None', '0', '-17').map((value) => ({ kind: 'literal' as const, text: value })),
    word.map((name) => ({ kind: 'credential' as const, name })),
  );
  const check = fc.letrec<{ check: Check }>((tie) => ({
    check: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Check>({ kind: 'always' }, { kind: 'never' }),
      fc.stringMatching(/^[\w:-]{1,12}$/).map((name): Check => ({ kind: 'rule', name })),
      template.map((match): Check => ({ kind: 'role', match })),
      fc.record({ kind: fc.constant('compare' as const), left, match: template }),
      tie('check').map((of): Check => ({ kind: 'not', of })),
      fc
        .tuple(fc.constantFrom('all' as const, 'any' as const), fc.array(tie('check'), { minLength: 2, maxLength: 4 }))
        .map(([kind, of]): Check => ({ kind, of })),
    ),
  })).check;

  test('reads what it prints', () => {
    fc.assert(
      fc.property(check, (one) => {
        expect(parseRule(printCheck(one))).toEqual(one);
      }),
      { numRuns: 2_000 },
    );
  });

  test('answers every text with a rule, or with an error that points into it', () => {
    const soup = fc.array(
      fc.oneof(fc.constantFrom('(', ')', ' and ', ' or ', 'not ', 'role:a', '%(x)s', '%', '"', ' ', ':', '@'), fc.string()),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const written = parts.join('');
        try {
          parseRule(written);
        } catch (error) {
          if (!(error instanceof RuleSyntaxError)) throw error;
          expect(error.column).toBeGreaterThanOrEqual(1);
          expect(error.column).toBeLessThanOrEqual(written.length + 1);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['role:admin or', 14, 'a check is missing at the end'],
    ['role:admin role:member', 12, '"and" or "or" is missing before "role:member"'],
    ['(role:admin', 1, 'never closed'],
    ['role:a and (role:b', 12, 'never closed'],
    ['role:admin)', 11, 'never opened'],
    ['role:admin and or role:x', 16, 'a check is missing before "or"'],
    ['admin', 1, '"admin" is no check'],
    ['role:a or project_id:', 11, 'is no check'],
    ['role:a or project_id:%(project_id)d', 22, 'write %(NAME)s'],
    ['http://example.org/check', 1, 'not supported'],
    [`${'('.repeat(250)}@${')'.repeat(250)}`, 201, 'nested deeper than 200'],
  ])('%s is refused at column %i', (rule, column, message) => {
    expect(() => parseRule(rule)).toThrow(message);
    expect(() => parseRule(rule)).toThrow(expect.objectContaining({ column }));
  });
});

test('what a caller or a target lacks equals nothing, also not what another one lacks', () => {
  const noOne = { actor: anActor({ projectId: null, userId: '' }), target: { projectId: '', userId: '' } };
  for (const rule of ['project_id:%(project_id)s', 'user_id:%(user_id)s', 'project_id:None', 'user_id:%(trustee_user_id)s'])
    expect(holds(parseRule(rule), noOne), rule).toBe(false);
  expect(holds(parseRule('project_id:%(project_id)s'), { ...noOne, target: undefined })).toBe(false);
});
