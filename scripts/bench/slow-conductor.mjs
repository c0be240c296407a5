// A conductor as `magnum-conductor` runs it, whose cloud takes its time to answer, as a real one does: the pass of the bay waits for it.
// Usage: slow-conductor.mjs --config-file FILE --call-ms MILLISECONDS; one line of its log per claim.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { jsonLogger, loadConfig, openConductor, systemPlatform } from '@magnum-ts/core';
import { HotEngine } from '../../packages/core/dist/embedded-cloud/hot-engine/engine.js';

const { values } = parseArgs({ options: { 'config-file': { type: 'string' }, 'call-ms': { type: 'string' } } });
const makeStack = HotEngine.prototype.create;
HotEngine.prototype.create = async function create(spec, access, signal) {
  await sleep(Number(values['call-ms']), undefined, { signal });
  return makeStack.call(this, spec, access, signal);
};

const file = values['config-file'];
if (!file) throw new Error('usage: slow-conductor.mjs --config-file FILE --call-ms MILLISECONDS');
const config = loadConfig([{ name: file, content: readFileSync(file, 'utf8') }], process.env);
const service = await openConductor(systemPlatform({ logger: jsonLogger('debug') }), config);
process.once('SIGTERM', () => service.stop().then(() => process.exit(0)));
