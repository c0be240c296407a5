import { noLimits } from '../adapters/limits/memory.js';
import { systemClock } from '../adapters/system/clock.js';
import { silentLogger } from '../adapters/system/logger.js';
import { noMeter } from '../adapters/system/meter.js';
import { systemRandom } from '../adapters/system/random.js';
import { noTracer } from '../adapters/system/tracer.js';
import { StoreShares } from '../api/http/store-shares.js';
import { LongWork } from '../concurrency/long-work.js';
import type { Platform } from '../ports/platform.js';

/** The host's clock and random numbers, and a log that is discarded, where a test gives nothing else. */
export function aPlatform(change: Partial<Platform> = {}): Platform {
  return { clock: systemClock, random: systemRandom, logger: silentLogger, tracer: noTracer, meter: noMeter, ...change };
}

/** What bounds the requests of an API, so wide that a test meets none of it. */
export function noBounds(): {
  readonly limits: typeof noLimits;
  readonly shares: StoreShares;
  readonly longWork: LongWork;
} {
  return { limits: noLimits, shares: new StoreShares(Infinity), longWork: new LongWork() };
}
