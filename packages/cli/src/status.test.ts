import { describe, expect, test } from 'vitest';
import { aKeystone, LOGIN } from './testing/fake-keystone.js';
import { aFolder, failing, magnum, type Answers } from './testing/fake-magnum.js';

const shown = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>; // what the command printed as JSON

describe('magnum status', () => {
  test('shows cloud, user, project, roles, token, address and versions', async () => {
    const { code, out } = await magnum('status -f json', { env: LOGIN, answers: aKeystone().answers });
    expect(code).toBe(0);
    expect(shown(out)).toEqual({
      cloud: null,
      auth_url: 'http://keystone.test/v3',
      user: 'ann',
      user_domain: 'Default',
      project: 'p',
      project_domain: 'Default',
      roles: ['member', 'reader'],
      token_expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
      region: null,
      interface: 'public',
      endpoint: 'http://magnum.test/v1',
      min_version: '1.1',
      max_version: '1.14',
      state: 'ok',
    });
    expect(out).not.toContain('token-1');
  });

  test('exits 4 where the login fails, and still shows what is known', async () => {
    const answers: Answers = (_method, path) =>
      path.endsWith('/auth/tokens') ? Response.json({ error: { message: 'Wrong.' } }, { status: 401 }) : undefined;
    const { code, out, err } = await magnum('status -f json', { env: LOGIN, answers });
    expect([code, err]).toEqual([4, 'magnum: Keystone issued no token (HTTP 401): Wrong.\n']);
    expect(shown(out)).toMatchObject({ auth_url: LOGIN.OS_AUTH_URL, user: null, state: expect.stringContaining('Wrong.') });
  });

  test.each([
    [1, new TypeError('fetch failed'), /magnum\.test/],
    [4, failing(403, 'No.'), /No\./],
  ])('exits %i where the service does not serve the token', async (wanted, answer, words) => {
    const keystone = aKeystone();
    const answers: Answers = (method, path, url, request) => {
      if (!path.startsWith('/v1/clusters')) return keystone.answers(method, path, url, request);
      if (answer instanceof Response) return answer.clone();
      throw answer;
    };
    const { code, out, err } = await magnum('status -f json', { env: LOGIN, answers });
    expect([code, err]).toEqual([wanted, expect.stringMatching(words)]);
    expect(shown(out)).toMatchObject({ user: 'ann', max_version: '1.14', state: expect.stringMatching(words) });
  });

  test('replaces a kept token that was revoked', async () => {
    const [keystone, home] = [aKeystone(), aFolder()];
    const setting = { env: { ...LOGIN, HOME: home }, answers: keystone.answers };
    await magnum('status', setting);
    keystone.revoked.add('token-1');
    const { code, out } = await magnum('status -f json', setting);
    expect([code, keystone.logins(), shown(out)['user']]).toEqual([0, 2, 'ann']);
  });

  test('of a token and an address says what can be said', async () => {
    const { code, out } = await magnum('status -f value -c endpoint -c user -c state', { answers: aKeystone().answers });
    expect([code, out]).toEqual([0, 'http://magnum.test/v1\nNone\nok\n']);
    expect((await magnum('status -c nothing')).code).toBe(1);
  });
});
