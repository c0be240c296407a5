/**
 * Tokens that are kept for the next command.
 *
 * Each command used to log in anew: one more round trip, and for Keystone the most costly request that it has, since a password is compared
 * slowly on purpose. So the token is kept in a private file (private-cache.ts) until a minute before it expires. The file holds the token and no
 * secret that could issue another one.
 */
import type { Auth, Session } from '@magnum-ts/sdk';
import type { Env } from './cache-folder.js';
import type { Settings } from './connection-settings.js';
import { openPrivateCache } from './private-cache.js';

export interface TokenStore {
  read(): Promise<Session | undefined>;
  write(session: Session): Promise<void>;
}

/** A token is not used in the last minute of its life, so that it does not expire while a request is on its way. */
const EARLY_MS = 60_000;
/** One-time passwords differ at each login, and versions have nothing to do with it. */
const NOT_OF_THE_LOGIN = ['OS_PASSCODE', 'OS_CONTAINER_INFRA_API_VERSION'];

/** What decides who a login is: the same for an option as for its variable. */
export function loginKey(settings: Settings): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(settings).filter(([name]) => !NOT_OF_THE_LOGIN.includes(name));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The store of the token that these settings log in for; undefined where there is no folder to keep it in. */
export async function openTokenStore(env: Env, settings: Settings): Promise<TokenStore | undefined> {
  const cache = await openPrivateCache(env, 'tokens', loginKey(settings));
  return (
    cache && {
      read: async () => sessionIn(await cache.read()),
      write: ({ token, expiresAt, endpoint }) => cache.write({ token, expiresAt, endpoint }),
    }
  );
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

function sessionIn(kept: unknown): Session | undefined {
  const { token, expiresAt, endpoint }: { token?: unknown; expiresAt?: unknown; endpoint?: unknown } = Object(kept);
  if (typeof token !== 'string' || typeof expiresAt !== 'number' || typeof endpoint !== 'string') return undefined;
  return { token, expiresAt, endpoint };
}
