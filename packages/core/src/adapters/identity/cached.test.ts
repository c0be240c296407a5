import { afterEach, expect, test, vi } from 'vitest';
import { Secret } from '../../domain/secret.js';
import type { Identity, TokenIdentity } from '../../ports/identity.js';
import { systemClock } from '../system/clock.js';
import { withTokenCache } from './cached.js';

const signal = new AbortController().signal;
afterEach(() => void vi.useRealTimers());

/** Counts what it is asked; knows one token. */
function anIdentity(expiresInMs = 60_000): { identity: Identity; asked: () => number; revoke: () => void } {
  let asked = 0;
  let revoked = false;
  const found: TokenIdentity = {
    userId: 'u',
    userName: 'u',
    userDomainId: 'd',
    projectId: 'p',
    projectName: 'p',
    roles: ['member'],
    expiresAt: new Date(Date.now() + expiresInMs),
  };
  const identity: Identity = {
    validate: async (token) => {
      asked += 1;
      await systemClock.sleep(5);
      return !revoked && token.reveal() === 'good' ? found : undefined;
    },
    ensureTrustee: async () => ({ userId: 't', domainId: 'd' }),
    deleteTrustee: async () => false,
    projectExists: async () => true,
    trusts: null,
    trusteeDomainId: 'd',
    publicAuthUrl: 'http://192.0.2.1/v3',
  };
  return {
    identity,
    asked: () => asked,
    revoke: () => {
      revoked = true;
    },
  };
}

test('a thousand requests with one token ask once', async () => {
  const { identity, asked } = anIdentity();
  const cached = withTokenCache(identity, { ttlMs: 60_000, clock: systemClock });
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => cached.validate(new Secret('good'), { signal })));
  expect(answers.every((answer) => answer?.userId === 'u')).toBe(true);
  await cached.validate(new Secret('good'), { signal });
  expect(asked()).toBe(1);
});

test('a revoked token is refused once the window has passed', async () => {
  const { identity, revoke } = anIdentity();
  const cached = withTokenCache(identity, { ttlMs: 50, clock: systemClock });
  expect(await cached.validate(new Secret('good'), { signal })).toBeDefined();
  revoke();
  // Time itself is tested: the cache counts by the machine's monotonic time and takes no other clock.
  await systemClock.sleep(80);
  expect(await cached.validate(new Secret('good'), { signal })).toBeUndefined();
});

test('a token is not believed longer than it lives', async () => {
  const { identity, asked } = anIdentity(30);
  const cached = withTokenCache(identity, { ttlMs: 60_000, clock: systemClock });
  await cached.validate(new Secret('good'), { signal });
  // Time itself is tested here, too.
  await systemClock.sleep(60);
  await cached.validate(new Secret('good'), { signal });
  expect(asked()).toBe(2);
});

test('a refusal is not remembered', async () => {
  const { identity, asked } = anIdentity();
  const cached = withTokenCache(identity, { ttlMs: 60_000, clock: systemClock });
  expect(await cached.validate(new Secret('bad'), { signal })).toBeUndefined();
  expect(await cached.validate(new Secret('bad'), { signal })).toBeUndefined();
  expect(asked()).toBe(2);
});

test('nothing is kept when the window is zero', async () => {
  const { identity, asked } = anIdentity();
  const cached = withTokenCache(identity, { ttlMs: 0, clock: systemClock });
  await cached.validate(new Secret('good'), { signal });
  await cached.validate(new Secret('good'), { signal });
  expect(asked()).toBe(2);
});

test('a caller who has disconnected asks nothing, so that no failure is left without a caller', async () => {
  const { identity } = anIdentity();
  let asked = 0;
  const away = {
    ...identity,
    validate: () => {
      asked += 1;
      return Promise.reject(new Error('Keystone is away'));
    },
  };
  const cached = withTokenCache(away, { ttlMs: 60_000, clock: systemClock });
  expect(() =>
    cached.validate(new Secret('good'), { signal: AbortSignal.abort(new Error('the client has disconnected')) }),
  ).toThrow('the client has disconnected');
  expect(asked).toBe(0);
});

test('a question that Keystone never answers ends for all callers at its deadline, and the next request asks anew', async () => {
  const { identity } = anIdentity();
  const questions: AbortSignal[] = [];
  let isSilent = true;
  const silent: Identity = {
    ...identity,
    validate: (token, caller) => {
      questions.push(caller.signal);
      return isSilent ? new Promise(() => undefined) : identity.validate(token, caller);
    },
  };
  const cached = withTokenCache(silent, { ttlMs: 60_000, clock: systemClock });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let ended = 0;
  const callers = Array.from({ length: 3 }, () =>
    Promise.resolve(cached.validate(new Secret('good'), { signal })).finally(() => (ended += 1)),
  );
  const outcomes = Promise.allSettled(callers);
  await vi.advanceTimersByTimeAsync(9_999);
  expect([questions.length, ended]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(1);
  const refusal = { kind: 'cloud-unavailable', message: 'Keystone did not answer within 10 s.' };
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: refusal });
  expect(questions[0]?.aborted).toBe(true);

  vi.useRealTimers();
  isSilent = false;
  expect(await cached.validate(new Secret('good'), { signal })).toMatchObject({ userId: 'u' });
  expect(questions).toHaveLength(2);
});
