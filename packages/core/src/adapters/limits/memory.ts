import { RateLimiterMemory, RateLimiterRes } from '../../concurrency/rate-limiter.js';
import { DomainError } from '../../domain/errors.js';
import type { Limits } from '../../ports/limits.js';
import { InFlight } from './in-flight.js';

export interface LimitOptions {
  /** Requests of one project in a minute; 0 for no limit. */
  readonly perMinute: number;
  /** Requests of one project at the same time, in place of its share; 0 for the share. */
  readonly atOnce: number;
  /** Requests of all projects at the same time; 0 for no limit. */
  readonly reads: number;
  readonly writes: number;
  /** Part of them that one project may have: 0.25. */
  readonly share: number;
  /** How long a request beyond them waits before it is refused; 0 for not at all. */
  readonly waitMs: number;
}

/** What holds where nothing else is configured. */
export const LIMIT_DEFAULTS: LimitOptions = { perMinute: 0, atOnce: 0, reads: 400, writes: 200, share: 0.25, waitMs: 10_000 };

const nothing = (): void => undefined;

/** Where no project is limited. */
export const noLimits: Limits = { enter: () => Promise.resolve(nothing) };

/** Limits of this process: with several processes behind a balancer each counts what it sees. */
export function memoryLimits(options: LimitOptions): Limits {
  const { perMinute, atOnce, reads, writes, share, waitMs } = options;
  if (perMinute === 0 && atOnce === 0 && reads === 0 && writes === 0) return noLimits;
  const rate = perMinute > 0 ? new RateLimiterMemory({ points: perMinute, duration: 60 }) : undefined;
  const partOf = (all: number): number => atOnce || (all === 0 ? Infinity : Math.max(1, Math.floor(all * share)));
  const lanes = {
    read: new InFlight({ most: reads || Infinity, mostOfOne: partOf(reads), waitMs }),
    write: new InFlight({ most: writes || Infinity, mostOfOne: partOf(writes), waitMs }),
  };
  return {
    enter: async (owner, kind, signal) => {
      const leave = await lanes[kind].enter(owner, signal);
      try {
        await rate?.consume(owner);
        return leave;
      } catch (error) {
        leave();
        if (error instanceof RateLimiterRes)
          throw tooMany(`more than ${perMinute} requests of this project in a minute`, Math.ceil(error.msBeforeNext / 1_000));
        throw error;
      }
    },
  };
}

export function tooMany(why: string, retryAfterSeconds: number): DomainError {
  return new DomainError('too-many-requests', {
    message: `Too many requests: ${why}. Try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });
}
