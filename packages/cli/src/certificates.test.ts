import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newSigningRequest } from './csr.js';
import { magnum, aFolder } from './testing/fake-magnum.js';

describe('certificates', () => {
  test('are signed from a file into a file that only the owner reads', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'in.csr'), 'A REQUEST');
    const { requests } = await magnum([
      'certificate',
      'sign',
      'my-bay',
      '--csr',
      join(folder, 'in.csr'),
      '-o',
      join(folder, 'out.pem'),
    ]);
    expect(requests[0]?.body).toEqual({ bay_uuid: 'my-bay', csr: 'A REQUEST' });
    expect(readFileSync(join(folder, 'out.pem'), 'utf8')).toBe('SIGNED PEM\n');
    expect(statSync(join(folder, 'out.pem')).mode & 0o777).toBe(0o600);
  });

  test('of a bay are made by bay config, which keeps the key and tells the variables', async () => {
    const folder = join(aFolder(), "it's");
    const { out, requests, code } = await magnum(['bay', 'config', 'my-bay', '--dir', folder]);
    expect(code).toBe(0);
    expect(out).toContain('export DOCKER_HOST=tcp://192.0.2.7:2376\nexport DOCKER_TLS_VERIFY=1\n');
    expect(execFileSync('sh', ['-c', `${out} printf %s "$DOCKER_CERT_PATH"`], { encoding: 'utf8' })).toBe(folder);
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe('CA PEM\n');
    expect(readFileSync(join(folder, 'key.pem'), 'utf8')).toContain('BEGIN PRIVATE KEY');
    expect(['ca.pem', 'cert.pem', 'key.pem'].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600,
    ]);
    expect(JSON.stringify(requests)).not.toContain('PRIVATE KEY');
    const again = await magnum(['bay', 'config', 'my-bay', '--dir', folder]);
    expect([again.code, again.err.includes('--force')]).toEqual([2, true]);
  });

  test('of a cluster are made by cluster config', async () => {
    const { out, code } = await magnum(['cluster', 'config', 'my-bay', '--dir', aFolder()]);
    expect(code).toBe(0);
    expect(out).toContain('export DOCKER_HOST=tcp://192.0.2.7:2376\n');
  });

  test('get another authority', async () => {
    const { requests } = await magnum('certificate rotate my-bay');
    expect(requests).toEqual([{ line: 'PATCH /v1/certificates/my-bay', body: undefined }]);
  });

  const openssl = process.env['CI'] !== undefined || spawnSync('openssl', ['version']).status === 0;
  test.skipIf(!openssl)(
    `are asked for by a request that openssl verifies${openssl ? '' : ' (skipped: openssl is not installed)'}`,
    async () => {
      const { csr, key } = await newSigningRequest({ commonName: 'admin', organization: 'system:masters' });
      const run = (...words: string[]): { stdout: string; stderr: string } =>
        spawnSync('openssl', words, { input: csr, encoding: 'utf8' });
      const request = run('req', '-noout', '-verify', '-subject', '-pubkey');
      expect(request.stdout + request.stderr).toMatch(/verify OK/i);
      expect(request.stdout).toMatch(/CN ?= ?admin, ?O ?= ?system:masters/);
      const own = spawnSync('openssl', ['pkey', '-pubout'], { input: key, encoding: 'utf8' }).stdout;
      expect(own.length).toBeGreaterThan(100);
      expect(request.stdout).toContain(own);
    },
  );
});
