import { createMagnum, fromEnv, type Auth, type Magnum } from '@magnum-ts/sdk';
import { toCamelCase, type Flags } from './arguments.js';
import { CONNECTION_FLAGS, optionOf, variableOf } from './connection-flags.js';
import { connectionVariables, mergeSettings, variablesBeforeCloud, type Settings } from './connection-settings.js';
import { createDebugFetch, openDebugFile } from './debug.js';
import { UsageError } from './errors.js';
import type { Fetch, Io } from './io.js';
import { printWarning } from './report.js';
import { cacheTokens, openTokenStore } from './token-cache.js';
import { createWarningFetch } from './warnings.js';

/** A client, and what it was made of. */
export interface Connection {
  readonly magnum: Magnum;
  readonly auth: Auth;
  readonly fetch: Fetch;
  readonly settings: Settings;
  /** The name of the cloud in clouds.yaml, where one was used. */
  readonly cloud: string | undefined;
}

/** Creates a client. Options take precedence over variables, and variables over clouds.yaml. The login is made by the first call. */
export async function openSession(io: Io, flags: Flags): Promise<Magnum> {
  return (await connect(io, flags)).magnum;
}

export async function connect(io: Io, flags: Flags): Promise<Connection> {
  const { settings, cloud } = await findSettings(io, flags);
  const plain = await openFetch(io, settings);
  const file = flags['debugFile'];
  const kept = typeof file === 'string' ? createDebugFetch(await openDebugFile(file), plain) : plain;
  const fetch = createWarningFetch(io, flags['debug'] === true ? createDebugFetch((text) => io.err(text), kept) : kept);
  const { auth: login, endpoint, microversion } = fromEnv(settings, fetch);
  const store = flags['tokenCache'] === false || !login.renewable ? undefined : await openTokenStore(io.env, settings);
  const auth = store ? cacheTokens(login, store) : login;
  const magnum = createMagnum({ auth, endpoint, fetch, microversion: microversion ?? 'auto' });
  return { magnum, auth, fetch, settings, cloud };
}

const TRANSPORT = /^(OS_(CACERT|CERT|KEY|INSECURE|PROXY)|(https?|all)_proxy)$/i;

/** Node's own fetch knows neither authorities of a cloud nor proxies; what does is loaded only where it is needed. */
async function openFetch(io: Io, settings: Settings): Promise<Fetch> {
  if (io.fetch) return io.fetch;
  if (!Object.keys(settings).some((name) => TRANSPORT.test(name))) return (request) => globalThis.fetch(request);
  const { fetchFromEnv } = await import('@magnum-ts/sdk/node');
  return fetchFromEnv(settings);
}

async function findSettings(io: Io, flags: Flags): Promise<{ readonly settings: Settings; readonly cloud: string | undefined }> {
  const { OS_CLOUD: named, ...options } = flagVariables(flags);
  const { OS_CLOUD: preset, ...env } = connectionVariables(io.env);
  const cloud = named ?? preset;
  const levels = { flags: options, env, cloud: cloud === undefined ? {} : await readCloud(cloud) };
  const stronger = named === undefined ? [] : variablesBeforeCloud(levels);
  if (stronger.length > 0)
    printWarning(io, `${stronger.join(', ')} of the environment take precedence over the cloud ${JSON.stringify(named)}`);
  return { settings: mergeSettings(levels), cloud };
}

async function readCloud(cloud: string): Promise<Settings> {
  const [{ readCloudVariables }, { parse }] = await Promise.all([import('@magnum-ts/sdk/node'), import('yaml')]);
  return connectionVariables(await readCloudVariables({ cloud, parse }));
}

/** The given options by the names of their variables. Throws UsageError for an empty value, which a script with an unset variable has. */
function flagVariables(flags: Flags): Record<string, string> {
  const entries = CONNECTION_FLAGS.flatMap((flag) => {
    const given = flags[toCamelCase(optionOf(flag).slice(2))];
    if (given === '') throw new UsageError(`${optionOf(flag)} is empty`);
    const value = given === true ? flag.value : given;
    return typeof value === 'string' ? [[variableOf(flag), value] as const] : [];
  });
  if (flags['insecure'] === true && flags['verify'] === true)
    throw new UsageError('--insecure and --verify exclude each other; leave one out');
  return Object.fromEntries(entries);
}
