import { readFileSync, statSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';
import { vaultKeyFile } from './vault-key.js';

const FIELD = '[vault] key_file';
const MAKE = 'magnum-db-manage generate-key FILE';

/** A list with one member at least. */
export type SealingKeys = readonly [newest: Uint8Array, ...older: readonly Uint8Array[]];

/**
 * The keys in `[vault] key_file`: one to a line, 32 bytes in base64; `#` begins a comment. The first seals, all of them open. Errors:
 * `invalid-parameter` where the file is not named, cannot be read, holds anything else, or can be read by others than the service.
 */
export function sealingKeys(config: Config): SealingKeys {
  const file = vaultKeyFile(config);
  if (file === null)
    throw new DomainError('invalid-parameter', { field: FIELD, message: `${FIELD} is not set: make one with: ${MAKE}.` });
  const lines = contentOf(file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const [newest, ...older] = lines.map((line) => Buffer.from(line, 'base64'));
  if (newest === undefined || [newest, ...older].some((key) => key.length !== 32))
    throw refusal(`${file} must hold 32 bytes in base64 on each line: make one with ${MAKE}.`);
  return [newest, ...older];
}

/** Nothing where the processes will find a good key. Errors: `invalid-parameter`, naming option and file. */
export function vaultKeyProblems(config: Config): readonly string[] {
  sealingKeys(config);
  return [];
}

function contentOf(file: string): string {
  try {
    requirePrivate(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw refusal(`${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}).`);
  }
}

const [OTHERS, GROUP, GROUP_WRITES] = [0o007, 0o070, 0o020];

/**
 * Who reads the key reads every secret of every bay. A file of the service's own account is for that account alone. One that belongs to
 * another account, root as a rule, may be read by its group: packages install configuration so, and so do volumes of Kubernetes with
 * `fsGroup`, and without the group the service could not read it.
 */
function requirePrivate(file: string): void {
  const { mode, uid } = statSync(file);
  const isOwn = uid === process.getuid?.();
  if ((mode & OTHERS) === 0 && (mode & (isOwn ? GROUP : GROUP_WRITES)) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw refusal(
    `${file} has mode ${shown}: others than the service can read or change the key. Set it: chmod ${isOwn ? '600' : '640'} ${file}`,
  );
}

function refusal(message: string): DomainError {
  return new DomainError('invalid-parameter', { field: FIELD, message: `${FIELD}: ${message}` });
}
