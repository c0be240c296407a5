// Builds programs in Go from a module of the project's own, once for each state of its sources, into the user's cache.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, ensureGo } from './go.mjs';

const PROGRESS_EVERY = 30_000;
/** A lock without a process id in it belongs to a process that has just made it, or died then. */
const NAMELESS_LOCK_FOR = 10_000;

/**
 * Where the programs of such an order are, or will be.
 * @param {{ name: string, files: Record<string, string>, packages?: string[], flags?: string[] }} order
 */
export function programsFolder({ name, files, packages = ['.'], flags = [] }) {
  return join(cacheFolder(), `${name}-${hashOf(files, [...packages, ...flags])}`);
}

/**
 * Folder with the programs, one for each package: out of the cache, or built. Two builders at a time would each take all of the
 * machine's processors, so the second waits for the first. The folder appears under its name complete or not at all. Throws with the
 * builder's last line.
 * @param {{ name: string, files: Record<string, string>, packages?: string[], flags?: string[], tests?: boolean, duration: string,
 *   log: (line: string) => void }} order `files`: path in the module to path here; `tests`: the package's tests are the program, which then has the package's
 *   name and the ending `.test`; `duration`: how long it takes, for people
 */
export async function buildGoPrograms(order) {
  const { name, files, packages = ['.'], flags = [], tests = false, duration, log } = order;
  const folder = programsFolder(order);
  if (existsSync(folder)) return folder;
  const go = await ensureGo(log);
  mkdirSync(cacheFolder(), { recursive: true });
  await underLock(
    `${folder}.lock`,
    () => log(`waiting for another process that builds ${name}`),
    async () => {
      if (existsSync(folder)) return;
      log(`building ${name} from its Go modules (once, ${duration})`);
      const started = Date.now();
      await build(folder, { go, name, files, verb: tests ? ['test', '-c'] : ['build'], words: [...flags, ...packages], log });
      log(`${name}: built in ${seconds(started)} s`);
    },
  );
  return folder;
}

async function build(folder, { go, name, files, verb, words, log }) {
  const work = mkdtempSync(join(tmpdir(), `magnum-${name}-build-`));
  const unfinished = `${folder}.${process.pid}`;
  try {
    // A folder of its own: the go command may write to go.sum.
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      copyFileSync(source, join(work, path));
    }
    mkdirSync(unfinished);
    // -v names each package once it is compiled.
    await run(go, [...verb, '-v', '-trimpath', '-o', `${unfinished}/`, ...words], { folder: work, name, log });
    renameSync(unfinished, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function hashOf(files, words) {
  const hash = createHash('sha256').update(words.join('\0'));
  for (const [path, source] of Object.entries(files).sort()) hash.update(`\0${path}\0`).update(readFileSync(source));
  return hash.digest('hex').slice(0, 12);
}

/** @returns {Promise<void>} */
function run(go, words, { folder, name, log }) {
  return new Promise((done, failed) => {
    const child = spawn(go, words, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    });
    const started = Date.now();
    let tail = '';
    let compiled = 0;
    const timer = setInterval(() => log(`${name}: ${compiled} packages compiled after ${seconds(started)} s`), PROGRESS_EVERY);
    child.stderr.on('data', (chunk) => {
      compiled += String(chunk).split('\n').length - 1;
      tail = (tail + chunk).slice(-40_000);
    });
    child.once('error', failed);
    child.once('close', (code) => {
      clearInterval(timer);
      if (code === 0) done();
      else failed(new Error(`${name} could not be built: ${reasonIn(tail)}`));
    });
  });
}

/** The first complaint of the compiler, which names a place in a file; other packages are still compiled after it. */
function reasonIn(output) {
  const lines = output.trim().split('\n');
  return lines.find((line) => /^\S+\.go:\d+:/.test(line)) ?? lines.at(-1);
}

/** Runs the work while a file says that this process is at it. The file of a process that has died counts for nothing. */
async function underLock(path, onWait, work) {
  let waited = false;
  while (!takeLock(path)) {
    if (!waited) onWait();
    waited = true;
    if (isAbandoned(path)) rmSync(path, { force: true });
    else await sleep(1_000);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function takeLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAbandoned(path) {
  try {
    const holder = Number(readFileSync(path, 'utf8'));
    if (holder > 0) return !isAlive(holder);
    return Date.now() - statSync(path).mtimeMs > NAMELESS_LOCK_FOR;
  } catch {
    return false; // it is gone by now
  }
}

function isAlive(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}
