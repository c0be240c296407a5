import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goProgram } from '../../scripts/host/go.mjs';
import { DevProcess, run } from '../e2e/dev-process.js';

// gophercloud, unmodified: what Terraform and the autoscaler of Kubernetes speak with.
const go = findGo();

/** Without it CI fails; elsewhere the reason is printed and the suite is skipped. */
function findGo(): string | undefined {
  try {
    return goProgram();
  } catch (error) {
    if (process.env['CI']) throw error;
    process.stdout.write(`skipped: gophercloud.test.ts: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

describe.skipIf(go === undefined)('gophercloud', () => {
  const magnum = new DevProcess({}, ['--simulated']);
  const folder = mkdtempSync(join(tmpdir(), 'magnum-gophercloud-'));
  const program = join(folder, 'check');
  beforeAll(async () => {
    execFileSync(go ?? 'go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'gophercloud'), stdio: 'inherit' });
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
