import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked, type Installation } from '../../scripts/bench/cli.mjs';
import { compilerOf } from '../../scripts/host/sdk-tools.mjs';
import { Listeners } from '../../packages/server/src/app.js';
import { aService, type Service } from '../support/service.js';

/** A project outside the repository that has the packed SDK and the packed command line, and uses a service over sockets with each of them. */
const root = new URL('../..', import.meta.url).pathname;
const consumer = new URL('./consumer/', import.meta.url).pathname;
let installed: Installation;
let service: Service;
let api: Listeners;
let env: Record<string, string> = {};

beforeAll(async () => {
  installed = installPacked();
  service = await aService();
  await service.createModel();
  api = new Listeners(service.answer, {});
  env = {
    MAGNUM_ENDPOINT: `http://127.0.0.1:${await api.listen(0, '127.0.0.1')}/v1`,
    OS_TOKEN: service.tokens.demo,
    HOME: installed.folder,
  };
  writeFileSync(join(installed.folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['program.ts', 'program.js']) copyFileSync(join(consumer, name), join(installed.folder, name));
}, 120_000);
afterAll(async () => {
  await api.close(500);
  await service.stop();
  rmSync(installed.folder, { recursive: true });
});

async function run(...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: installed.folder, env });
  return stdout + stderr;
}

test('in TypeScript a program makes, waits for, inspects and deletes a bay', async () => {
  mkdirSync(join(installed.folder, 'node_modules', '@types'));
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(installed.folder, 'node_modules', name));
  const options = { strict: true, module: 'NodeNext', target: 'ES2022', lib: ['ES2022'], types: ['node'], outDir: 'built' };
  writeFileSync(join(installed.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }));
  expect(await run(compilerOf('5.9'))).toBe('');
  expect(await run('built/program.js')).toBe('CREATE_COMPLETE true 2 200 typed true\n');
}, 300_000);

test('in JavaScript a program makes, waits for, inspects and deletes a cluster', async () => {
  expect(await run('program.js')).toBe('CREATE_COMPLETE default-master default-worker bay-not-found\n');
}, 180_000);

test('on the command line a user makes, waits for, inspects and deletes a bay', async () => {
  const magnum = (line: string): Promise<string> =>
    run(join('node_modules', '@magnum-ts', 'cli', 'bin', 'magnum.js'), ...line.split(' '));
  const made = await magnum('bay create hive --baymodel swarm --node-count 2 --wait=120 -f value -c status');
  expect(made.split('\n')).toContain('CREATE_COMPLETE');
  expect(await magnum('bay list -f value -c name -c node_count')).toBe('hive 2\n');
  expect(JSON.parse(await magnum('bay show hive -f json'))).toMatchObject({ name: 'hive', status: 'CREATE_COMPLETE' });
  expect(await magnum('bay delete hive --yes --wait=120')).toMatch(/^hive: deleted$/m);
  expect(await magnum('bay list -f value')).toBe('');
}, 300_000);
