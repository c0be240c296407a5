// A RabbitMQ of one's own for tests, benchmarks and trials: own directories, own ports, loopback only.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { ensurePackages } from './packages.mjs';

const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const CONTROL = '/usr/lib/rabbitmq/bin/rabbitmqctl';
const READY_WITHIN = 90_000;

/**
 * Starts a RabbitMQ. `url` is what `[DEFAULT] transport_url` takes.
 * @param {{ log: (line: string) => void }} options
 */
export async function startRabbitmq({ log }) {
  const [missing] = await ensurePackages({ 'rabbitmq-server': 'rabbitmq-server' }, log, ['/usr/sbin', '/usr/lib/rabbitmq/bin']);
  if (missing) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'magnum-rabbitmq-'));
  const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()];
  const server = { folder, port, process: undefined, env: environment(folder, { port, distribution, epmd }) };
  for (const name of ['mnesia', 'log', 'home']) mkdirSync(join(folder, name));
  await start(server);
  return {
    port,
    url: `rabbit://guest:guest@127.0.0.1:${port}/`,
    restart: async (signal = 'SIGTERM') => {
      await end(server, signal);
      await start(server);
    },
    /** Runs `rabbitmqctl` on it. */
    control: (words) => control(server, words),
    suspend: (signal = 'SIGTERM') => end(server, signal),
    resume: () => start(server),
    stop: async () => {
      await end(server, 'SIGTERM');
      await endEpmd(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function environment(folder, ports) {
  return {
    ...process.env,
    HOME: join(folder, 'home'),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `magnum-${ports.port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.port),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_CONFIG_FILE: join(folder, 'none'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
  };
}

async function start(server) {
  const log = openSync(join(server.folder, 'out'), 'a');
  // A group of its own: the script starts the runtime as a child, and a crash must take both.
  server.process = spawn(PROGRAM, [], { stdio: ['ignore', log, log], env: server.env, detached: true });
  const end = Date.now() + READY_WITHIN;
  while (Date.now() < end) {
    if (server.process.exitCode !== null)
      throw new Error(`rabbitmq-server ended with code ${server.process.exitCode}; see ${join(server.folder, 'out')}`);
    if (await answers(server.port)) return;
    await sleep(200);
  }
  throw new Error('RabbitMQ did not answer in time');
}

async function end(server, signal) {
  if (!server.process || server.process.exitCode !== null || server.process.signalCode !== null) return;
  const gone = new Promise((done) => server.process.once('exit', done));
  process.kill(-server.process.pid, signal);
  await gone;
}

/** @returns {Promise<void>} */
function control(server, words) {
  return new Promise((done, failed) =>
    spawn(CONTROL, ['--node', server.env.RABBITMQ_NODENAME, ...words], { stdio: 'ignore', env: server.env })
      .on('error', failed)
      .once('exit', (code) => (code === 0 ? done() : failed(new Error(`rabbitmqctl ${words.join(' ')} ended with ${code}`)))),
  );
}

/** The port mapper outlives its node: it is stopped by its own port. */
async function endEpmd(server) {
  await new Promise((done) =>
    spawn('epmd', ['-kill'], { stdio: 'ignore', env: server.env }).once('exit', done).once('error', done),
  );
}

/** AMQP servers answer a header that they do not like with their own. */
function answers(port) {
  return new Promise((done) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (value) => {
      socket.destroy();
      done(value);
    };
    socket.once('connect', () => socket.write('AMQP\x00\x00\x00\x00'));
    socket.once('data', () => finish(true));
    socket.once('error', () => finish(false));
    socket.setTimeout(1_000, () => finish(false));
  });
}
