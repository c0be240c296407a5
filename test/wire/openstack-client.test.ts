import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DevProcess, run, type Outcome } from '../e2e/dev-process.js';

// The Debian package python3-openstackclient, unmodified; `npm test` installs it.
const IS_THERE = spawnSync('openstack', ['--version']).status === 0;
const MISSING = 'the program openstack is missing (Debian package python3-openstackclient; `npm test` installs it as root)';
if (!IS_THERE && process.env['CI'] === undefined) process.stdout.write(`skipped: openstack-client.test.ts, ${MISSING}\n`);

describe.skipIf(!IS_THERE && process.env['CI'] === undefined)('the OpenStack client', () => {
  const magnum = new DevProcess({}, ['--simulated']);
  beforeAll(async () => {
    if (!IS_THERE) throw new Error(MISSING);
    await magnum.start();
  });
  afterAll(() => magnum.destroy(async () => undefined));

  /** With nothing of an OpenStack in the environment but what is given. */
  const openstack = (args: readonly string[], variables: Readonly<Record<string, string>>): Promise<Outcome> => {
    const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OS_')));
    return run('openstack', args, { ...plain, ...variables });
  };

  test('logs in by options alone', async () => {
    const { OS_AUTH_URL: url = '', OS_PASSWORD: password = '' } = magnum.environment();
    const { code, output, errors } = await openstack(
      [
        '--os-auth-url',
        url,
        '--os-identity-api-version',
        '3',
        '--os-username',
        'demo',
        '--os-password',
        password,
        '--os-project-name',
        'demo',
        '--os-user-domain-name',
        'Default',
        '--os-project-domain-name',
        'Default',
        'token',
        'issue',
        '-f',
        'json',
      ],
      {},
    );
    expect(code, errors).toBe(0);
    const token = JSON.parse(output) as Record<string, string>; // the client's own form
    expect(token['project_id']).toMatch(/^[0-9a-f]{32}$/);
    const reply = await fetch(new URL('/v1/bays', url), { headers: { 'X-Auth-Token': token['id'] ?? '' } });
    expect([reply.status, await reply.json()]).toEqual([200, { bays: [] }]);
  });

  test('finds both service types in the catalog, once openrc-demo is sourced', async () => {
    const script = `. '${join(magnum.dataDir, 'openrc-demo')}' && openstack catalog list -f json`;
    const { code, output, errors } = await run('sh', ['-c', script]);
    expect(code, errors).toBe(0);
    const catalog = JSON.parse(output) as readonly { Type: string; Endpoints: readonly { url: string; interface: string }[] }[]; // the client's own form
    expect(catalog.map((entry) => entry.Type).toSorted()).toEqual(['container', 'container-infra', 'identity']);
    const magnumEntry = catalog.find((entry) => entry.Type === 'container-infra');
    expect(magnumEntry?.Endpoints.map((endpoint) => endpoint.interface).toSorted()).toEqual(['admin', 'internal', 'public']);
    expect(magnumEntry?.Endpoints[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  test('is refused with a wrong password, in words', async () => {
    const { code, errors } = await openstack(['token', 'issue'], { ...magnum.environment(), OS_PASSWORD: 'wrong' });
    expect(code).not.toBe(0);
    expect(errors).toMatch(/requires authentication|401/);
  });

  test('makes an application credential, logs in with it, and deletes it', async () => {
    const json = async (args: readonly string[], variables: Readonly<Record<string, string>>): Promise<unknown> => {
      const { code, output, errors } = await openstack([...args, '-f', 'json'], variables);
      expect(code, errors).toBe(0);
      return JSON.parse(output);
    };
    const user = magnum.environment();
    const words = ['application', 'credential'];
    const options = ['--role', 'reader', '--expiration', '2099-01-31T12:00:00', '--description', 'Builds.'];
    const made = (await json([...words, 'create', 'ci', ...options], user)) as Record<string, string>; // the client's own form
    expect(made).toMatchObject({ name: 'ci', roles: 'reader', description: 'Builds.', expires_at: '2099-01-31T12:00:00.000000' });
    expect(await json([...words, 'list'], user)).toEqual([expect.objectContaining({ Name: 'ci', ID: made['id'] })]);
    expect(await json([...words, 'show', 'ci'], user)).not.toHaveProperty('secret');

    const program = {
      OS_AUTH_URL: user['OS_AUTH_URL'] ?? '',
      OS_IDENTITY_API_VERSION: '3',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_SECRET: made['secret'] ?? '',
    };
    const byId = { ...program, OS_APPLICATION_CREDENTIAL_ID: made['id'] ?? '' };
    const byName = { OS_APPLICATION_CREDENTIAL_NAME: 'ci', OS_USERNAME: 'demo', OS_USER_DOMAIN_NAME: 'Default' };
    for (const login of [byId, { ...program, ...byName }])
      expect(await json(['token', 'issue'], login)).toMatchObject({ project_id: made['project_id'] });
    expect((await openstack([...words, 'create', 'more'], byId)).errors).toMatch(/403/);

    expect((await openstack([...words, 'delete', 'ci'], user)).code).toBe(0);
    expect((await openstack(['token', 'issue'], byId)).errors).toMatch(/requires authentication|401/);
  }, 60_000);
});
