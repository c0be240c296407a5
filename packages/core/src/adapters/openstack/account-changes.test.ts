import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { silentLogger } from '../system/logger.js';
import { systemRandom } from '../system/random.js';
import { fixedToken } from './auth.js';
import { KeystoneIdentity } from './identity.js';
import type { Wire } from './wire.js';

const SIGNAL = new AbortController().signal;
const EXPIRES = '2100-01-01T00:00:00.000000Z';
const TOKEN = { token: { user: { id: 'u', name: 'u', domain: { id: 'd' } }, expires_at: EXPIRES, catalog: [], roles: [] } };

/** A Keystone that counts how many calls of what kind are open at a time. */
function aKeystone() {
  const most = { accounts: 0, tokens: 0 };
  const open = { accounts: 0, tokens: 0 };
  const wire: Wire = async ({ method, url }) => {
    const { pathname } = new URL(url);
    const kind = pathname === '/v3/auth/tokens' && method === 'GET' ? 'tokens' : 'accounts';
    most[kind] = Math.max(most[kind], (open[kind] += 1));
    await new Promise(setImmediate);
    open[kind] -= 1;
    if (pathname === '/v3/auth/tokens') return answer(method === 'POST' ? 201 : 200, TOKEN, { 'x-subject-token': 'issued' });
    if (method === 'GET') return answer(200, { users: [] });
    return answer(201, { user: { id: 'made', name: 'made' } });
  };
  return { wire, most };
}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return { status, headers: new Map(Object.entries(headers)), text: JSON.stringify(body) };
}

test('accounts of a hundred bays are made a few at a time, and tokens are validated meanwhile', async () => {
  const { wire, most } = aKeystone();
  const identity = new KeystoneIdentity(
    {
      wire,
      clock: new ManualClock(),
      random: systemRandom,
      logger: silentLogger,
      keystone: 'http://keystone.example',
      service: fixedToken(new Secret('service')),
      choice: () => ({ region: 'one', interface: 'public' }),
    },
    {
      publicAuthUrl: '',
      trustees: { domain: { id: 'trustees' }, admin: { id: 'admin' }, password: new Secret('password') },
    },
  );
  const bays = Array.from({ length: 100 }, (_, index) => index);
  const [accounts, tokens] = await Promise.all([
    Promise.all(bays.map((bay) => identity.ensureTrustee(`bay-${bay}`, new Secret('password'), SIGNAL))),
    Promise.all(bays.map((bay) => identity.validate(new Secret(`token-${bay}`), { signal: SIGNAL }))),
  ]);
  expect(accounts.map(({ userId }) => userId)).toEqual(bays.map(() => 'made'));
  expect(tokens.every((token) => token?.userId === 'u')).toBe(true);
  expect(most.accounts).toBeLessThanOrEqual(3);
  expect(most.tokens).toBeGreaterThan(3);
});
