import { router, startWarnings, type Config, type Logger, type Service } from '@magnum-ts/core';
import type { Registry } from 'prom-client';
import { Listeners } from '../app.js';
import { reportOnSignal } from '../diagnostics.js';
import { disabledByFile, healthRoom } from '../health.js';
import { serviceMetrics, type Metrics } from '../metrics.js';
import { end, type Arguments } from './arguments.js';
import type { ProgramLog } from './log.js';

/**
 * The last resort: an error that nothing caught is a fault of this program, after which its state cannot be trusted. It is logged, and
 * the process ends, to be started again by whatever watches it. Nothing that a neighbour, a client or a disk does comes here.
 */
export function endOnUncaughtError(logger: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    logger.error('uncaught error, the process ends', { error, origin });
    process.exit(1);
  });
}

/** Everything that is odd in the configuration is said once, at the start. What cannot be obeyed ends the program with status 2. */
export function reportWarnings(config: Config, logger: Logger): void {
  for (const warning of warningsOf(config)) logger.warn('configuration', { warning });
}

/** The whole configuration for people, and the end. */
export function printConfig(config: Config): never {
  return end([...config.describe(), ...warningsOf(config).map((warning) => `# ${warning}`)].join('\n'), 0);
}

function warningsOf(config: Config): readonly string[] {
  return orEnd(() => startWarnings(config));
}

/** What cannot be obeyed ends the program with status 2 and one line. */
export function orEnd<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error), 2);
  }
}

/** SIGTERM and SIGINT stop in order, a second one at once. Resolves never: the process ends here. */
export function stopOnSignal(stop: () => Promise<void>, logger: Logger): void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
    logger.info('stopping', { signal });
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('stopping failed, the process ends', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** What can be read again without a restart. */
export interface Reloading {
  readonly arguments: Arguments;
  readonly log: ProgramLog;
  /** What else of the program takes from the new configuration. */
  readonly apply?: (config: Config) => void;
}

/**
 * SIGHUP (`systemctl reload`, a rotation of logs) reads the configuration again and never ends the process: what cannot be read or
 * obeyed is logged, and everything stays as it was. Options that count from the next start only are named where they differ.
 */
export function reloadOnSignal({ arguments: { config: first, reload }, log, apply }: Reloading): void {
  process.on('SIGHUP', () => {
    try {
      const config = reload();
      apply?.(config);
      log.renew(config);
      log.logger.info('configuration read again', { fromNextStart: config.frozenDifferences(first) });
    } catch (error) {
      log.renew(first);
      log.logger.error('configuration not read again: the former one stays', { error });
    }
  });
}

export interface Observed {
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** Metrics and health on a listener of their own, which no client reaches; the report at SIGUSR2. */
export async function observe(
  config: Config,
  service: Service,
  { required, registry }: { readonly required: readonly string[]; readonly registry?: Registry },
  logger: Logger,
): Promise<Observed> {
  const metrics = serviceMetrics(service.stats, registry);
  reportOnSignal(config, async () => ({ ...(await service.diagnose()), requests: metrics.running() }), logger);
  const health = healthRoom(service.ready, required, disabledByFile(config, config.sections.metrics.port));
  const listeners = new Listeners(router([metrics.room, health], async () => ({ status: 404, headers: {}, body: '' }), logger));
  const [host, port] = [config.sections.metrics.host, config.sections.metrics.port];
  if (port > 0) logger.info('metrics server listening', { host, port: await listeners.listen(port, host) });
  return { metrics, close: () => listeners.close(0) };
}
