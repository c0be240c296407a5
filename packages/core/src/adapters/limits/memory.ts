import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/errors.js';
import type { Limits } from '../../ports/limits.js';

export interface LimitOptions {
  /** Requests of one project in a minute; 0 for no limit. */
  readonly perMinute: number;
  /** Requests of one project at the same time; 0 for no limit. */
  readonly atOnce: number;
}

/** Limits of this process: with several processes behind a balancer each counts what it sees. Undefined: nothing is limited. */
export function memoryLimits(options: LimitOptions): Limits | undefined {
  const { perMinute, atOnce } = options;
  if (perMinute === 0 && atOnce === 0) return undefined;
  const rate = perMinute > 0 ? new RateLimiterMemory({ points: perMinute, duration: 60 }) : undefined;
  const running = new Map<string, number>();
  return {
    enter: async (projectId) => {
      const busy = running.get(projectId) ?? 0;
      if (atOnce > 0 && busy >= atOnce) throw tooMany(`more than ${atOnce} requests of this project are under way`, 1);
      // Counted in before the first wait: a burst must not slip through together.
      running.set(projectId, busy + 1);
      const leave = (): void => leaveFrom(running, projectId);
      try {
        await rate?.consume(projectId);
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

function leaveFrom(running: Map<string, number>, projectId: string): void {
  const left = (running.get(projectId) ?? 1) - 1;
  if (left > 0) running.set(projectId, left);
  else running.delete(projectId);
}

function tooMany(why: string, retryAfterSeconds: number): DomainError {
  return new DomainError('too-many-requests', {
    message: `Too many requests: ${why}. Try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });
}
