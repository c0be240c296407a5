// A MariaDB of one's own for tests, benchmarks and trials: own data directory, own port, loopback only.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { ensurePackages } from './packages.mjs';

const READY_WITHIN = 60_000;

/**
 * Starts a MariaDB with an empty database `magnum`. `url` is what `[database] connection` takes.
 * @param {{ log: (line: string) => void, settings?: readonly string[], under?: string }} options `settings`: more of mariadbd's options;
 *   `under`: the folder that gets its data
 */
export async function startMariadb({ log, settings = [], under = tmpdir() }) {
  const [missing] = await ensurePackages({ mariadbd: 'mariadb-server' }, log, ['/usr/sbin']);
  if (missing) throw new Error(missing);
  const folder = mkdtempSync(join(under, 'magnum-mariadb-'));
  const data = join(folder, 'data');
  const made = spawnSync(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', `--user=${userName()}`],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr.split('\n').slice(-3).join(' ')}`);
  const port = await freePort();
  const server = { folder, data, port, settings, process: undefined };
  await start(server);
  run(
    server,
    "CREATE DATABASE magnum CHARACTER SET utf8mb4; CREATE USER 'magnum'@'127.0.0.1' IDENTIFIED BY 'magnum'; GRANT ALL ON *.* TO 'magnum'@'127.0.0.1';",
  );
  return {
    port,
    url: `mysql+pymysql://magnum:magnum@127.0.0.1:${port}/magnum?charset=utf8mb4`,
    /** Runs SQL as root. */
    sql: (text) => run(server, text),
    /** Ends it, cleanly or as a crash would, and starts it again on the same data. */
    restart: async (signal = 'SIGTERM') => {
      await end(server, signal);
      await start(server);
    },
    suspend: (signal = 'SIGTERM') => end(server, signal),
    resume: () => start(server),
    stop: async () => {
      await end(server, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(server) {
  const log = openSync(join(server.folder, 'log'), 'a');
  server.process = spawn(
    '/usr/sbin/mariadbd',
    [
      '--no-defaults',
      `--datadir=${server.data}`,
      `--socket=${join(server.folder, 'socket')}`,
      `--pid-file=${join(server.folder, 'pid')}`,
      `--port=${server.port}`,
      '--bind-address=127.0.0.1',
      `--user=${userName()}`,
      '--innodb-buffer-pool-size=64M',
      '--skip-log-bin',
      '--max-connections=300',
      ...server.settings,
    ],
    { stdio: ['ignore', log, log] },
  );
  const end = Date.now() + READY_WITHIN;
  while (Date.now() < end) {
    if (server.process.exitCode !== null)
      throw new Error(`mariadbd ended with code ${server.process.exitCode}; see ${join(server.folder, 'log')}`);
    if (await answers(server.port)) return;
    await sleep(100);
  }
  throw new Error('mariadbd did not answer in time');
}

async function end(server, signal) {
  if (!server.process || server.process.exitCode !== null || server.process.signalCode !== null) return;
  const gone = new Promise((done) => server.process.once('exit', done));
  server.process.kill(signal);
  await gone;
}

function run(server, text) {
  const { status, stdout, stderr } = spawnSync(
    'mariadb',
    ['--no-defaults', `--socket=${join(server.folder, 'socket')}`, '-uroot', '-N', '-B'],
    { input: text, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`mariadb: ${stderr.trim()}`);
  return stdout;
}

function answers(port) {
  return new Promise((done) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('data', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
    socket.setTimeout(1_000, () => {
      socket.destroy();
      done(false);
    });
  });
}

function userName() {
  return process.getuid?.() === 0 ? 'root' : (process.env.USER ?? 'mysql');
}
