/**
 * Small secrets that are kept for the next command in files of the user's cache folder: tokens, client certificates.
 *
 * What must stay true: only the user can read a file; its name is a slow hash of everything that decides what the value is good for, so that
 * another user, project or password never gets it, and the name gives no password away; and a cache that cannot be read or written is as
 * good as none.
 */
import { randomBytes, scrypt } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, type Env } from './cache-folder.js';

export interface PrivateCache {
  /** As it was written; undefined where there is none, or none that can be trusted. */
  read(): Promise<unknown>;
  /** Fails in silence. */
  write(value: object): Promise<void>;
}

/** Files that were not written for so long are removed. */
const STALE_MS = 7 * 86_400_000;

/**
 * The place of one value; undefined where there is no folder to keep it in.
 * @param folderName of the kind of values: `tokens`
 * @param key everything that decides what the value is good for, as JSON
 */
export async function openPrivateCache(env: Env, folderName: string, key: unknown): Promise<PrivateCache | undefined> {
  const folder = cacheFolder(env, folderName);
  if (folder === undefined) return undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${await nameFor(folder, key)}.json`);
    return { read: () => readPrivate(file), write: (value) => writePrivate(folder, file, value).catch(() => undefined) };
  } catch {
    return undefined; // a home folder that cannot be written to
  }
}

async function nameFor(folder: string, key: unknown): Promise<string> {
  // The hash covers passwords, so it is slow: a copy of the folder is no way to guess them.
  const hash = await promisify<string, Buffer, number, Buffer>(scrypt)(JSON.stringify(key), await saltOf(folder), 24);
  return hash.toString('hex');
}

async function saltOf(folder: string): Promise<Buffer> {
  const file = join(folder, 'salt');
  const known = await readFile(file).catch(() => undefined);
  if (known && known.length >= 16) return known;
  // Another command may make it at the same time: the first one counts.
  await writeFile(file, randomBytes(16), { flag: known ? 'w' : 'wx', mode: 0o600 }).catch(() => undefined);
  return readFile(file);
}

async function readPrivate(file: string): Promise<unknown> {
  try {
    const { mode, uid } = await stat(file);
    // A file that others can read or write may hold a value that is not the user's.
    if (process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.())) return undefined;
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined; // no file, or one that was not written whole
  }
}

/** Written beside it and renamed over it, so that a command that reads meanwhile sees the former or the new value. */
async function writePrivate(folder: string, file: string, value: object): Promise<void> {
  await chmod(folder, 0o700);
  const next = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(next, 'wx', 0o600);
    await handle.writeFile(JSON.stringify(value)).finally(() => handle.close());
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
  await removeStale(folder);
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (name !== 'salt' && Date.now() - (await stat(file)).mtimeMs > STALE_MS) await rm(file, { force: true });
  }
}
