import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';

const USUAL_FILE = 'vault.key';
const USUAL_FOLDER = '/etc/magnum';
const KEY_BYTES = 32;

/** `[vault] key_file`, else `vault.key` beside the configuration or in /etc/magnum; null where there is none. */
export function vaultKeyFile(config: Config): string | null {
  const named = config.sections.vault.key_file;
  return named ?? placesOf(config).find((place) => existsSync(place)) ?? null;
}

/**
 * Makes a key where none is configured and none lies in its usual place: readable by its owner alone, beside the configuration. To be
 * called for a new database only: what another key has sealed could not be opened with this one. Returns where it is.
 */
export function makeVaultKey(config: Config): string | undefined {
  if (vaultKeyFile(config) !== null) return undefined;
  const [place = join(USUAL_FOLDER, USUAL_FILE)] = placesOf(config);
  writeVaultKey(place);
  return place;
}

/** Never overwrites. Errors: what the system says. */
export function writeVaultKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
}

function placesOf(config: Config): readonly string[] {
  return [...new Set([...config.folders, USUAL_FOLDER])].map((folder) => join(folder, USUAL_FILE));
}
