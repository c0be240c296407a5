import fc from 'fast-check';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Actor } from '../../domain/actor.js';
import type { BayId } from '../../domain/ids.js';
import type { Logger } from '../../ports/logger.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { DEFAULT_RULES } from './defaults.js';
import { enforcerOver, policyOf, type EnforcerOptions } from './enforcer.js';
import { decidingChecks, explain } from './explain.js';
import { livePolicy, LOOK_EVERY_MS, type LivePolicy } from './live-policy.js';
import { parsePolicyFile } from './policy-file.js';
import { printCheck } from './rule-language.js';
import { assembleRules, type RuleSet } from './rules.js';

const anActor = (fields: Partial<Actor> = {}): Actor => ({
  userId: 'u1',
  userName: 'someone',
  userDomainId: 'd1',
  projectId: 'p1',
  roles: ['member', 'reader'],
  trusteeOf: null,
  ...fields,
});
const ADMIN = anActor({ userId: 'root', projectId: 'p0', roles: ['admin', 'member', 'reader'] });
const READER = anActor({ userId: 'u2', roles: ['reader'] });

function rulesWith(text: string, enforceNewDefaults = true): RuleSet {
  const { rules, problems } = parsePolicyFile(text, 'policy.yaml');
  expect(problems).toEqual([]);
  return assembleRules({ defaults: DEFAULT_RULES, overrides: rules, enforceNewDefaults });
}

const listed = ({ rules }: RuleSet): string =>
  [...rules.values()].map(({ name, check }) => `${name}: "${printCheck(check)}"\n`).join('');

describe('the default rules', () => {
  test.each([
    ['without enforce_new_defaults', false, 'default-rules.txt'],
    ['with enforce_new_defaults', true, 'new-default-rules.txt'],
  ])('%s are those of the golden file', async (_, enforceNewDefaults, golden) => {
    const rules = assembleRules({ defaults: DEFAULT_RULES, enforceNewDefaults });
    expect(rules.warnings).toEqual([]);
    await expect(listed(rules)).toMatchFileSnapshot(`golden/${golden}`);
  });

  test('let readers write without enforce_new_defaults, and not with it, which is the default', () => {
    const target = { projectId: 'p1', userId: 'u1' };
    const allowed = (options?: EnforcerOptions): readonly boolean[] =>
      ['cluster:get', 'cluster:create', 'cluster:delete', 'bay:update'].map((action) =>
        policyOf(DEFAULT_RULES, options).allows(action, READER, target),
      );
    expect([allowed({ enforceNewDefaults: false }), allowed({ enforceNewDefaults: true }), allowed()]).toEqual([
      [true, true, true, true],
      [true, false, false, false],
      [true, false, false, false],
    ]);
  });

  test('leave rotating credentials to members, also when an administrator asks, with enforce_new_defaults', () => {
    const target = { projectId: 'p1', userId: 'u1' };
    expect(policyOf(DEFAULT_RULES, { enforceNewDefaults: false }).allows('credential:rotate', ADMIN, target)).toBe(true);
    expect(policyOf(DEFAULT_RULES).allows('credential:rotate', ADMIN, target)).toBe(false);
    expect(policyOf(DEFAULT_RULES).allows('credential:rotate', anActor(), target)).toBe(true);
  });

  test('leave what no rule knows to administrators, and refuse a name that every object has', () => {
    const policy = policyOf(DEFAULT_RULES);
    expect([policy.allows('cluster:explode', ADMIN), policy.allows('cluster:explode', anActor())]).toEqual([true, false]);
    expect(policy.allows('constructor', anActor())).toBe(false);
  });

  test('let a reader do nothing but read, and a caller with another role nothing at all', () => {
    const target = { projectId: 'p1', userId: 'u2' };
    const done = (actor: Actor): readonly string[] =>
      Object.keys(DEFAULT_RULES).filter((action) => policyOf(DEFAULT_RULES).allows(action, actor, target));
    const reads = Object.entries(DEFAULT_RULES).filter(
      ([, { access, audience }]) => access === 'read' && audience !== 'admin' && audience !== 'nodes',
    );
    expect(done(READER)).toEqual(reads.map(([action]) => action));
    expect(done({ ...READER, roles: ['guest'] })).toEqual([]);
  });

  const SYSTEM = { ...ADMIN, projectId: null, systemScope: true };
  const OF_DOMAIN = { ...ADMIN, projectId: null, domainId: 'd1' };
  test('refuse tokens for the system or a domain unless enforce_scope is false', () => {
    const strict = policyOf(DEFAULT_RULES);
    const lax = policyOf(DEFAULT_RULES, { enforceScope: false });
    expect([SYSTEM, OF_DOMAIN, ADMIN].map((actor) => strict.allows('quota:get_all', actor))).toEqual([false, false, true]);
    expect([SYSTEM, OF_DOMAIN, ADMIN].map((actor) => lax.allows('quota:get_all', actor))).toEqual([true, false, true]);
    expect(() => strict.require('quota:get_all', anActor({ domainId: 'd1' }))).toThrow("Policy doesn't allow quota:get_all");
  });

  test('give the administrator of a domain no rights here, with and without scopes and in both generations', () => {
    const target = { projectId: 'p1', userId: 'u1', bayId: 'b1' };
    for (const enforceScope of [true, false])
      for (const enforceNewDefaults of [true, false]) {
        const policy = policyOf(DEFAULT_RULES, { enforceScope, enforceNewDefaults });
        expect(Object.keys(DEFAULT_RULES).filter((action) => policy.allows(action, OF_DOMAIN, target))).toEqual([]);
        expect([OF_DOMAIN, ADMIN, READER].map((actor) => policy.isAdministrator(actor))).toEqual([false, true, false]);
        expect(policy.isAdministrator(SYSTEM)).toBe(!enforceScope);
      }
  });

  test('say who is an administrator by a rule, which a policy file may replace', () => {
    const rules = rulesWith('context_is_admin: "role:cloud_admin"');
    const policy = enforcerOver(() => rules);
    const cloudAdmin = anActor({ roles: ['cloud_admin'] });
    expect([ADMIN, cloudAdmin, { ...cloudAdmin, domainId: 'd1' }].map((actor) => policy.isAdministrator(actor))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('a policy file', () => {
  test('that replaces a rule of clusters replaces that of bays, unless it says something else of them', () => {
    const decide = rulesWith('cluster:create: "role:creator"').decide;
    for (const action of ['cluster:create', 'bay:create']) {
      expect(decide(action)({ actor: anActor(), target: undefined }), action).toBe(false);
      expect(decide(action)({ actor: anActor({ roles: ['Creator'] }), target: undefined }), action).toBe(true);
    }
    const both = rulesWith('{"cluster:create": "!", "bay:create": "@"}').decide;
    expect(both('bay:create')({ actor: anActor(), target: undefined })).toBe(true);
  });

  test('may say who is an administrator, and every rule follows', () => {
    const { decide } = rulesWith('context_is_admin: [["role:cloud_admin"], ["user_name:root"]]');
    const target = { projectId: 'elsewhere', userId: 'another-user' };
    const allowed = (actor: Actor): readonly boolean[] =>
      ['cluster:get', 'quota:create', 'certificate:get'].map((action) => decide(action)({ actor, target }));
    expect(allowed(ADMIN)).toEqual([false, false, false]);
    expect(allowed(anActor({ roles: ['cloud_admin'] }))).toEqual([true, true, true]);
    expect(allowed(anActor({ userName: 'root' }))).toEqual([true, true, true]);
  });

  test('that upstream has and nothing refers to are no slip of the pen', () => {
    const { warnings } = rulesWith(
      'admin_or_user_or_cluster_user: "is_admin:True"\nadmin_or_project_member_cluster_user: "is_admin:True"\nadmin_or_user_or_clusterr: "!"',
    );
    expect(warnings).toEqual([expect.stringContaining('rule "admin_or_user_or_clusterr" is not known')]);
  });

  test('is warned about its parts that have no effect', () => {
    const { warnings } = rulesWith(
      'clusters:get: "@"\nmine: "shoe_size:%(project_id)s or project_id:%(owner)s or rule:lost"\ncluster:get: "rule:mine"',
    );
    expect(warnings.map((warning) => warning.slice(0, 90))).toEqual([
      expect.stringContaining('policy.yaml:1: rule "clusters:get" is not known'),
      expect.stringContaining('policy.yaml:2: rule "mine" refers to rule "lost", which does not exist'),
      expect.stringContaining('policy.yaml:2: rule "mine" compares "shoe_size", which no caller has'),
      expect.stringContaining('policy.yaml:2: rule "mine" compares with %(owner)s, which no target has'),
    ]);
  });

  test('with a rule "default" has an answer for whatever has none', () => {
    const { decide } = rulesWith('default: "role:member"\ncluster:get: "rule:lost"');
    expect(decide('cluster:explode')({ actor: anActor(), target: undefined })).toBe(true);
    expect(decide('cluster:get')({ actor: READER, target: undefined })).toBe(false);
  });

  test.each([
    ['a: "rule:a"', 'policy.yaml:1: rule "a" refers to itself: a → a'],
    ['a: "@"\nb: "not rule:c"\nc: "role:x or (rule:b and role:y)"', 'policy.yaml:2: rule "b" refers to itself: b → c → b'],
    ['context_is_admin: "is_admin:True"', 'rule "context_is_admin" refers to itself'],
    ['default: "rule:lost"', 'rule "default" refers to itself: default → default'],
  ])('%j is refused: it goes round in circles', (text, message) => {
    expect(() => rulesWith(text)).toThrow(message);
  });

  test('gets all of its mistakes at once, each with its place', () => {
    const text = 'a: "role:x or"\n"b":\nc: 5\nd: {e: f}\ng: [["role:x", 5]]\nh: [["role"]]\ngood: "@"';
    const { rules, problems } = parsePolicyFile(text, '/etc/magnum/policy.yaml');
    expect(rules.map((rule) => rule.name)).toEqual(['good']);
    expect(problems).toEqual([
      '/etc/magnum/policy.yaml:1: rule "a", column 10: a check is missing at the end.',
      expect.stringContaining('/etc/magnum/policy.yaml:2: rule "b", column 1: nothing stands here'),
      ...['3: rule "c"', '4: rule "d"', '5: rule "g"'].map((place) =>
        expect.stringContaining(`/etc/magnum/policy.yaml:${place}`),
      ),
      expect.stringContaining('/etc/magnum/policy.yaml:6: rule "h", column 1: "role" is no check'),
    ]);
  });

  test.each([
    ['- a\n- b', 'expected rules by name'],
    ['just text', 'expected rules by name'],
    ['a: "@"\na: "!"', 'policy.yaml:2: Map keys must be unique'],
    ['{"a": "@"', 'policy.yaml:1: '],
    ['a: "@\nb: "@"', 'policy.yaml:1: Missing closing "quote.'],
  ])('%j is no policy file', (text, message) => {
    expect(parsePolicyFile(text, 'policy.yaml')).toEqual({ rules: [], problems: [expect.stringContaining(message)] });
  });

  test.each(['', '# nothing yet\n', '{}'])('%j is one without rules', (text) => {
    expect(parsePolicyFile(text, 'policy.yaml')).toEqual({ rules: [], problems: [] });
  });
});

test('an explanation agrees with the rule, for every rule and every caller', () => {
  const id = fc.constantFrom('one', 'two');
  const actor = fc.record({
    userId: id,
    userName: id,
    userDomainId: id,
    projectId: fc.option(id),
    roles: fc.subarray(['admin', 'member', 'reader']),
    domainId: fc.option(id),
    trusteeOf: fc.option(fc.record({ bayId: id.map((bay) => bay as BayId), projectId: id, generation: fc.nat() })), // a name for a bay
  });
  const target = fc.option(fc.record({ projectId: id, userId: id, bayId: id }), { nil: undefined });
  const sets = [false, true].map((enforceNewDefaults) => assembleRules({ defaults: DEFAULT_RULES, enforceNewDefaults }));
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(
      fc.constantFrom(...sets),
      fc.constantFrom(...Object.keys(DEFAULT_RULES), 'unknown'),
      actor,
      target,
      (rules, action, who, what) => {
        const question = { actor: who, target: what };
        const explanation = explain(rules, action, question);
        expect(explanation.holds).toBe(rules.decide(action)(question));
        expect(explanation.parts.map((part) => part.holds)).toEqual([explanation.holds]);
        expect(decidingChecks(explanation).length).toBeGreaterThan(0);
        outcomes.add(explanation.holds);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(outcomes.size).toBe(2);
});

describe('files of a running process', () => {
  let folder: string;
  let live: LivePolicy | undefined;
  let clock: ManualClock;
  let said: string[];
  const logger: Logger = {
    debug: () => undefined,
    info: (event) => said.push(event),
    warn: (event, fields) => said.push(`${event}: ${String(fields?.['warning'])}`),
    error: (event, fields) => said.push(`${event}: ${String(fields?.['error'])}`),
  };
  const file = (): string => join(folder, 'policy.yaml');
  let changes = 0;
  /** Two changes within one tick of the file system's clock would look like one. */
  const write = async (text: string, path = file()): Promise<void> => {
    await writeFile(path, text);
    changes += 1;
    await utimes(path, 1_000 + changes, 1_000 + changes);
  };
  const begin = async (isFileRequired = false, options: EnforcerOptions = {}): Promise<LivePolicy> => {
    const sources = { file: file(), isFileRequired, folders: [join(folder, 'policy.d')] };
    live = await livePolicy({ sources, options, clock, logger });
    return live;
  };
  const mayCreate = (): boolean | undefined => live?.policy.allows('cluster:create', anActor());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'magnum-policy-'));
    [clock, said] = [new ManualClock(), []];
  });
  afterEach(async () => {
    live?.stop();
    live = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  test('are obeyed within seconds of a change, without a restart', async () => {
    await begin();
    expect(mayCreate()).toBe(true);
    await write('cluster:create: "!"');
    expect(mayCreate()).toBe(true);
    await vi.waitFor(() => {
      clock.advance(LOOK_EVERY_MS);
      expect(mayCreate()).toBe(false);
    });
    expect(said).toEqual(['policy read again']);
  });

  test('that break leave the last good rules, and say why', async () => {
    await write('cluster:create: "!"');
    const { refresh } = await begin();
    await write('cluster:create: "role:member or"');
    await refresh();
    expect(mayCreate()).toBe(false);
    expect(said).toEqual([
      expect.stringMatching(
        /^policy cannot be used: the last valid rules stay in force: .*policy.yaml:1: rule "cluster:create", column 15/,
      ),
    ]);
    await refresh();
    expect(said, 'logged once for each change').toHaveLength(1);
    await write('cluster:create: "role:member"');
    await refresh();
    expect(mayCreate()).toBe(true);
  });

  test('that vanish leave their rules behind', async () => {
    await write('cluster:create: "!"');
    const { refresh } = await begin();
    await rm(file());
    await refresh();
    expect(mayCreate()).toBe(false);
    expect(said).toEqual([expect.stringContaining('cannot be read (ENOENT)')]);
  });

  test('of the folder come after the file, in the order of their names; hidden ones do not count', async () => {
    await mkdir(join(folder, 'policy.d'));
    await write('cluster:create: "@"');
    await write('cluster:create: "!"', join(folder, 'policy.d', '20-second.yaml'));
    await write('cluster:create: "@"', join(folder, 'policy.d', '10-first.json'));
    await write('nonsense', join(folder, 'policy.d', '.30-hidden.yaml'));
    const { refresh } = await begin();
    expect(mayCreate()).toBe(false);
    await rm(join(folder, 'policy.d', '20-second.yaml'));
    await refresh();
    expect(mayCreate()).toBe(true);
  });

  test('that are broken at the start stop it: there are no good rules yet', async () => {
    await write('cluster:create: "role:member or"');
    await expect(begin()).rejects.toThrow('column 15');
    await rm(file());
    await expect(begin(true)).rejects.toThrow('cannot be read (ENOENT)');
  });

  test('are begun with a warning for each protection that is turned off', async () => {
    await begin(false, { enforceNewDefaults: true, enforceScope: true });
    expect(said).toEqual([]);
    await begin(false, { enforceNewDefaults: false, enforceScope: false });
    expect(said).toEqual([
      expect.stringContaining('enforce_new_defaults is false: everyone with any role in a project, readers too, may change'),
      expect.stringContaining('enforce_scope is false'),
    ]);
  });

  test('with names that nothing asks for are reported at the start', async () => {
    await write('clusters:create: "!"');
    await begin();
    expect(said).toEqual([expect.stringContaining('rule "clusters:create" is not known')]);
  });
});
