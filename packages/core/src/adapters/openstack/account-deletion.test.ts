import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { silentLogger } from '../system/logger.js';
import { systemRandom } from '../system/random.js';
import { fixedToken } from './auth.js';
import { KeystoneIdentity } from './identity.js';
import type { Wire, WireReply } from './wire.js';

const SIGNAL = new AbortController().signal;
const EXPIRES = '2100-01-01T00:00:00.000000Z';
const TOKEN = { token: { user: { id: 'u', name: 'u', domain: { id: 'd' } }, expires_at: EXPIRES, catalog: [], roles: [] } };
const NAME = 'bay_project_delegate';

/** A Keystone with one account, and with what real ones were seen to do. */
interface Habits {
  /** So many of the first lists are empty, as of another domain. */
  readonly wrongLists?: number;
  /** So many deletions are undone by a login that was under way: the account is found by its id alone then. */
  readonly broughtBack?: number;
  /** The answer to the deletion of what is not there. */
  readonly missing?: number;
  /** All deletions are refused. */
  readonly refuses?: boolean;
  readonly isAbsent?: boolean;
}

function aKeystone({ wrongLists = 0, broughtBack = 0, missing = 404, refuses = false, isAbsent = false }: Habits) {
  const account = { exists: !isAbsent, isNamed: true, deletions: 0 };
  let lists = 0;
  const list = (): WireReply => {
    lists += 1;
    const isShown = account.exists && account.isNamed && lists > wrongLists;
    return answer(200, { users: isShown ? [{ id: 'made', name: NAME }] : [] });
  };
  const remove = (): WireReply => {
    if (refuses) return answer(403, { error: { message: 'You are not authorized.' } });
    if (!account.exists) return answer(missing, { error: { message: 'It is not there.' } });
    account.deletions += 1;
    account.isNamed = false;
    account.exists = account.deletions <= broughtBack;
    return answer(204, undefined);
  };
  const wire: Wire = ({ method, url }) => {
    const { pathname } = new URL(url);
    if (pathname === '/v3/auth/tokens') return Promise.resolve(answer(201, TOKEN, { 'x-subject-token': 'issued' }));
    return Promise.resolve(method === 'GET' ? list() : remove());
  };
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
    { publicAuthUrl: '', trustees: { domain: { id: 'trustees' }, admin: { id: 'admin' }, password: new Secret('password') } },
  );
  return { identity, account };
}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WireReply {
  return { status, headers: new Map(Object.entries(headers)), text: body === undefined ? '' : JSON.stringify(body) };
}

test('an account that Keystone does not list, although it is there, is deleted by its id', async () => {
  const { identity, account } = aKeystone({ wrongLists: Infinity });
  expect(await identity.deleteTrustee(NAME, SIGNAL, 'made')).toBe(true);
  expect(account.exists).toBe(false);
});

test('an account whose id is not known is looked for once more where the list was empty', async () => {
  const { identity, account } = aKeystone({ wrongLists: 1 });
  expect(await identity.deleteTrustee(NAME, SIGNAL)).toBe(true);
  expect(account.exists).toBe(false);
});

test('an account that a login has brought back is deleted again', async () => {
  const { identity, account } = aKeystone({ broughtBack: 1 });
  expect(await identity.deleteTrustee(NAME, SIGNAL)).toBe(true);
  expect(account).toMatchObject({ exists: false, deletions: 2 });
});

test('an account that comes back each time is an error that is tried again later', async () => {
  const { identity } = aKeystone({ broughtBack: Infinity });
  await expect(identity.deleteTrustee(NAME, SIGNAL)).rejects.toMatchObject({ kind: 'cloud-unavailable' });
});

test.each([403, 404])('an account that is gone is fine where Keystone answers %i', async (missing) => {
  const gone = aKeystone({ isAbsent: true, missing });
  expect(await gone.identity.deleteTrustee(NAME, SIGNAL, 'made')).toBe(false);
  const there = aKeystone({ missing });
  expect(await there.identity.deleteTrustee(NAME, SIGNAL, 'made')).toBe(true);
  expect(there.account).toMatchObject({ exists: false, deletions: 1 });
});

test('a refusal to delete an account that Keystone lists is an error', async () => {
  const { identity } = aKeystone({ refuses: true });
  await expect(identity.deleteTrustee(NAME, SIGNAL, 'made')).rejects.toMatchObject({ kind: 'cloud-refused' });
});
