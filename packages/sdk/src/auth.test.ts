import { describe, expect, test } from 'vitest';
import { AuthError, fromEnv, passwordAuth, totpAuth, type MagnumOptions } from './index.js';
import { aBay, aTestClient, failing } from './client.test-support.js';

describe('logging in', () => {
  const keystone = (catalogType: string) => {
    const issued: string[] = [];
    const bodies: unknown[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      bodies.push(await request.json());
      issued.push(`token-${issued.length + 1}`);
      const endpoints = [
        { interface: 'internal', region: 'one', url: 'http://inside.test/v1' },
        { interface: 'public', region: 'two', url: 'http://two.test/v1' },
        { interface: 'public', region: 'one', url: 'http://one.test/v1' },
      ];
      const token = { expires_at: '2999-01-01T00:00:00Z', catalog: [{ type: catalogType, endpoints }] };
      return Response.json({ token }, { status: 201, headers: { 'x-subject-token': issued.at(-1) ?? '' } });
    };
    return { fetch, issued, bodies };
  };
  const env = {
    OS_AUTH_URL: 'http://keystone.test',
    OS_USERNAME: 'ann',
    OS_PASSWORD: 'pw',
    OS_PROJECT_NAME: 'p',
    OS_REGION_NAME: 'one',
  };

  test.each(['container-infra', 'container'])('finds Magnum in the catalog under %s, in the region', async (type) => {
    const cloud = keystone(type);
    const client = aTestClient(() => Response.json(aBay()), {
      endpoint: undefined,
      ...fromEnv(env, cloud.fetch),
    } as Partial<MagnumOptions>); // a partial of the union
    await client.magnum.bays.get('x');
    expect(client.requests[0]?.url).toBe('http://one.test/v1/bays/x');
    expect(cloud.bodies[0]).toEqual({
      auth: {
        identity: { methods: ['password'], password: { user: { name: 'ann', domain: { name: 'Default' }, password: 'pw' } } },
        scope: { project: { name: 'p', domain: { name: 'Default' } } },
      },
    });
  });

  test('happens once for many callers, and once more after a 401', async () => {
    const cloud = keystone('container-infra');
    const auth = passwordAuth({ authUrl: 'http://keystone.test/v3', username: 'ann', password: 'pw', fetch: cloud.fetch });
    const client = aTestClient(
      (request) => (request.headers.get('x-auth-token') === 'token-1' ? failing(401) : Response.json(aBay())),
      { auth } as Partial<MagnumOptions>,
    ); // as above
    await Promise.all([1, 2, 3].map(() => client.magnum.bays.get('x')));
    expect(cloud.issued).toEqual(['token-1', 'token-2']);
  });

  test('with a one-time password takes a new one for each login, and says so where there is none', async () => {
    const cloud = keystone('container-infra');
    const user = { authUrl: 'http://keystone.test/v3', username: 'ann', projectName: 'p', fetch: cloud.fetch };
    let count = 0;
    const asking = totpAuth({ ...user, passcode: async () => `code-${(count += 1)}` });
    const session = await asking.get();
    await asking.renew(session.token);
    expect(JSON.stringify(cloud.bodies)).toMatch(/code-1.*code-2/);
    for (const given of [
      totpAuth({ ...user, passcode: '012345' }),
      passwordAuth({ ...user, password: 'pw', passcode: '012345' }),
    ]) {
      const first = await given.get();
      await expect(given.renew(first.token)).rejects.toThrow(AuthError);
      await expect(given.renew(first.token)).rejects.toThrow(/one-time password was used.*function as `passcode`/);
    }
  });

  test('is not tried for a static token', async () => {
    const client = aTestClient(() => failing(401));
    await expect(client.magnum.bays.get('x')).rejects.toMatchObject({ status: 401 });
    expect(client.requests).toHaveLength(1);
  });

  test('reports the message of Keystone, or the missing variable', async () => {
    const auth = passwordAuth({
      authUrl: 'http://keystone.test',
      username: 'a',
      password: 'b',
      fetch: async () => Response.json({ error: { message: 'Invalid user' } }, { status: 401 }),
    });
    await expect(auth.get()).rejects.toThrow(/Invalid user/);
    expect(() => fromEnv({})).toThrow(AuthError);
    expect(() => fromEnv({ OS_AUTH_URL: 'http://k', OS_USERNAME: 'a' })).toThrow(/OS_PASSWORD/);
  });
});
