import type { Clock } from './clock.js';
import type { Logger } from './logger.js';
import type { Meter } from './meter.js';
import type { Random } from './random.js';
import type { Tracer } from './tracer.js';

/**
 * What every part of a process has from the machine that it runs on. It is made once, where the process begins, and is the first argument of
 * everything that puts parts together; a test gives its own. Each of the five is always there: what is not collected goes into `noTracer` and
 * `noMeter`, so that no part asks whether it has one.
 */
export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly meter: Meter;
}
