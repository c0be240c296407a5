// Processes of an OpenStack of the tests. What is known of them (pid, log) is in the cloud's folder, so that other processes find it.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const READY_WITHIN = 240_000;
const COMPLAINTS = 12;

function environment(folder, more = {}) {
  return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: join(folder, 'home'), LANG: 'C.UTF-8', no_proxy: '127.0.0.1', ...more };
}

/** Starts one in the background. `env` is what it gets beside the usual. */
export function startProcess(folder, name, { argv, env }) {
  const [program, ...words] = argv;
  const log = openSync(join(folder, 'log', `${name}.log`), 'a');
  // A group of its own: workers go with their master, and Ctrl-C is not theirs.
  const child = spawn(program, words, { stdio: ['ignore', log, log], env: environment(folder, env), detached: true, cwd: '/' });
  child.unref();
  writeFileSync(join(folder, 'pid', name), String(child.pid ?? ''));
}

export async function stopProcess(folder, name) {
  const pid = pidOf(folder, name);
  if (pid === undefined) return;
  rmSync(join(folder, 'pid', name), { force: true });
  signalGroup(pid, 'SIGTERM');
  for (let waited = 0; waited < 100 && isAlive(pid); waited += 1) await sleep(50);
  // Heat waits for running work at SIGTERM; in tests it is a crash that has to be survived.
  for (let waited = 0; waited < 100 && isGroupAlive(pid); waited += 1) {
    signalGroup(pid, 'SIGKILL');
    await sleep(50);
  }
}

function pidOf(folder, name) {
  try {
    return Number(readFileSync(join(folder, 'pid', name), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // No process is left.
  }
}

/** A zombie, whose parent does not look, is not alive. */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function isGroupAlive(pid) {
  const { stdout } = spawnSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').some((line) => new RegExp(`^\\s*${pid}\\s+[^Z]`).test(line));
}

/**
 * Commands of one component, one after the other, until one fails: the error names the program and the last error line of its own output.
 * Components are set up beside each other, so each has a log of its own.
 */
export async function runAll(folder, component, commands) {
  const name = `setup-${component}`;
  for (const [program, ...words] of commands) {
    const log = openSync(join(folder, 'log', `${name}.log`), 'a');
    // What the commands before have written is not of this one.
    const { size: before } = fstatSync(log);
    const child = spawn(program, words, { stdio: ['ignore', log, log], env: environment(folder), cwd: '/' });
    const status = await new Promise((done) => child.once('exit', done).once('error', () => done(127)));
    closeSync(log);
    if (status === 127) throw new Error(`${program} is not there: which Debian package brings it?`);
    if (status !== 0)
      throw new Error(`${program} ${words.slice(-2).join(' ')} failed (${status}): ${lastErrorIn(folder, name, before)}`);
  }
}

/** Resolves when the process answers requests; rejects when it ends. */
export async function answering(folder, name, port) {
  const pid = pidOf(folder, name);
  for (const end = Date.now() + READY_WITHIN; Date.now() < end; await sleep(200)) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    if (response && (response.status < 500 || response.status === 501)) return;
    if (pid === undefined || !isAlive(pid)) throw new Error(`${name} ended: ${lastErrorIn(folder, name)}`);
  }
  throw new Error(`${name} does not answer: ${lastErrorIn(folder, name)}`);
}

const ERROR_LINE = /\b(ERROR|CRITICAL)\b|^\w*(Error|Exception)\b|^\S+: error\b|^\S*(Error|Exception): /;

/** The last line of a log, after so many bytes, that speaks of an error; the last line of all where none does. */
export function lastErrorIn(folder, name, from = 0) {
  const lines = readFileSync(join(folder, 'log', `${name}.log`))
    .toString('utf8', from)
    .trimEnd()
    .split('\n');
  return (lines.findLast((line) => ERROR_LINE.test(line)) ?? lines.at(-1) ?? '').slice(0, 500);
}

/**
 * What the services complain of, the last lines of each: for a reader of a failed run who no longer has the machine.
 * @param {string} folder
 */
export function complaintsIn(folder) {
  return readdirSync(join(folder, 'log')).flatMap((file) => {
    const lines = readFileSync(join(folder, 'log', file), 'utf8')
      .split('\n')
      .filter((line) => /^[\d-]+ [\d:.]+ \d+ (ERROR|CRITICAL) |^\w*(Error|Exception): /.test(line))
      .slice(-COMPLAINTS)
      .map((line) => `  ${line.slice(0, 400)}`);
    return lines.length > 0 ? [`${file}:`, ...lines] : [];
  });
}
