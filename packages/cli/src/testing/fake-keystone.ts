import type { Answers } from './fake-magnum.js';

export const LOGIN = {
  OS_AUTH_URL: 'http://keystone.test/v3',
  OS_USERNAME: 'ann',
  OS_PASSWORD: 'a-password',
  OS_PROJECT_NAME: 'p',
};

/** A Keystone that issues `token-1`, `token-2`, … for an hour, and a Magnum that takes those that are not in `revoked`. */
export function aKeystone(options: { readonly lifetimeMs?: number } = {}): {
  readonly answers: Answers;
  readonly logins: () => number;
  readonly revoked: Set<string>;
  readonly used: string[];
} {
  let issued = 0;
  const revoked = new Set<string>();
  const used: string[] = [];
  const tokenBody = (): object => ({
    expires_at: new Date(Date.now() + (options.lifetimeMs ?? 3_600_000)).toISOString(),
    user: { name: 'ann', domain: { name: 'Default' } },
    project: { name: 'p', domain: { name: 'Default' } },
    roles: [{ name: 'member' }, { name: 'reader' }],
    catalog: [{ type: 'container-infra', endpoints: [{ interface: 'public', region: 'one', url: 'http://magnum.test/v1' }] }],
  });
  const answers: Answers = (method, path, _url, request) => {
    const token = request.headers.get('x-auth-token') ?? '';
    if (path === '/v3/auth/tokens' && method === 'POST') {
      issued += 1;
      return Response.json({ token: tokenBody() }, { status: 201, headers: { 'x-subject-token': `token-${issued}` } });
    }
    if (path === '/v3/auth/tokens')
      return revoked.has(token) ? new Response(null, { status: 401 }) : Response.json({ token: tokenBody() });
    if (path === '/')
      return Response.json({ versions: [{ id: 'v1', status: 'CURRENT', min_version: '1.1', max_version: '1.14' }] });
    if (path === '/v1') return undefined;
    used.push(token);
    if (revoked.has(token)) return new Response('{}', { status: 401 });
    return path === '/v1/clusters' ? Response.json({ clusters: [] }) : undefined;
  };
  return { answers, logins: () => issued, revoked, used };
}
