/**
 * Tokens that are kept for the next command.
 *
 * Each command used to log in anew: one more round trip, and for Keystone the most costly request that it has, since a password is compared
 * slowly on purpose. So the token is kept in a file of the user's cache folder until a minute before it expires. What must stay true: the file
 * holds the token and no secret that could issue another one; only the user can read it; its name is a slow hash of everything that decides what
 * the token is good for, so that another user, project or password never gets it, and the name gives no password away; and a cache that cannot
 * be read or written is as good as none.
 */
import { randomBytes, scrypt } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Auth, Session } from '@magnum-ts/sdk';
import { cacheFolder, type Env } from './cache-folder.js';
import type { Settings } from './connection-settings.js';

export interface TokenStore {
  read(): Promise<Session | undefined>;
  write(session: Session): Promise<void>;
}

/** A token is not used in the last minute of its life, so that it does not expire while a request is on its way. */
const EARLY_MS = 60_000;
/** Files of tokens that expired long ago are removed. */
const STALE_MS = 7 * 86_400_000;
/** One-time passwords differ at each login, and versions have nothing to do with it. */
const NOT_OF_THE_LOGIN = ['OS_PASSCODE', 'OS_CONTAINER_INFRA_API_VERSION'];

/** The store of the token that these settings log in for; undefined where there is no folder to keep it in. */
export async function openTokenStore(env: Env, settings: Settings): Promise<TokenStore | undefined> {
  const folder = cacheFolder(env, 'tokens');
  if (folder === undefined) return undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${await nameFor(folder, settings)}.json`);
    return { read: () => readSession(file), write: (session) => writeSession(folder, file, session).catch(() => undefined) };
  } catch {
    return undefined; // a home folder that cannot be written to
  }
}

/** An `Auth` that asks the store before it logs in, and keeps what a login gave. */
export function cacheTokens(login: Auth, store: TokenStore, now: () => number = Date.now): Auth {
  let current: Session | undefined;
  let underway: Promise<Session> | undefined;
  const isFresh = (session: Session | undefined): session is Session =>
    session?.expiresAt !== undefined && session.expiresAt - EARLY_MS > now();
  const keep = async (session: Session): Promise<Session> => {
    current = session;
    if (isFresh(session) && session.endpoint !== undefined) await store.write(session);
    return session;
  };
  const obtain = async (signal?: AbortSignal): Promise<Session> => {
    const kept = await store.read();
    if (!isFresh(kept)) return keep(await login.get(signal));
    current = kept;
    return kept;
  };
  const once = (work: () => Promise<Session>): Promise<Session> => {
    underway ??= work().finally(() => (underway = undefined));
    return underway;
  };
  return {
    renewable: login.renewable,
    get: async (signal) => (isFresh(current) ? current : once(() => obtain(signal))),
    renew: async (refused, signal) =>
      current && current.token !== refused ? current : once(async () => keep(await login.renew(refused, signal))),
  };
}

async function nameFor(folder: string, settings: Settings): Promise<string> {
  const entries = Object.entries(settings).filter(([name]) => !NOT_OF_THE_LOGIN.includes(name));
  const text = JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  // The hash covers the password, so it is slow: a copy of the folder is no way to guess it.
  const hash = await promisify<string, Buffer, number, Buffer>(scrypt)(text, await saltOf(folder), 24);
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

async function readSession(file: string): Promise<Session | undefined> {
  try {
    const { mode, uid } = await stat(file);
    // A file that others can read or write may hold a token that is not the user's.
    if (process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.())) return undefined;
    const { token, expiresAt, endpoint }: { token?: unknown; expiresAt?: unknown; endpoint?: unknown } = Object(
      JSON.parse(await readFile(file, 'utf8')),
    );
    if (typeof token !== 'string' || typeof expiresAt !== 'number' || typeof endpoint !== 'string') return undefined;
    return { token, expiresAt, endpoint };
  } catch {
    return undefined; // no file, or one that was not written whole
  }
}

/** Written beside it and renamed over it, so that a command that reads meanwhile sees the former or the new token. */
async function writeSession(folder: string, file: string, { token, expiresAt, endpoint }: Session): Promise<void> {
  await chmod(folder, 0o700);
  const next = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(next, 'wx', 0o600);
    await handle.writeFile(JSON.stringify({ token, expiresAt, endpoint })).finally(() => handle.close());
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
