import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The scripts of `magnum completion` in the shells themselves, with the built program and a service that has bays. */
const NAME = "it's $(touch broken) `x`";
const PROGRAM = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'magnum.js');
let folder = '';
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  const shim = join(folder, 'magnum');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(shim, 0o755);
  server = createServer((asking, answer) => {
    answer.setHeader('content-type', 'application/json').setHeader('openstack-api-maximum-version', 'container-infra 1.14');
    answer.end(
      JSON.stringify(
        asking.url?.startsWith('/v1/bays') ? { bays: [{ uuid: 'u-1', name: NAME, status: 'CREATE_COMPLETE' }] } : {},
      ),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of the shell with the completion's script as a file; the lines that it prints. */
async function run(shell: string, option: readonly string[], program: (script: string) => string): Promise<readonly string[]> {
  const port = (server.address() as AddressInfo).port; // a TCP server's address is no text
  const env = {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    MAGNUM_ENDPOINT: `http://127.0.0.1:${port}/v1`,
    OS_TOKEN: 't',
    // A loaded machine may need more than the usual time.
    MAGNUM_COMPLETION_MS: '20000',
  };
  const script = join(folder, `completion.${shell}`);
  writeFileSync(script, (await promisify(execFile)(join(folder, 'magnum'), ['completion', shell], { env })).stdout);
  const text = program(script);
  const { stdout } = await promisify(execFile)(shell, [...option, text], { env, cwd: folder });
  return stdout.split('\n').filter((line) => line !== '');
}

const SHELLS = {
  bash: (words: readonly string[]) => (script: string) =>
    `source ${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _magnum; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (words: readonly string[]) => (script: string) =>
    `source ${script}\ncompadd() { print -rl -- "\${values[@]}" }\n_files() { print -- FILES }\nwords=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _magnum`,
  fish: (words: readonly string[]) => (script: string) =>
    `source ${script}\ncomplete -C '${words.join(' ')}' | string replace -r '\\t.*' ''; true`,
};

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;
  if (!isThere && process.env['CI'] === undefined)
    process.stdout.write(`skipped: completion.test.ts in ${shell}, which is not installed\n`);
  const option = shell === 'bash' ? ['--norc', '-c'] : shell === 'zsh' ? ['-f', '-c'] : ['--no-config', '-c'];
  const offered = (...words: readonly string[]): Promise<readonly string[]> =>
    run(shell, option, SHELLS[shell](['magnum', ...words]));

  test.skipIf(!isThere && process.env['CI'] === undefined)('offers commands, options, values and names', async () => {
    expect((await offered('ba')).toSorted()).toEqual(['bay', 'baymodel']);
    expect((await offered('bay', 'c')).toSorted()).toEqual(['config', 'create']);
    expect(await offered('bay', 'create', '--node')).toEqual(['--node-count']);
    expect(await offered('bay', 'list', '--status', 'UPDATE_F')).toEqual(['UPDATE_FAILED']);
    const [name = ''] = await offered('bay', 'show', 'it');
    // Bash replaces the word itself, so the name comes quoted; the other shells quote it.
    const quoted = shell === 'bash' ? spawnSync('bash', ['-c', `printf %s ${name}`], { encoding: 'utf8' }).stdout : name;
    expect(quoted).toBe(NAME);
    expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).not.toContain('broken');
  });
});

const hasPwsh = spawnSync('pwsh', ['-v']).status === 0;
if (!hasPwsh)
  process.stdout.write('skipped: completion.test.ts in pwsh, which Debian does not have; its script is checked for its form\n');

test('the script for pwsh hands words over and quotes what it gets', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'completion', 'pwsh']);
  expect(stdout).toContain('Register-ArgumentCompleter -Native -CommandName magnum');
  expect(stdout).toContain('\'" + $value.Replace("\'", "\'\'") + "\'"'.slice(1));
  if (!hasPwsh) return;
  const program = `${stdout}\n[System.Management.Automation.CommandCompletion]::CompleteInput('magnum ba', 9, $null).CompletionMatches | ForEach-Object { $_.CompletionText }`;
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  expect((await promisify(execFile)('pwsh', ['-NoProfile', '-Command', program], { env })).stdout.trim().split('\n')).toEqual([
    'baymodel',
    'bay',
  ]);
});
