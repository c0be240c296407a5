#!/usr/bin/env node
import { frontDoor, openApi } from '@magnum-ts/core';
import { Listeners } from '../app.js';
import { docsRoom } from '../docs.js';
import { healthRoom } from '../health.js';
import { looksForGarbageSooner } from '../heap.js';
import { end, readArguments } from './arguments.js';
import { endOnUncaughtError, loggerOf, observe, printConfig, reportWarnings, stopOnSignal } from './run.js';

const USAGE = `usage: magnum-api [--config-file FILE]... [--config-dir DIR]... [--print-config]

Serves Magnum's API. Run as many as you like behind a load balancer.`;
const STOP_GRACE_MS = 25_000;

looksForGarbageSooner();
const { config, flags } = readArguments(USAGE, ['print-config']);
if (flags['print-config']) printConfig(config);
const logger = loggerOf(config);
endOnUncaughtError(logger);
reportWarnings(config, logger);
const service = await openApi(config, logger).catch((error: unknown) =>
  end(error instanceof Error ? error.message : String(error), 2),
);
const health = healthRoom(service.ready, ['database']);
const observed = await observe(config, service, { required: ['database'] }, logger);
const listeners = new Listeners(frontDoor([health, docsRoom], observed.metrics.measured(service.answer), logger));
const host = config.text('api', 'host') ?? '127.0.0.1';
const port = await listeners
  .listen(config.number('api', 'port'), host)
  .catch((error: unknown) => end(`cannot listen on ${host}: ${error instanceof Error ? error.message : String(error)}`, 1));
logger.info('api listens', { host, port });
stopOnSignal(async () => {
  await listeners.close(STOP_GRACE_MS);
  await service.stop();
  await observed.close();
}, logger);
