import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../domain/errors.js';
import { parsePolicyFile, type PolicyFile } from './policy-file.js';

/** Where rules stand: one file, then every file of the folders in the order of their names; later ones win. */
export interface PolicySources {
  readonly file: string;
  /** False: without the file there are the defaults, until it comes. */
  readonly isFileRequired: boolean;
  readonly folders: readonly string[];
}

/** Reads everything. Errors: `invalid-parameter` with all that is wrong, one line each. */
export async function readPolicySources(sources: PolicySources): Promise<PolicyFile['rules']> {
  const files = (await filesOf(sources)).slice(sources.isFileRequired || (await isThere(sources.file)) ? 0 : 1);
  const read = await Promise.all(files.map(async (file) => parsePolicyFile(await contentOf(file), file)));
  const problems = read.flatMap((file) => file.problems);
  if (problems.length > 0) throw new DomainError('invalid-parameter', problems.join('\n'));
  return read.flatMap((file) => file.rules);
}

/** Changes whenever a file is changed, added or removed. */
export async function fingerprintOf(sources: PolicySources): Promise<string> {
  const parts = await Promise.all(
    (await filesOf(sources)).map(async (file) => {
      const seen = await stat(file).catch(() => undefined);
      return seen ? `${file} ${seen.mtimeMs} ${seen.size} ${seen.ino}` : `${file} absent`;
    }),
  );
  return parts.join('\n');
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function filesOf({ file, folders }: PolicySources): Promise<readonly string[]> {
  const inFolders = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
      return names.toSorted().map((name) => join(folder, name));
    }),
  );
  return [file, ...inFolders.flat()];
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable'; // what fs throws
    throw new DomainError('invalid-parameter', { message: `${file}: the policy file cannot be read (${why}).`, cause: error });
  }
}
