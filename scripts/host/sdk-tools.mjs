// Compilers of other releases, checkers of packages, and workerd. They are not among the project's own tools, since two packages with a program
// of one name (`tsc`) take turns in `node_modules/.bin`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCE = fileURLToPath(new URL('./sdk-tools/', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../.cache/sdk-tools/', import.meta.url));

/**
 * The folder with the tools, installed by their lock file once. Throws where npm's registry cannot be reached.
 * @param {(line: string) => void} log gets a line before anything is fetched
 */
export function sdkTools(log = () => undefined) {
  if (isInstalled()) return FOLDER;
  log("fetching compilers, checkers of packages and workerd from npm's registry (120 MB, once)");
  mkdirSync(FOLDER, { recursive: true });
  copyFileSync(join(SOURCE, 'package.json'), join(FOLDER, 'package.json'));
  copyFileSync(join(SOURCE, 'package-lock.json'), join(FOLDER, 'package-lock.json'));
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, encoding: 'utf8' });
  if (installed.status !== 0)
    throw new Error(`the tools could not be installed from npm: ${installed.stderr.trim().slice(-500)}`);
  return FOLDER;
}

function isInstalled() {
  const lock = join(FOLDER, 'package-lock.json');
  if (!existsSync(lock) || !existsSync(join(FOLDER, 'node_modules', 'publint'))) return false;
  return readFileSync(lock, 'utf8') === readFileSync(join(SOURCE, 'package-lock.json'), 'utf8');
}

/** Imports a module of the tools. @param {string} path */
export async function importTool(path) {
  return import(pathToFileURL(join(sdkTools(), 'node_modules', path)).href);
}

/** The program of workerd, the runtime of Cloudflare's workers; undefined where there is none for this system and processor. */
export function workerdProgram() {
  const path = join(sdkTools(), 'node_modules', '@cloudflare', 'workerd-linux-64', 'bin', 'workerd');
  return existsSync(path) ? path : undefined;
}

/** The compiler's program of a release. @param {'5.5' | '5.9' | '7'} release */
export function compilerOf(release) {
  const own = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  return release === '5.9' ? own : join(sdkTools(), 'node_modules', `typescript-${release}`, 'bin', 'tsc');
}
