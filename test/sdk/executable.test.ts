import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { testAuthority, type TestAuthority } from '../support/authority.js';
import { aService, type Service } from '../support/service.js';

/** The command line as one executable file, built by the script and run where there is neither a package nor another program. */
const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'magnum-executable-'));
const program = join(folder, 'bin', 'magnum');
let service: Service;
let authority: TestAuthority;
let listeners: readonly Listeners[] = [];
let env: Record<string, string> = {};

beforeAll(async () => {
  const words = ['scripts/build-sea.mjs', '--out', join(folder, 'bin')];
  await promisify(execFile)(process.execPath, words, { cwd: root });
  service = await aService();
  await service.createModel();
  authority = testAuthority();
  const issued = authority.issue('server', 'IP:127.0.0.1');
  const tls = { cert: readFileSync(issued.cert, 'utf8'), key: readFileSync(issued.key, 'utf8') };
  const [plain, secure] = [new Listeners(service.answer, {}), new Listeners(service.answer, { tls })];
  listeners = [plain, secure];
  env = {
    MAGNUM_ENDPOINT: `http://127.0.0.1:${await plain.listen(0, '127.0.0.1')}/v1`,
    SECURE_ENDPOINT: `https://127.0.0.1:${await secure.listen(0, '127.0.0.1')}/v1`,
    OS_TOKEN: service.tokens.demo,
    HOME: folder,
    PATH: join(folder, 'nothing'),
  };
}, 300_000);
afterAll(async () => {
  for (const one of listeners) await one.close(500);
  await service.stop();
  authority.remove();
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function magnum(...words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, words, { cwd: folder, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

describe('the executable file', () => {
  test('says its version and its help, and nothing of an experiment', async () => {
    const manifest = readFileSync(join(root, 'packages/cli/package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string }; // npm's own form
    expect(await magnum('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, out, err } = await magnum('--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: magnum \[options\]/);
    expect((await magnum('bay', 'create', '--help')).out).toContain('--baymodel');
  }, 60_000);

  test('makes, waits for, lists, chooses from and deletes a bay', async () => {
    writeFileSync(join(folder, 'hive.yaml'), 'name: hive\nbaymodel_id: swarm\nnode_count: 2\n');
    const made = await magnum('bay', 'create', '--from-file', 'hive.yaml', '--wait=120', '-f', 'value', '-c', 'status');
    expect(made).toMatchObject({ code: 0, out: 'CREATE_COMPLETE\n' });
    expect(await magnum('bay', 'list', '-f', 'value', '-c', 'name')).toEqual({ code: 0, out: 'hive\n', err: '' });
    expect((await magnum('bay', 'list', '--query', '[].node_count', '-f', 'json', '--noindent')).out).toBe('[2]\n');
    expect((await magnum('bay', 'show', 'hive', '-f', 'yaml')).out).toMatch(/^name: hive$/m);
    expect(await magnum('bay', 'delete', 'hive', '--yes', '--wait=120')).toMatchObject({ code: 0 });
    expect((await magnum('bay', 'list', '-f', 'value')).out).toBe('');
  }, 300_000);

  test('trusts an authority of its own, which needs the parts of the SDK for Node', async () => {
    const secure = ['--magnum-endpoint', env['SECURE_ENDPOINT'] ?? ''];
    expect(await magnum('bay', 'list', '-f', 'value', ...secure)).toMatchObject({ code: 1 });
    expect(await magnum('bay', 'list', '-f', 'value', ...secure, '--os-cacert', authority.ca)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  }, 60_000);

  test('says in a line what `magnum dev` needs', async () => {
    const { code, err } = await magnum('dev');
    expect(code).toBe(2);
    expect(err).toMatch(/^magnum: `magnum dev` runs the server, .* npm install @magnum-ts\/server.*\n$/);
  }, 60_000);

  test('has the licences of what is in it beside it, and nothing else', () => {
    expect(readdirSync(join(folder, 'bin')).sort()).toEqual(['magnum', 'magnum.LICENSES.txt']);
    const text = readFileSync(join(folder, 'bin', 'magnum.LICENSES.txt'), 'utf8');
    expect([...text.matchAll(/^(\S+) v?\d+\.\d+\.\d+( \(|$)/gm)].map(([, name]) => name).sort()).toEqual(
      ['@magnum-ts/cli', 'Node.js', 'commander', 'jmespath', 'yaml'].sort(),
    );
  });
});
