import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DevProcess, run } from '../e2e/dev-process.js';

// gophercloud, unmodified: what Terraform and the autoscaler of Kubernetes speak with.
const HAS_GO = spawnSync('go', ['version']).status === 0;
if (!HAS_GO) process.stdout.write('skipped: gophercloud.test.ts, the program go is missing (https://go.dev/dl, 1.25 or later)\n');

describe.skipIf(!HAS_GO)('gophercloud', () => {
  const magnum = new DevProcess({}, ['--simulated']);
  const folder = mkdtempSync(join(tmpdir(), 'magnum-gophercloud-'));
  const program = join(folder, 'check');
  beforeAll(async () => {
    execFileSync('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'gophercloud'), stdio: 'inherit' });
    await magnum.start();
  }, 300_000);
  afterAll(async () => {
    await magnum.destroy(async () => undefined);
    rmSync(folder, { recursive: true });
  });

  test('does everything that Terraform and the autoscaler do', { timeout: 300_000 }, async () => {
    const { code, output } = await run(program, [], {
      ...process.env,
      ...magnum.environment(),
      OS_DOMAIN_NAME: 'Default',
      CSR: csr(),
    });
    const steps = output.trim().split('\n');
    expect(steps.filter((step) => !step.startsWith('ok ')).join('\n')).toBe('');
    expect(code).toBe(0);
    expect(steps.length).toBeGreaterThan(50);
  });
});

function csr(): string {
  const words = 'req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=gopher';
  return execFileSync('openssl', words.split(' '), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
