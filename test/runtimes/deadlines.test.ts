import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeProgram } from '../../scripts/host/node.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Releases differ in when a garbage collection takes a derived signal. */
const RELEASES = [20, 22, 24];
const SUITES = [
  'packages/core/src/concurrency',
  'packages/core/src/adapters/bus/in-process.test.ts',
  'packages/core/src/adapters/manifests/manifests.test.ts',
  'packages/sdk/src/wait.test.ts',
];

describe('the suites about deadlines', () => {
  it.each(RELEASES)('pass on Node %i', { timeout: 300_000 }, async (release) => {
    const words = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--passWithNoTests=false', ...SUITES];
    const child = spawn(nodeProgram(release), words, { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += String(bytes)));
    const [code]: unknown[] = await once(child, 'exit');
    expect(code, output).toBe(0);
    expect(output).toMatch(/Tests +\d+ passed/);
  });
});
