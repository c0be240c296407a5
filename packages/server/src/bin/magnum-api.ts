#!/usr/bin/env node
import { router, openApi, systemPlatform } from '@magnum-ts/core';
import { Listeners } from '../app.js';
import { withCors } from '../cors.js';
import { docsRoom } from '../docs.js';
import { disabledByFile, healthRoom } from '../health.js';
import { tuneHeapGrowth } from '../heap.js';
import { end, readArguments } from './arguments.js';
import { addressRule, corsRules, listenerTls } from './listening.js';
import { openLog } from './log.js';
import { endOnUncaughtError, observe, orEnd, printConfig, reloadOnSignal, reportWarnings, stopOnSignal } from './run.js';

const USAGE = `usage: magnum-api [--config-file FILE]... [--config-dir DIR]... [--print-config]

Serves Magnum's API. Run as many as you like behind a load balancer.`;
const STOP_GRACE_MS = 25_000;

tuneHeapGrowth();
const given = readArguments({ name: 'magnum-api', usage: USAGE, flags: ['print-config'] });
const { config } = given;
if (given.flags['print-config']) printConfig(config);
const tls = orEnd(() => listenerTls(config));
const log = openLog(config, 'magnum-api');
const { logger } = log;
endOnUncaughtError(logger);
let listeners: Listeners | undefined;
reloadOnSignal({
  arguments: given,
  log,
  apply: (next) => {
    const renewed = listenerTls(next);
    if (renewed && tls) listeners?.renewTls(renewed);
  },
});
reportWarnings(config, logger);
const service = await openApi(systemPlatform({ logger }), config).catch((error: unknown) =>
  end(error instanceof Error ? error.message : String(error), 2),
);
const apiPort = config.sections.api.port;
const health = healthRoom(service.ready, ['database'], disabledByFile(config, apiPort));
const observed = await observe(config, service, { required: ['database'] }, logger);
const answer = withCors(router([health, docsRoom], observed.metrics.measured(service.answer), logger), corsRules(config));
listeners = new Listeners(answer, { address: addressRule(config), ...(tls ? { tls } : {}) });
const host = config.sections.api.host;
const port = await listeners
  .listen(apiPort, host)
  .catch((error: unknown) => end(`cannot listen on ${host}: ${error instanceof Error ? error.message : String(error)}`, 1));
logger.info('API listening', { host, port, tls: tls !== undefined });
stopOnSignal(async () => {
  await listeners.close(STOP_GRACE_MS);
  await service.stop();
  await observed.close();
}, logger);
