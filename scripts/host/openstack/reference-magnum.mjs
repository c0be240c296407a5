// Upstream's Magnum of the Zed release, from Debian's packages, on an OpenStack of the tests: what ours is measured by. It is in no
// catalog: `container-infra` stays ours, and who wants to talk to it has its address.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from '../free-port.mjs';
import { openstackAt } from '../openstack.mjs';
import { ensurePackages } from '../packages.mjs';
import { answering, lastErrorIn, READY_WITHIN, runAll, startProcess, stopProcess } from './processes.mjs';
import { trusteeIds } from './seed.mjs';
import { commonLines } from './configurations.mjs';
import { PASSWORD, REGION, uwsgi } from './services.mjs';

// Our own programs have such names too, and stand first in npm's PATH.
const PROGRAMS = { '/usr/bin/magnum-api-wsgi': 'magnum-api', '/usr/bin/magnum-conductor': 'magnum-conductor' };
const DATABASE = 'reference_magnum';
const [API, CONDUCTOR] = ['reference-magnum-api', 'reference-magnum-conductor'];

/**
 * Starts its API and its conductor, on a database and an exchange of their own.
 * @param {import('../openstack.mjs').Openstack} openstack
 * @param {{ log: (line: string) => void }} options
 */
export async function startReferenceMagnum(openstack, { log }) {
  const [missing] = await ensurePackages(PROGRAMS, log, ['/usr/sbin']);
  if (missing) throw new Error(missing);
  const started = Date.now();
  const { folder } = openstack;
  const port = await freePort();
  const stop = async () => {
    await Promise.all([API, CONDUCTOR].map((name) => stopProcess(folder, name)));
    sql(openstack, `DROP DATABASE IF EXISTS ${DATABASE}`);
  };
  try {
    const config = prepare(openstack, port, await trusteeIds(openstack.keystone));
    sql(openstack, `DROP DATABASE IF EXISTS ${DATABASE}; CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb3`);
    await runAll(folder, 'magnum', [['/usr/bin/magnum-db-manage', '--config-file', config, 'upgrade']]);
    // The WSGI program takes no words: it looks for its configuration at home.
    startProcess(
      folder,
      API,
      uwsgi('/usr/bin/magnum-api-wsgi', port, { env: { HOME: join(folder, 'home', 'reference-magnum') }, processes: 2 }),
    );
    startProcess(folder, CONDUCTOR, { argv: ['/usr/bin/magnum-conductor', '--config-file', config], env: {} });
    await answering(folder, API, port);
    await conductorReady(openstack);
  } catch (error) {
    log(`the reference Magnum did not start; its logs are ${folder}/log/reference-magnum-*.log`);
    await stop();
    throw error;
  }
  log(`reference Magnum: ready after ${Math.round((Date.now() - started) / 1000)} s`);
  return { url: `http://127.0.0.1:${port}`, stop };
}

function prepare(openstack, port, trustees) {
  const { folder } = openstack;
  const home = join(folder, 'home', 'reference-magnum', '.magnum');
  mkdirSync(home, { recursive: true });
  mkdirSync(join(folder, 'state', 'reference-magnum'), { recursive: true });
  copyFileSync('/usr/share/magnum-common/api-paste.ini', join(home, 'api-paste.ini'));
  const config = join(home, 'magnum.conf');
  writeFileSync(config, `${configuration(openstack, { port, trustees, paste: join(home, 'api-paste.ini') }).join('\n')}\n`);
  return config;
}

function configuration({ folder, ports, database, broker }, { port, trustees, paste }) {
  const { db, account, authtoken } = commonLines({ ports, database });
  return [
    '[DEFAULT]',
    `transport_url = ${broker}`,
    'control_exchange = reference_magnum',
    'host = magnum-test',
    'use_stderr = true',
    'graceful_shutdown_timeout = 2',
    '[api]',
    'host = 127.0.0.1',
    `port = ${port}`,
    `api_paste_config = ${paste}`,
    '[database]',
    db(DATABASE),
    ...authtoken('magnum'),
    'auth_version = v3',
    '[keystone_auth]',
    ...account('magnum'),
    '[trust]',
    // By name it would ask Keystone for them at every request.
    `trustee_domain_id = ${trustees.domain}`,
    `trustee_domain_admin_id = ${trustees.admin}`,
    `trustee_domain_admin_password = ${PASSWORD}`,
    'trustee_keystone_interface = public',
    '[certificates]',
    'cert_manager_type = x509keypair',
    ...['cinder', 'glance', 'heat', 'magnum', 'neutron', 'nova', 'octavia', 'barbican'].flatMap((name) => [
      `[${name}_client]`,
      `region_name = ${REGION}`,
    ]),
    '[oslo_concurrency]',
    `lock_path = ${join(folder, 'state', 'reference-magnum')}`,
    '[oslo_messaging_notifications]',
    'driver = noop',
  ];
}

/** It writes itself into the table of services. */
async function conductorReady(openstack) {
  for (const end = Date.now() + READY_WITHIN; Date.now() < end; await sleep(300)) {
    if (Number(sql(openstack, `SELECT COUNT(*) FROM ${DATABASE}.magnum_service`).trim()) > 0) return;
  }
  throw new Error(`the reference's conductor did not come up: ${lastErrorIn(openstack.folder, CONDUCTOR)}`);
}

function sql({ database }, text) {
  const { status, stdout, stderr } = spawnSync(
    'mariadb',
    ['--no-defaults', '-h127.0.0.1', `-P${database}`, '-umagnum', '-pmagnum', '-N', '-B'],
    { input: text, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`mariadb: ${stderr.trim()}`);
  return stdout;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.env.MAGNUM_TEST_OPENSTACK;
  if (!folder) throw new Error('MAGNUM_TEST_OPENSTACK has to name an OpenStack that `node scripts/host/openstack.mjs` keeps');
  const reference = await startReferenceMagnum(openstackAt(folder), { log: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`reference Magnum: ${reference.url}/v1\n`);
  const end = () => void reference.stop().then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
  await new Promise((done) => setInterval(done, 2 ** 30).ref());
}
