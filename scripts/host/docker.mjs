// Finds a Docker Engine for the embedded cloud, or, when allowed, installs and starts one (Debian and its kin, as root).
// Runnable on its own: `node scripts/host/docker.mjs [--install]` prints what it found and leaves a started engine running.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const PACKAGES = ['docker.io', 'iptables', 'debootstrap'];
const READY_WITHIN = 30_000;

/**
 * @typedef {{ available: true, socket: string, startedPid?: number | undefined, stop: () => Promise<void> }} EngineFound
 * @typedef {{ available: false, reason: string }} EngineMissing
 */

/**
 * An engine that answers, started if need be. `stop()` ends the engine only if this call started it.
 * `socket` is a path, or the DOCKER_HOST address when that is not a socket.
 * @param {{ install: boolean, log: (line: string) => void, signal?: AbortSignal, socket?: string }} options `socket`: where to
 *   look and, if need be, to start; Docker's usual one (or DOCKER_HOST) when absent
 * @returns {Promise<EngineFound | EngineMissing>}
 */
export async function ensureDocker({ install, log, signal, socket: wanted }) {
  const address = wanted || process.env.DOCKER_HOST || DEFAULT_SOCKET;
  const socket = address.replace(/^unix:\/\//, '');
  if (await answers(socket)) return { available: true, socket, stop: async () => {} };
  if (!wanted && process.env.DOCKER_HOST) return missing(`no Docker Engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}`);
  if (process.platform !== 'linux')
    return missing('no Docker Engine answers; start Docker Desktop or another engine and try again');
  if (process.getuid?.() !== 0) return missing('no Docker Engine answers, and starting one needs root');
  const problem = await ensureInstalled(install, log, signal);
  return problem ? missing(problem) : start(socket, log, signal);
}

/**
 * @param {string} reason
 * @returns {EngineMissing}
 */
function missing(reason) {
  return { available: false, reason };
}

async function ensureInstalled(install, log, signal) {
  if (findProgram('dockerd')) return undefined;
  if (!install) return 'no Docker Engine answers and dockerd is not installed (apt-get install docker.io)';
  if (!findProgram('apt-get')) return 'dockerd is not installed, and only Debian and its kin are set up automatically';
  log(`installing ${PACKAGES.join(', ')} (Debian packages; a minute or two)`);
  const updated = await run('apt-get', ['update', '-q'], signal);
  if (updated) return `apt-get update failed: ${updated}`;
  const installed = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...PACKAGES], signal);
  return installed ? `apt-get install ${PACKAGES.join(' ')} failed: ${installed}` : undefined;
}

/**
 * Its own session: the engine outlives a Ctrl-C at the terminal, so that the caller can still remove its containers.
 * @returns {Promise<EngineFound | EngineMissing>}
 */
async function start(socket, log, signal) {
  const logFile = join(tmpdir(), `magnum-dockerd-${process.pid}.log`);
  const output = openSync(logFile, 'a', 0o600);
  const engine = spawn(findProgram('dockerd') ?? 'dockerd', ['--host', `unix://${socket}`], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  const failed = new Promise((resolve) => {
    engine.once('error', (error) => resolve(error.message));
    engine.once('exit', (code) => resolve(`dockerd ended with code ${code}`));
  });
  closeSync(output);
  engine.unref();
  log(`starting dockerd (log: ${logFile})`);
  const problem = await Promise.race([failed, becameReady(socket, signal)]);
  if (problem === undefined) {
    return { available: true, socket, startedPid: engine.pid, stop: () => end(engine.pid) };
  }
  await end(engine.pid);
  return missing(`${problem}; see ${logFile}`);
}

async function becameReady(socket, signal) {
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline && !signal?.aborted) {
    if (await answers(socket)) return undefined;
    await sleep(200);
  }
  return signal?.aborted ? 'interrupted' : `dockerd did not answer within ${READY_WITHIN / 1000} s`;
}

async function end(pid) {
  if (pid === undefined || !isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < 15_000 && isAlive(pid); waited += 100) await sleep(100);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function answers(address) {
  const remote = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(address);
  const where = remote ? { host: remote[1], port: Number(remote[2]) } : { socketPath: address };
  return new Promise((resolve) => {
    const call = request({ ...where, path: '/_ping', timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call
      .on('error', () => resolve(false))
      .on('timeout', () => call.destroy(new Error('timeout')))
      .end();
  });
}

/** Undefined when the program succeeded, otherwise its last line. */
function run(program, parameters, signal) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      ...(signal ? { signal } : {}),
    });
    let tail = '';
    const keep = (chunk) => {
      tail = (tail + chunk).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : tail.trim().split('\n').at(-1) || `exit code ${code}`));
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = await ensureDocker({ install: process.argv.includes('--install'), log: (line) => console.log(line) });
  console.log(found.available ? `Docker Engine answers at ${found.socket}` : found.reason);
  process.exitCode = found.available ? 0 : 1;
}
