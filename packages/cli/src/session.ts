import { createMagnum, fromEnv, type Magnum } from '@magnum-ts/sdk';
import { toCamelCase, type Flags } from './arguments.js';
import { connectionVariables, mergeSettings, variablesBeforeCloud, type Settings } from './connection-settings.js';
import { createDebugFetch } from './debug.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { createWarningFetch } from './warnings.js';

/** Options of credentials and addresses; each takes precedence over the variable of the same name. */
export const CONNECTION_FLAGS = [
  ['--os-cloud <name>', 'name of a cloud in clouds.yaml'],
  ['--os-auth-url <url>', "Keystone's address"],
  ['--os-username <name>', 'user'],
  ['--os-user-id <id>', 'user, in place of a name'],
  ['--os-user-domain-name <name>', "the user's domain"],
  ['--os-user-domain-id <id>', "the user's domain"],
  ['--os-password <password>', 'password; safer in the environment, since other users can see command lines'],
  ['--os-token <token>', 'token in place of a password'],
  ['--os-application-credential-id <id>', 'application credential in place of a user'],
  ['--os-application-credential-secret <secret>', 'its secret; safer in the environment'],
  ['--os-project-name <name>', 'project'],
  ['--os-project-id <id>', 'project, in place of a name'],
  ['--os-project-domain-name <name>', "the project's domain"],
  ['--os-project-domain-id <id>', "the project's domain"],
  ['--os-region-name <name>', 'region'],
  ['--os-interface <interface>', 'public, internal or admin'],
  ['--os-container-infra-api-version <version>', 'microversion; the newest by default'],
  ['--magnum-endpoint <url>', "Magnum's address, instead of the one in the catalog"],
] as const;

/** Logs in. Options take precedence over variables, and variables over clouds.yaml. */
export async function openSession(io: Io, flags: Flags): Promise<Magnum> {
  const settings = await findSettings(io, flags);
  const fetch = createWarningFetch(io, flags['debug'] === true ? createDebugFetch(io) : io.fetch);
  const { auth, endpoint, microversion } = fromEnv(settings, fetch);
  return createMagnum({ auth, endpoint, fetch, microversion: microversion ?? 'auto' });
}

async function findSettings(io: Io, flags: Flags): Promise<Settings> {
  const { OS_CLOUD: named, ...options } = flagVariables(flags);
  const { OS_CLOUD: preset, ...env } = connectionVariables(io.env);
  const name = named ?? preset;
  const levels = { flags: options, env, cloud: name === undefined ? {} : await readCloud(name) };
  const stronger = named === undefined ? [] : variablesBeforeCloud(levels);
  if (stronger.length > 0)
    io.err(`warning: ${stronger.join(', ')} of the environment take precedence over the cloud ${JSON.stringify(named)}\n`);
  return mergeSettings(levels);
}

async function readCloud(cloud: string): Promise<Settings> {
  const [{ readCloudVariables }, { parse }] = await Promise.all([import('@magnum-ts/sdk/node'), import('yaml')]);
  return connectionVariables(await readCloudVariables({ cloud, parse }));
}

/** The given options by the names of their variables. Throws UsageError for an empty value, which a script with an unset variable has. */
function flagVariables(flags: Flags): Record<string, string> {
  return Object.fromEntries(
    CONNECTION_FLAGS.flatMap(([flag]) => {
      const name = flag.slice(2).split(' ')[0] ?? '';
      const value = flags[toCamelCase(name)];
      if (value === '') throw new UsageError(`--${name} is empty`);
      return typeof value === 'string' ? [[name.toUpperCase().replaceAll('-', '_'), value]] : [];
    }),
  );
}
