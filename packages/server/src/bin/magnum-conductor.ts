#!/usr/bin/env node
import { openConductor, systemPlatform } from '@magnum-ts/core';
import { Registry } from 'prom-client';
import { conductorMeter } from '../conductor-meter.js';
import { tuneHeapGrowth } from '../heap.js';
import { end, readArguments } from './arguments.js';
import { openLog } from './log.js';
import { endOnUncaughtError, observe, printConfig, reloadOnSignal, reportWarnings, stopOnSignal } from './run.js';

const USAGE = `usage: magnum-conductor [--config-file FILE]... [--config-dir DIR]... [--print-config]

Brings bays to what was asked for. Run as many as you like, on as many hosts as you like.`;

tuneHeapGrowth();
const given = readArguments({ name: 'magnum-conductor', usage: USAGE, flags: ['print-config'] });
const { config } = given;
if (given.flags['print-config']) printConfig(config);
const log = openLog(config, 'magnum-conductor');
const { logger } = log;
endOnUncaughtError(logger);
reloadOnSignal({ arguments: given, log });
reportWarnings(config, logger);
const registry = new Registry();
const platform = systemPlatform({ logger, meter: conductorMeter(registry) });
const service = await openConductor(platform, config).catch((error: unknown) =>
  end(error instanceof Error ? error.message : String(error), 2),
);
const observed = await observe(config, service, { required: ['database', 'conductor'], registry }, logger);
stopOnSignal(async () => {
  await service.stop();
  await observed.close();
}, logger);
