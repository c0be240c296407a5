// Debian packages that tests need beyond the engine: installed when root, named when not.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Makes sure that programs exist. Returns a line for each that is missing and could not be installed.
 * @param {Record<string, string>} wanted program (a whole path where another of that name may be in PATH) to Debian package
 * @param {(line: string) => void} log
 * @param {string[]} moreFolders searched beside PATH
 * @returns {Promise<string[]>}
 */
export async function ensurePackages(wanted, log, moreFolders = []) {
  const isThere = (program) => isIn(program, [...(process.env.PATH ?? '').split(delimiter), ...moreFolders]);
  const missing = Object.entries(wanted).filter(([program]) => !isThere(program));
  if (missing.length === 0) return [];
  const names = missing.map(([, name]) => name);
  if (process.getuid?.() !== 0 || !isThere('apt-get'))
    return missing.map(([program, name]) => `missing: ${program} (Debian package ${name})`);
  log(`installing ${names.join(', ')} (Debian packages)`);
  const problem = await withoutStartingServices(async () => (await apt(['update', '-q'])) ?? (await apt(installationOf(names))));
  return missing
    .filter(([program]) => !isThere(program))
    .map(
      ([program, name]) => `missing: ${program} (apt-get install ${name} failed: ${problem ?? 'the package does not bring it'})`,
    );
}

function installationOf(names) {
  return ['install', '-y', '-q', '--no-install-recommends', ...names];
}

/** Undefined when it succeeded, otherwise apt's last error line. Waits for another installation that is under way. */
function apt(words) {
  return new Promise((done) => {
    const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=600', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (tail = (tail + chunk).slice(-8000)));
    child.once('error', (error) => done(error.message));
    child.once('close', (code) => done(code === 0 ? undefined : lastErrorOf(tail) || `exit code ${code}`));
  });
}

function lastErrorOf(text) {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => /^(E:|dpkg: error)/.test(line)) ?? lines.at(-1);
}

/**
 * Debian starts a server as soon as its package is installed, on the usual port; tests start their own, on ports of
 * their own. policy-rc.d is Debian's switch for that; an existing one is the administrator's and stays.
 */
async function withoutStartingServices(install) {
  if (existsSync(POLICY)) return install();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

function isIn(program, folders) {
  const places = isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
