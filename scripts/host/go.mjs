// Go, with which tests build what others have written in it. Debian 12 has 1.19, which is too old to fetch a newer one by itself,
// so where no later one is installed, one release comes from the Go module proxy into the user's cache, checked by its hash.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The first version that fetches a newer one by itself when a module asks for that. */
const OLDEST_MINOR = 21;
const RELEASE = 'go1.26.8';
/** SHA-256 of the release's archive at the module proxy, by Go's name of the processor. */
const ARCHIVES = {
  amd64: '30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7',
  arm64: '02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99',
};
const DEFAULT_PROXY = 'https://proxy.golang.org';
const DOWNLOAD_WITHIN = 600_000;

/** Folder of everything that is built or fetched once and kept between runs. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'magnum-ts');
}

/** The program's name or path. Throws with a one-line reason where there is none, or too old a one. */
export function goProgram() {
  for (const program of ['go', '/usr/local/go/bin/go', fetchedGo()]) {
    const { stdout } = spawnSync(program, ['version'], { encoding: 'utf8' });
    const [, minor] = /\bgo1\.(\d+)/.exec(stdout ?? '') ?? [];
    if (Number(minor) >= OLDEST_MINOR) return program;
  }
  throw new Error(`missing: go, 1.${OLDEST_MINOR} or later, from https://go.dev/dl (Debian 12 has 1.19)`);
}

/**
 * The program's name or path; fetched where none is installed. Throws with a one-line reason.
 * @param {(line: string) => void} log
 */
export async function ensureGo(log) {
  try {
    return goProgram();
  } catch (missing) {
    const hash = process.platform === 'linux' ? ARCHIVES[processorName()] : undefined;
    if (!hash) throw missing;
    log(`fetching ${RELEASE} from the Go module proxy (70 MB, once)`);
    await fetchGo(hash).catch((error) => {
      throw new Error(`${reasonOf(missing)}; it could not be fetched: ${reasonOf(error)}`);
    });
    return goProgram();
  }
}

function processorName() {
  return { x64: 'amd64', arm64: 'arm64' }[process.arch];
}

function fetchedGo() {
  return join(cacheFolder(), RELEASE, 'bin', 'go');
}

async function fetchGo(hash) {
  const module = `golang.org/toolchain@v0.0.1-${RELEASE}.linux-${processorName()}`;
  const archive = await download(`${proxy()}/${module.replace('@', '/@v/')}.zip`);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== hash) throw new Error(`its SHA-256 is ${found}, not ${hash}`);
  mkdirSync(cacheFolder(), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(), 'go-'));
  try {
    writeFileSync(join(work, 'archive.zip'), archive);
    const { status, stderr } = spawnSync('python3', ['-m', 'zipfile', '-e', 'archive.zip', '.'], { cwd: work, encoding: 'utf8' });
    if (status !== 0) throw new Error(`unpacking failed: ${(stderr ?? 'python3 is missing').trim().split('\n').at(-1)}`);
    markPrograms(join(work, module));
    takeInto(join(cacheFolder(), RELEASE), join(work, module));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Another process may have fetched it meanwhile: then its copy is used. */
function takeInto(folder, fetched) {
  try {
    renameSync(fetched, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'bin', 'go'))) throw error;
  }
}

/** Archives of the module proxy hold no file modes. */
function markPrograms(root) {
  for (const folder of ['bin', join('pkg', 'tool', `linux_${processorName()}`)])
    for (const file of readdirSync(join(root, folder))) chmodSync(join(root, folder, file), 0o755);
}

/** The first address of GOPROXY, as the go command reads it. */
function proxy() {
  const [first = ''] = (process.env.GOPROXY ?? '').split(/[,|]/);
  return /^https?:/.test(first) ? first.replace(/\/$/, '') : DEFAULT_PROXY;
}

async function download(url) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new Error(`no end within ${DOWNLOAD_WITHIN / 1000} s`)), DOWNLOAD_WITHIN);
  try {
    const response = await fetch(url, { signal: control.signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

/** fetch hides what went wrong in its cause. */
function reasonOf(error) {
  return error.cause?.message ?? error.message;
}
