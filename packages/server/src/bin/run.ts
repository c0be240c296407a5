import { jsonLogger, type Config, type Logger } from '@magnum-ts/core';

export function loggerOf(config: Config): Logger {
  return jsonLogger(config.flag('DEFAULT', 'debug') ? 'debug' : 'info');
}

/** Everything that is odd in the configuration is said once, at the start. */
export function reportWarnings(config: Config, logger: Logger): void {
  for (const warning of config.warnings) logger.warn('configuration', { warning });
}

/** SIGTERM and SIGINT stop in order, a second one at once. Resolves never: the process ends here. */
export function stopOnSignal(stop: () => Promise<void>, logger: Logger): void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
    logger.info('stopping', { signal });
    stop().then(() => process.exit(0), (error: unknown) => {
      logger.error('did not stop in order', { error });
      process.exit(1);
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
