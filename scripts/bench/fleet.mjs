// The service on production parts: MariaDB, RabbitMQ, magnum-api and magnum-conductor as processes.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { freePort } from '../host/free-port.mjs';
import { startMariadb } from '../host/mariadb.mjs';
import { startRabbitmq } from '../host/rabbitmq.mjs';

const BIN = resolve(import.meta.dirname, '..', '..', 'packages', 'server', 'bin');

/** Starts the neighbours and makes the schema; processes are started one by one. */
export async function startFleet(log) {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-bench-'));
  const [mariadb, rabbitmq] = await Promise.all([startMariadb({ log }), startRabbitmq({ log })]);
  const config = join(folder, 'magnum.conf');
  const apiPort = await freePort();
  const children = [];
  const stop = async () => {
    await Promise.all(children.map((child) => ended(child)));
    await Promise.all([mariadb.stop(), rabbitmq.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    prepare({ folder, config, apiPort, mariadb, rabbitmq });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    mariadb,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    stop,
    /** A program of the service by its name, or a script by its path. */
    start(name, { environment = {}, flags = [], stdout = 'drop', words = [] } = {}) {
      const options = ['--config-file', config, ...words];
      // Programs of the service start by themselves, with the flags that they have for operators.
      const node = isAbsolute(name) || flags.length > 0 ? [process.execPath, ...flags] : [];
      const script = isAbsolute(name) ? name : join(BIN, `${name}.js`);
      const [command, ...rest] = [...node, script, ...options];
      const child = spawn(command, rest, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...environment },
      });
      if (stdout === 'drop') child.stdout.resume();
      children.push(child);
      return child;
    },
  };
}

/** Configuration, key and schema. */
function prepare({ folder, config, apiPort, mariadb, rabbitmq }) {
  run('magnum-db-manage', 'generate-key', join(folder, 'key'));
  writeFileSync(
    config,
    [
      '[DEFAULT]',
      `transport_url = ${rabbitmq.url}`,
      '[database]',
      `connection = ${mariadb.url}`,
      '[api]',
      `port = ${apiPort}`,
      '[vault]',
      `key_file = ${join(folder, 'key')}`,
      '[embedded]',
      'admin_password = bench',
      'demo_password = bench',
      // One project makes all the bays of a section.
      '[quotas]',
      'max_bays_per_project = 100000',
      '[x509]',
      '',
    ].join('\n'),
  );
  run('magnum-db-manage', '--config-file', config, 'upgrade');
}

export async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
}

function run(name, ...args) {
  const { status, stderr } = spawnSync(process.execPath, [join(BIN, `${name}.js`), ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`);
}

/** A token of the embedded identity's user. */
export async function login(url, user = 'demo') {
  const response = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: user, domain: { name: 'Default' }, password: 'bench' } } },
        scope: { project: { name: user, domain: { name: 'Default' } } },
      },
    }),
  });
  const token = response.headers.get('x-subject-token');
  if (!token) throw new Error(`the embedded identity answered ${response.status} to a login of ${user}, without a token`);
  return token;
}
