// A conductor over the database of the fleet and an orchestrator that always has the same to say: every stack is in progress.
// What it costs to look at all bays once is then the conductor's own. Prints a line of JSON for each sweep.
// Usage: sweep-conductor.mjs --config-file FILE --database URL --bays COUNT --sweeps COUNT
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openMariadb } from '../../packages/core/dist/adapters/knex/mariadb.js';
import { knexStore } from '../../packages/core/dist/adapters/knex/store.js';
import { systemClock } from '../../packages/core/dist/adapters/system/clock.js';
import { silentLogger } from '../../packages/core/dist/adapters/system/logger.js';
import { systemPlatform } from '../../packages/core/dist/composition/platform.js';
import { DEFAULT_CONDUCTOR_RULES } from '../../packages/core/dist/conductor/rules.js';
import { WorkLoop } from '../../packages/core/dist/conductor/work-loop.js';
import { driverRegistry } from '../../packages/core/dist/composition/driver-registry.js';

const names = ['config-file', 'database', 'bays', 'sweeps'];
const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
if (!values.database) throw new Error('usage: sweep-conductor.mjs --config-file FILE --database URL --bays COUNT --sweeps COUNT');
const calls = { findAll: 0, single: 0 };
const seen = new Set();

const single = async (answer) => {
  calls.single += 1;
  return answer;
};
const unexpected = () => single(Promise.reject(new Error('no stack has to be changed')));
const inProgressAll = (addresses) => new Map(addresses.map((address) => [address.name, inProgress(address)]));
const orchestrator = {
  findAll: async (addresses) => {
    calls.findAll += 1;
    for (const { name } of addresses) seen.add(name);
    return inProgressAll(addresses);
  },
  find: (names, { projectId }) => single(inProgressAll(names.map((name) => ({ name, projectId })))),
  events: () => single([]),
  create: unexpected,
  update: unexpected,
  delete: unexpected,
};

/** As an orchestrator describes a bay of a master and a worker whose servers are being made. */
function inProgress({ name }) {
  const resource = (path) => ({
    path,
    type: 'node.yaml',
    physicalId: `id-of-${path.join('-')}`,
    action: 'CREATE',
    state: 'IN_PROGRESS',
    reason: '',
  });
  return {
    id: `stack-${name}`,
    name,
    action: 'CREATE',
    state: 'IN_PROGRESS',
    reason: '',
    tags: ['magnum-generation:1'],
    newestEvent: 0,
    outputs: { node_addresses: { 'master-1': { private: '10.0.0.2' }, 'worker-1': { private: '10.0.0.3' } } },
    resources: ['master-1', 'worker-1'].flatMap((node) => [
      resource([node]),
      resource([node, 'server']),
      resource([node, 'port']),
      resource([node, 'wait']),
    ]),
  };
}

const db = openMariadb({ url: values.database });
/**
 * A part that no pass of these bays uses, as everything around them is in place: a call is an error, which is printed.
 * @param {string} name
 * @returns {any}
 */
function unused(name) {
  const call = (method) => () => {
    const error = new Error(`${name}.${method} was not expected to be called`);
    process.stderr.write(`${error.message}\n`);
    throw error;
  };
  /** @type {any} */
  const part = new Proxy({}, { get: (_target, method) => (method === 'under' ? () => part : call(String(method))) });
  return part;
}

/** @type {import('../../packages/core/dist/conductor/deps.js').ConductorDeps} Every part: one that is missing does not compile. */
const deps = {
  ...systemPlatform({ logger: { ...silentLogger, error: printFailure } }),
  ...DEFAULT_CONDUCTOR_RULES,
  store: knexStore(db, systemClock),
  engines: driverRegistry(false),
  orchestrator: { ...unused('orchestrator'), ...orchestrator, limits: unused('limits') },
  identity: unused('identity'),
  cloud: unused('cloud'),
  vault: unused('vault'),
  authority: unused('authority'),
  knownAddresses: unused('knownAddresses'),
  sealer: unused('sealer'),
  delegation: null,
  notifier: unused('notifier'),
  localImages: unused('localImages'),
  leftovers: null,
  postInstall: null,
};

/** A pass that fails is repeated for ever, and its sweep never ends. */
function printFailure(event, fields) {
  process.stderr.write(`${event}: ${fields?.error?.stack ?? JSON.stringify(fields)}\n`);
}

for (let sweep = 0; sweep < Number(values.sweeps); sweep += 1) process.stdout.write(`${JSON.stringify(await swept())}\n`);
await db.destroy();

/** Every bay is due; the loop runs until all have been looked at, and what was news is recorded. */
async function swept() {
  await db('work_item').update({ due_at: 0, lease_owner: null, lease_until: null });
  seen.clear();
  Object.assign(calls, { findAll: 0, single: 0 });
  const stop = new AbortController();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const running = new WorkLoop(deps, { owner: 'bench', concurrency: 16, drainMs: 25_000 }).run(stop.signal);
  while (seen.size < Number(values.bays) || (await db('bay').whereNull('stack_id').first('uuid'))) await sleep(20);
  stop.abort(new Error('all were seen'));
  await running;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - began) / 1_000,
    cpu: (user + system) / 1e6,
    ...calls,
    memory: process.memoryUsage().rss / 2 ** 20,
  };
}
