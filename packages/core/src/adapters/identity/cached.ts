import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Identity, TokenIdentity } from '../../ports/identity.js';

export interface TokenCacheOptions {
  /** How long a validated token is believed, milliseconds: a revoked one is refused after this at the latest. */
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly most?: number;
}

const MOST_TOKENS = 10_000;

/**
 * Validates each token once per window, however many requests carry it at the same time. The key is a hash: a token is never
 * kept. Tokens that are refused are not remembered, so that a new one works at once.
 */
export function withTokenCache(identity: Identity, options: TokenCacheOptions): Identity {
  const { ttlMs, clock, most = MOST_TOKENS } = options;
  if (ttlMs <= 0) return identity;
  const cache = new LRUCache<string, TokenIdentity>({ max: most, ttl: ttlMs, ttlResolution: RESOLUTION_MS });
  const underWay = new Map<string, Promise<TokenIdentity | undefined>>();
  const ask = async (key: string, token: Secret, signal: AbortSignal): Promise<TokenIdentity | undefined> => {
    const found = await identity.validate(token, { signal });
    const left = found ? found.expiresAt.getTime() - clock.now().getTime() : 0;
    if (found && left > 0) cache.set(key, found, { ttl: Math.min(ttlMs, left) });
    return found;
  };
  return {
    validate: (token, caller) => {
      const key = hash('sha256', token.reveal(), 'base64url');
      const known = cache.get(key);
      if (known) return Promise.resolve(known);
      // Before the question: one that fails without a caller that waits for it would end the process.
      caller.signal.throwIfAborted();
      // The first caller's going away must not refuse the others: the shared question has its own deadline.
      const asked =
        underWay.get(key) ??
        underDeadline({ milliseconds: VALIDATE_MS }, (signal) => ask(key, token, signal))
          .catch(reportSilence)
          .finally(() => underWay.delete(key));
      underWay.set(key, asked);
      return asked;
    },
    ensureTrustee: (username, password, signal) => identity.ensureTrustee(username, password, signal),
    deleteTrustee: (username, signal, userId) => identity.deleteTrustee(username, signal, userId),
    projectExists: (projectId, signal) => identity.projectExists(projectId, signal),
    trusts: identity.trusts,
    get trusteeDomainId() {
      return identity.trusteeDomainId;
    },
    get publicAuthUrl() {
      return identity.publicAuthUrl;
    },
  };
}

const VALIDATE_MS = 10_000;
/** Else the time is asked for once in each millisecond, by a timer of its own. */
const RESOLUTION_MS = 100;

function reportSilence(cause: unknown): never {
  if (!(cause instanceof DeadlineError)) throw cause;
  throw new DomainError('cloud-unavailable', { message: `Keystone did not answer within ${VALIDATE_MS / 1_000} s.`, cause });
}
