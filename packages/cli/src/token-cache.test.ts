import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aKeystone, LOGIN } from './testing/fake-keystone.js';
import { aFolder, magnum, type Ran } from './testing/fake-magnum.js';

const tokensOf = (home: string): string => join(home, '.cache', 'magnum', 'tokens');
const filesOf = (home: string): readonly string[] =>
  existsSync(tokensOf(home)) ? readdirSync(tokensOf(home)).filter((name) => name !== 'salt') : [];

describe('the token of a login', () => {
  const setting = (options?: { readonly lifetimeMs?: number }) => {
    const [keystone, home] = [aKeystone(options), aFolder()];
    const run = (line = 'bay list', env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
      magnum(line, { env: { ...LOGIN, HOME: home, ...env }, answers: keystone.answers });
    return { ...keystone, home, run };
  };

  test('serves the next command, from a file that only the user reads and that has no secret', async () => {
    const { run, logins, used, home } = setting();
    expect([(await run()).code, (await run()).code, logins()]).toEqual([0, 0, 1]);
    expect(used).toEqual(['token-1', 'token-1']);
    const [name = '', ...others] = filesOf(home);
    expect([name, others]).toEqual([expect.stringMatching(/^[0-9a-f]{48}\.json$/), []]);
    expect(JSON.parse(readFileSync(join(tokensOf(home), name), 'utf8'))).toEqual({
      token: 'token-1',
      expiresAt: expect.any(Number),
      endpoint: 'http://magnum.test/v1',
    });
    expect(statSync(join(tokensOf(home), name)).mode & 0o777).toBe(0o600);
    expect(statSync(tokensOf(home)).mode & 0o777).toBe(0o700);
  });

  test.each([
    ['OS_PASSWORD', { OS_PASSWORD: 'other' }],
    ['OS_USERNAME', { OS_USERNAME: 'bob' }],
    ['OS_PROJECT_NAME', { OS_PROJECT_NAME: 'q' }],
    ['OS_AUTH_URL', { OS_AUTH_URL: 'http://other.test/v3' }],
    ['OS_REGION_NAME', { OS_REGION_NAME: 'one' }],
  ])('is not that of another %s', async (_name, other) => {
    const { run, logins } = setting();
    await run();
    await run('bay list', other);
    expect(logins()).toBe(2);
  });

  test('is the same for an option as for its variable', async () => {
    const { run, logins } = setting();
    await run('bay list --os-project-name x');
    await run('bay list', { OS_PROJECT_NAME: 'x' });
    expect(logins()).toBe(1);
  });

  test('is not kept with --no-token-cache, nor without a home folder, nor where the folder cannot be made', async () => {
    const { run, logins, home } = setting();
    await run('bay list --no-token-cache');
    await run('--no-token-cache bay list');
    await run('bay list', { HOME: '' });
    writeFileSync(join(home, 'file'), '');
    expect((await run('bay list', { XDG_CACHE_HOME: join(home, 'file') })).code).toBe(0);
    expect([logins(), filesOf(home)]).toEqual([4, []]);
  });

  test('is renewed in the last minute of its life', async () => {
    const { run, logins, home } = setting({ lifetimeMs: 59_000 });
    await run();
    await run();
    // Each of the two calls of a command: the negotiation of the version, and the list.
    expect([logins(), filesOf(home)]).toEqual([4, []]);
    const longer = setting({ lifetimeMs: 90_000 });
    await longer.run();
    await longer.run();
    expect(longer.logins()).toBe(1);
  });

  test('is replaced where the service refuses it, and the new one kept', async () => {
    const { run, logins, revoked, used } = setting();
    await run();
    revoked.add('token-1');
    expect((await run()).code).toBe(0);
    await run();
    expect([logins(), used]).toEqual([2, ['token-1', 'token-1', 'token-2', 'token-2']]);
  });

  test('is not taken from a file that others can read, nor from one that is damaged', async () => {
    const { run, logins, home } = setting();
    await run();
    const file = join(tokensOf(home), filesOf(home)[0] ?? '');
    chmodSync(file, 0o644);
    await run();
    expect([logins(), statSync(file).mode & 0o777]).toEqual([2, 0o600]);
    writeFileSync(file, '{"token":');
    expect([(await run()).code, logins()]).toEqual([0, 3]);
  });

  test('does not stay for ever once it has expired', async () => {
    const { run, home } = setting();
    await run();
    const old = new Date(Date.now() - 8 * 86_400_000);
    utimesSync(join(tokensOf(home), filesOf(home)[0] ?? ''), old, old);
    await run('bay list', { OS_USERNAME: 'bob' });
    expect(filesOf(home)).toHaveLength(1);
  });

  test('is asked for once by calls at the same time', async () => {
    const { run, logins } = setting();
    await run('bay delete my-bay a b c d --yes');
    expect(logins()).toBe(1);
  });
});
