import { systemClock } from '../adapters/system/clock.js';
import { noMeter } from '../adapters/system/meter.js';
import { systemRandom } from '../adapters/system/random.js';
import { noTracer, openTelemetryTracer } from '../adapters/system/tracer.js';
import type { Logger } from '../ports/logger.js';
import type { Meter } from '../ports/meter.js';
import type { Platform } from '../ports/platform.js';

/** The host's own clock and random numbers. `meter`: where the process counts what it does. */
export function systemPlatform({ logger, meter = noMeter }: { readonly logger: Logger; readonly meter?: Meter }): Platform {
  // Spans cost time even where they are not collected: they are made where OpenTelemetry is configured.
  const isTraced = Object.keys(process.env).some((name) => name.startsWith('OTEL_'));
  return { clock: systemClock, random: systemRandom, logger, tracer: isTraced ? openTelemetryTracer : noTracer, meter };
}
