// Debian packages that tests need beyond the engine: installed when root, named when not.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

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
  // Run level 1: packages of servers must not start them; tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env });
  spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], { stdio: 'ignore', env });
  return missing
    .filter(([program]) => !isThere(program))
    .map(([program, name]) => `missing: ${program} (apt-get install ${name} failed)`);
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
