import { createMagnum, fromEnv, type Credentials, type Magnum } from '@magnum-ts/sdk';
import { toCamelCase, type Flags } from './arguments.js';
import { createDebugFetch } from './debug.js';
import type { Io } from './io.js';

/** Options of credentials and addresses; each takes precedence over the variable of the same name. */
export const CONNECTION_FLAGS = [
  ['--os-auth-url <url>', "Keystone's address"],
  ['--os-username <name>', 'user'],
  ['--os-user-domain-name <name>', "the user's domain"],
  ['--os-password <password>', 'password; safer in the environment, since other users can see command lines'],
  ['--os-project-name <name>', 'project'],
  ['--os-project-id <id>', 'project'],
  ['--os-project-domain-name <name>', "the project's domain"],
  ['--os-region-name <name>', 'region'],
  ['--os-interface <interface>', 'public, internal or admin'],
  ['--os-token <token>', 'token in place of a password'],
  ['--os-cloud <name>', 'name of a cloud in clouds.yaml'],
  ['--os-container-infra-api-version <version>', 'microversion; the newest by default'],
  ['--magnum-endpoint <url>', "Magnum's address, instead of the one in the catalog"],
] as const;

/** Logs in. Options take precedence over variables; a cloud of clouds.yaml replaces the variables. */
export async function openSession(io: Io, flags: Flags): Promise<Magnum> {
  const env = { ...io.env, ...flagVariables(flags) };
  const fetch = flags['debug'] === true ? createDebugFetch(io) : io.fetch;
  const { auth, endpoint, microversion } = await findCredentials(env, fetch);
  return createMagnum({ auth, endpoint, fetch, microversion: microversion ?? 'auto' });
}

async function findCredentials(env: Io['env'], fetch: Io['fetch']): Promise<Credentials> {
  const cloud = env['OS_CLOUD'];
  if (!cloud) return fromEnv(env, fetch);
  const [{ fromClouds }, { parse }] = await Promise.all([import('@magnum-ts/sdk/node'), import('yaml')]);
  return fromClouds({ cloud, parse, fetch });
}

function flagVariables(flags: Flags): Record<string, string> {
  return Object.fromEntries(
    CONNECTION_FLAGS.flatMap(([flag]) => {
      const name = flag.slice(2).split(' ')[0] ?? '';
      const value = flags[toCamelCase(name)];
      return typeof value === 'string' ? [[name.toUpperCase().replaceAll('-', '_'), value]] : [];
    }),
  );
}
