import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LoginThrottle, MOST_WRONG } from './login-throttle.js';

let throttle: LoginThrottle;
let asked: number;
beforeEach(() => {
  vi.useFakeTimers();
  throttle = new LoginThrottle();
  asked = 0;
});
afterEach(() => void vi.useRealTimers());

const attempt = (isRight: boolean, account = 'demo', source = '192.0.2.1'): Promise<boolean> =>
  throttle.attempt(account, source, async () => {
    asked += 1;
    return isRight;
  });
const refused = { status: 429, retryAfterSeconds: expect.any(Number) };

describe('wrong logins', () => {
  test('of an account from a source are looked at ten times a minute, also when a thousand arrive at a time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => attempt(false)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(MOST_WRONG.ofAccount);
    expect(asked).toBe(MOST_WRONG.ofAccount);
    await expect(attempt(true), 'a right password is refused as well').rejects.toMatchObject(refused);
    expect(asked).toBe(MOST_WRONG.ofAccount);
  });

  test('lock out no other address, and no other user', async () => {
    await Promise.allSettled(Array.from({ length: 20 }, () => attempt(false)));
    expect([await attempt(true, 'demo', '192.0.2.2'), await attempt(true, 'admin')]).toEqual([true, true]);
  });

  test('are forgotten after a minute', async () => {
    await Promise.allSettled(Array.from({ length: 20 }, () => attempt(false)));
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await attempt(true)).toBe(true);
  });

  test('are forgotten after a right one', async () => {
    for (let round = 0; round < 5; round += 1) {
      for (let count = 0; count < MOST_WRONG.ofAccount - 1; count += 1) expect(await attempt(false)).toBe(false);
      expect(await attempt(true)).toBe(true);
    }
  });

  test('from one source over many accounts are looked at a hundred times a minute', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 300 }, (_, index) => attempt(false, `user ${index % 150}`)));
    const looked = outcomes.filter(({ status }) => status === 'fulfilled').length;
    // Accounts are looked at beside each other, so that some of them see the count of a moment before.
    expect(looked).toBeGreaterThanOrEqual(MOST_WRONG.ofSource);
    expect(looked).toBeLessThan(300);
    await expect(attempt(true, 'another account')).rejects.toMatchObject(refused);
    expect(await attempt(true, 'another account', '192.0.2.2')).toBe(true);
  });
});

test('right logins are not limited, and an attempt that fails by an error of the service is not counted', async () => {
  expect(await Promise.all(Array.from({ length: 500 }, () => attempt(true)))).toEqual(Array.from({ length: 500 }, () => true));
  const broken = (): Promise<boolean> => throttle.attempt('demo', '192.0.2.1', () => Promise.reject(new Error('no database')));
  for (let count = 0; count < 30; count += 1) await expect(broken()).rejects.toThrow('no database');
  expect(await attempt(true)).toBe(true);
});
