import { join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

/** A folder of what can be fetched again, `~/.cache/magnum/<name>`; undefined where there is no home folder. */
export function cacheFolder(env: Env, name: string): string | undefined {
  const base = env['XDG_CACHE_HOME'] || env['LOCALAPPDATA'] || (env['HOME'] ? join(env['HOME'], '.cache') : undefined);
  return base === undefined ? undefined : join(base, 'magnum', name);
}
