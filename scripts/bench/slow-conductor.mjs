// A conductor as `magnum-conductor` runs it, whose simulated servers take their time to start as real ones do.
// Usage: slow-conductor.mjs --config-file FILE --server-ms MILLISECONDS; one line of its log per claim.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { jsonLogger, loadConfig, openConductor, SimulatedBackend } from '@magnum-ts/core';

const { values } = parseArgs({ options: { 'config-file': { type: 'string' }, 'server-ms': { type: 'string' } } });
const makeServer = SimulatedBackend.prototype.ensureServer;
SimulatedBackend.prototype.ensureServer = async function ensureServer(server, signal) {
  await sleep(Number(values['server-ms']), undefined, { signal });
  return makeServer.call(this, server, signal);
};

const file = values['config-file'];
const config = loadConfig([{ name: file, content: readFileSync(file, 'utf8') }], process.env);
const service = await openConductor(config, jsonLogger('debug'));
process.once('SIGTERM', () => service.stop().then(() => process.exit(0)));
