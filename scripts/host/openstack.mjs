// A real OpenStack for tests: Keystone, Heat, Glance, Neutron, Placement, Nova with its fake hypervisor, Barbican, Cinder without
// storage and Octavia without traffic, from Debian's packages, on loopback, with ports, data and logs of its own. `node scripts/host/openstack.mjs` starts one and keeps it until Ctrl-C.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from './free-port.mjs';
import { startMariadb } from './mariadb.mjs';
import { configurations } from './openstack/configurations.mjs';
import { answering, lastErrorIn, READY_WITHIN, runAll, startProcess, stopProcess } from './openstack/processes.mjs';
import { commandOf, DATABASES, PASSWORD, PROGRAMS, schemaCommands, SERVICES, WITH_PORT } from './openstack/services.mjs';
import { seedCloud, seedKeystone } from './openstack/seed.mjs';
import { ensurePackages } from './packages.mjs';
import { startRabbitmq } from './rabbitmq.mjs';

/**
 * Starts one. `MAGNUM_TEST_OPENSTACK` names its folder: with that, other processes find it (`openstackAt`).
 * @param {{ log: (line: string) => void }} options
 */
export async function startOpenstack({ log }) {
  if (process.getuid?.() !== 0) throw new Error("an OpenStack for tests needs root, for its packages' programs");
  const [missing] = await ensurePackages(PROGRAMS, log, ['/usr/sbin']);
  if (missing) throw new Error(missing);
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'magnum-openstack-'));
  const [rabbitmq, mariadb] = await Promise.all([startRabbitmq({ log }), startMariadb({ log })]);
  mariadb.sql('SET GLOBAL max_connections = 1000');
  for (const name of DATABASES) mariadb.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb3`);
  const ports = {};
  for (const name of [...WITH_PORT, 'magnum']) ports[name] = await freePort();
  prepare(folder, { ports, database: mariadb.port, broker: rabbitmq.url });
  const stop = async () => {
    await Promise.all(SERVICES.map((name) => stopProcess(folder, name)));
    await rabbitmq.stop();
    await mariadb.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startServices(folder, mariadb.port, ports);
    await seedCloud(keystoneOf(ports), ports);
    await hypervisorReady(folder, mariadb);
  } catch (error) {
    log(`OpenStack did not start; its logs were in ${folder}/log`);
    await stop();
    throw error;
  }
  log(`OpenStack: ready after ${Math.round((Date.now() - started) / 1000)} s in ${folder}`);
  return { ...openstackAt(folder), stop };
}

/** Whatever does not wait for another's work runs beside it: two processors have enough to do all the time. */
async function startServices(folder, database, ports) {
  const { keystone, ...others } = schemaCommands(folder, database, ports);
  const seeded = runAll(folder, 'keystone', keystone)
    .then(() => startService(folder, 'keystone'))
    .then(() => ready(folder, 'keystone'))
    .then(() => seedKeystone(keystoneOf(ports), ports));
  const started = Object.entries(others).map(async ([component, commands]) => {
    // Nova's scheduler ends at once where the catalog knows no Placement yet.
    await Promise.all([runAll(folder, component, commands), seeded]);
    for (const name of SERVICES.filter((service) => service.split('-')[0] === component && service !== LAST))
      startService(folder, name);
  });
  // All of them end before the caller gets the error: nothing is started after the caller has begun to stop everything.
  for (const outcome of await Promise.allSettled([seeded, ...started])) if (outcome.status === 'rejected') throw outcome.reason;
  await Promise.all(WITH_PORT.map((name) => ready(folder, name)));
  startService(folder, LAST);
}

/** It tells Placement once what its host has, and again only after a minute. */
const LAST = 'nova-compute';

/** One that runs already, by its folder. */
export function openstackAt(folder) {
  const { ports, database, broker } = cloudIn(folder);
  return {
    folder,
    ports,
    database,
    broker,
    keystone: keystoneOf(ports),
    password: PASSWORD,
    /** Ends a service; others meet a refused connection. */
    suspend: (name) => stopProcess(folder, name),
    resume: async (name) => {
      startService(folder, name);
      if (WITH_PORT.includes(name)) await ready(folder, name);
    },
  };
}

function keystoneOf(ports) {
  return `http://127.0.0.1:${ports.keystone}`;
}

function prepare(folder, cloud) {
  for (const name of ['etc', 'log', 'pid', 'home', 'state']) mkdirSync(join(folder, name));
  for (const name of [
    'fernet-keys',
    'credential-keys',
    'images',
    'staging',
    'tasks',
    'neutron',
    'neutron-lock',
    'nova',
    'nova-lock',
    'cinder',
    'cinder-lock',
  ])
    mkdirSync(join(folder, 'state', name), { mode: 0o700 });
  mkdirSync(join(folder, 'state', 'nova', 'instances'));
  for (const name of ['fernet-keys', 'credential-keys']) writeKeys(join(folder, 'state', name));
  for (const [name, text] of Object.entries(configurations({ folder, ...cloud }))) {
    mkdirSync(dirname(join(folder, 'etc', name)), { recursive: true });
    writeFileSync(join(folder, 'etc', name), text);
  }
  symlinkSync(join(folder, 'etc', 'barbican'), join(folder, 'home', '.barbican'));
  writeFileSync(join(folder, 'cloud.json'), JSON.stringify(cloud));
}

/** The key that counts and the next one, as Keystone names them. */
function writeKeys(folder) {
  for (const name of ['0', '1'])
    writeFileSync(join(folder, name), randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_'), {
      mode: 0o600,
    });
}

function cloudIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'cloud.json'), 'utf8'));
}

function startService(folder, name) {
  startProcess(folder, name, commandOf(name, folder, cloudIn(folder).ports));
}

function ready(folder, name) {
  return answering(folder, name, cloudIn(folder).ports[name]);
}

/** Servers can be made when the compute host is known to the scheduler and Neutron knows its agent. */
async function hypervisorReady(folder, mariadb) {
  for (const end = Date.now() + READY_WITHIN; Date.now() < end; await sleep(500)) {
    const counts = [
      "SELECT COUNT(*) FROM nova.services WHERE `binary` = 'nova-compute' AND deleted = 0 AND updated_at IS NOT NULL",
      'SELECT COUNT(*) FROM nova_api.host_mappings',
      'SELECT COUNT(*) FROM neutron.agents',
      'SELECT COUNT(*) FROM heat.service WHERE deleted_at IS NULL',
      'SELECT COUNT(*) FROM placement.inventories',
    ].map((text) => Number(mariadb.sql(text).trim()));
    if (counts.every((count) => count > 0)) return;
  }
  throw new Error(`the fake hypervisor did not come up: ${lastErrorIn(folder, 'nova-compute')}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const cloud = await startOpenstack({ log: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`MAGNUM_TEST_OPENSTACK=${cloud.folder}\nKeystone: ${cloud.keystone}/v3, password ${cloud.password}\n`);
  const end = () => void cloud.stop().then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
  await new Promise((done) => setInterval(done, 2 ** 30).ref());
}
