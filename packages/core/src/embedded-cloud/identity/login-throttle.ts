/**
 * Slows down guesses of passwords. Without it, a thousand guesses took seconds and the next right one was let in; `magnum-api` serves
 * this identity with a password that an operator chose. Wrong logins are counted for an account and a source together, so that no client locks
 * others out from elsewhere, and for a source over all accounts. Logins of one account from one source come one after another: what is
 * counted is known before the next one is looked at, however many arrive at a time. Beyond the limit a right password is refused as well,
 * since otherwise guessing would go on.
 */
import { createHash } from 'node:crypto';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimiterMemory } from '../../concurrency/rate-limiter.js';
import { KeyedMutex } from '../../concurrency/keyed-mutex.js';
import { tooManyLogins } from './keystone-error.js';

/** Wrong logins within a minute. */
export const MOST_WRONG = { ofAccount: 10, ofSource: 100 } as const;
const SECONDS = 60;

export class LoginThrottle {
  readonly #accounts = new RateLimiterMemory({ points: MOST_WRONG.ofAccount, duration: SECONDS });
  readonly #sources = new RateLimiterMemory({ points: MOST_WRONG.ofSource, duration: SECONDS });
  readonly #mutex = new KeyedMutex();

  /** Whether `isRight` says so. Throws a KeystoneError (429) once there were too many wrong ones; `isRight` is not asked then. */
  async attempt(account: string, source: string, isRight: () => Promise<boolean>): Promise<boolean> {
    // Names may be long, and are kept for a minute.
    const key = createHash('sha256')
      .update(JSON.stringify([account, source]))
      .digest('base64');
    return this.#mutex.with(key, () => this.#attempt({ key, source }, isRight));
  }

  async #attempt(
    { key, source }: { readonly key: string; readonly source: string },
    isRight: () => Promise<boolean>,
  ): Promise<boolean> {
    refuseBeyond(await this.#accounts.get(key), MOST_WRONG.ofAccount);
    refuseBeyond(await this.#sources.get(source), MOST_WRONG.ofSource);
    if (await isRight()) {
      await this.#accounts.delete(key);
      return true;
    }
    // Rejects when nothing is left, which the next attempt finds out.
    await Promise.allSettled([this.#accounts.consume(key), this.#sources.consume(source)]);
    return false;
  }
}

function refuseBeyond(counted: RateLimiterRes | null, most: number): void {
  if (counted && counted.consumedPoints >= most) throw tooManyLogins(Math.max(1, Math.ceil(counted.msBeforeNext / 1_000)));
}
