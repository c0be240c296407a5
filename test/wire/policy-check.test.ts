import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = resolve(import.meta.dirname, '..', '..', 'packages', 'server', 'bin');
const folder = mkdtempSync(join(tmpdir(), 'magnum-policy-check-'));
const config = join(folder, 'magnum.conf');
const policy = join(folder, 'policy.yaml');
const broken = join(folder, 'broken.json');
const MEMBER = '{"roles": ["member"], "project_id": "p1", "user_id": "u1"}';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}): Ended {
  return spawnSync(process.execPath, [join(BIN, `${program}.js`), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 20_000,
  });
}
const check = (...words: string[]): Ended => run('magnum-policy-check', ['--config-file', config, ...words]);

beforeAll(() => {
  writeFileSync(config, '[DEFAULT]\nhost = test\n');
  writeFileSync(policy, '# the operators\n"cluster:create": "role:creator"\n"clusters:get": "@"\n');
  writeFileSync(broken, '{\n"cluster:get": "role:a and",\n"cluster:create": "admin"\n}\n');
  mkdirSync(join(folder, 'policy.d'));
  writeFileSync(
    join(folder, 'policy.d', 'more.yaml'),
    'cluster:delete: [["role:admin"], ["role:creator", "user_id:%(user_id)s"]]\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Each question is a process of its own, which a busy host takes seconds to start.
describe('magnum-policy-check', { timeout: 120_000 }, () => {
  test('lists every rule with its origin: files beside the configuration, and defaults', () => {
    const { status, stdout } = check('list');
    expect(status).toBe(0);
    expect(stdout).toContain(`cluster:create = role:creator  # ${policy}:2\n`);
    expect(stdout).toContain(
      `cluster:delete = role:admin or (role:creator and user_id:%(user_id)s)  # ${join(folder, 'policy.d', 'more.yaml')}:1\n`,
    );
    expect(stdout).toContain('bay:create = rule:cluster:create  # default\n');
  });

  test('validates the configured files, and warns of what has no effect', () => {
    expect(check('validate')).toMatchObject({ status: 0, stdout: expect.stringContaining('in order: 3 rules of files') });
    expect(check('validate').stdout).toContain(`warning: ${policy}:3: rule "clusters:get" is not known`);
  });

  test('validates another file, and names every mistake with its place', () => {
    const { status, stderr } = check('--file', broken);
    expect(status).toBe(1);
    expect(stderr).toContain(`${broken}:2: rule "cluster:get", column 11: a check is missing at the end.`);
    expect(stderr).toContain(`${broken}:3: rule "cluster:create", column 1: "admin" is no check`);
    expect(check('--file', '/does/not/exist')).toMatchObject({ status: 1, stderr: expect.stringContaining('/does/not/exist') });
  });

  test('says which callers a rule admits, and which check decided', () => {
    const denied = check('check', '--rule', 'bay:create', '--as', MEMBER);
    expect(denied).toMatchObject({
      status: 3,
      stdout: "bay:create: denied\n  fails: role:creator (the caller's roles: member)\n",
    });
    writeFileSync(join(folder, 'who.json'), '{"roles": ["creator"], "user_id": "u1"}');
    const who = `@${join(folder, 'who.json')}`;
    expect(check('check', '--rule', 'bay:create', '--as', who)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('allowed'),
    });
    const foreign = check('check', '--rule', 'cluster:delete', '--as', who, '--target', '{"user_id": "u2"}', '--verbose');
    expect(foreign.status).toBe(3);
    expect(foreign.stdout).toContain('no  user_id:%(user_id)s   (u1 against u2)');
  });

  test('knows the accounts of nodes, generations and scopes', () => {
    const node = '{"trustee_of": "b1"}';
    const status = (rule: string, target: string): number | null =>
      check('check', '--rule', rule, '--as', node, '--target', target).status;
    expect([
      status('certificate:get', '{"bay": "b1"}'),
      status('certificate:get', '{"bay": "b2"}'),
      status('cluster:get', '{"bay": "b1"}'),
    ]).toEqual([0, 3, 3]);
    const words = [
      '--config-file',
      config,
      'check',
      '--rule',
      'nodegroup:create',
      '--as',
      '{"roles": ["reader"], "project_id": "p1"}',
    ];
    expect(run('magnum-policy-check', words, { OS_OSLO_POLICY__ENFORCE_NEW_DEFAULTS: 'false' }).status).toBe(0);
    expect(run('magnum-policy-check', words).status).toBe(3);
    const wide = [
      '--config-file',
      config,
      'check',
      '--rule',
      'quota:create',
      '--as',
      '{"roles": ["admin"], "system_scope": true}',
    ];
    expect(run('magnum-policy-check', wide, { OS_OSLO_POLICY__ENFORCE_SCOPE: 'false' }).status).toBe(0);
    expect(run('magnum-policy-check', wide)).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('enforce_scope is on'),
    });
  });

  test('refuses questions that it would misunderstand, naming what is wrong', () => {
    expect(check('check', '--rule', 'cluster:get')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--rule and --as'),
    });
    expect(check('check', '--rule', 'x', '--as', '{"role": ["admin"]}').stderr).toContain('--as: role is not known');
    expect(check('check', '--rule', 'x', '--as', '{"roles": "admin"}').stderr).toContain('--as: roles must be a list of texts');
    expect(check('check', '--rule', 'x', '--as', 'me')).toMatchObject({ status: 2, stderr: expect.stringContaining('--as: ') });
    expect(check('chekc')).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown command chekc') });
    expect(check('check', '--rule', 'cluster:gett', '--as', MEMBER).stdout).toContain('there is no rule cluster:gett');
  });
});

test('magnum-api does not start with a policy file that is broken or missing', { timeout: 60_000 }, () => {
  const start = (file: string): Ended =>
    run('magnum-api', ['--config-file', config], {
      OS_OSLO_POLICY__POLICY_FILE: file,
      OS_DATABASE__CONNECTION: 'sqlite:////tmp/x',
    });
  expect(start(broken)).toMatchObject({ status: 2, stderr: expect.stringContaining('rule "cluster:get", column 11') });
  expect(start('nowhere.yaml')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('[oslo_policy] policy_file: nowhere.yaml is not there'),
  });
});
