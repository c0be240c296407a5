import { createMagnum, fromEnv, type Credentials, type Magnum } from '@magnum-ts/sdk';
import { debugging } from './debug.js';
import type { Io } from './io.js';

/** Options that say who calls and where: each stands for the variable of the same name. */
export const CONNECTION_FLAGS = [
  ['--os-auth-url <url>', "Keystone's address"],
  ['--os-username <name>', 'user'],
  ['--os-user-domain-name <name>', "the user's domain"],
  ['--os-password <password>', 'better in the environment: others may see command lines'],
  ['--os-project-name <name>', 'project'],
  ['--os-project-id <id>', 'project'],
  ['--os-project-domain-name <name>', "the project's domain"],
  ['--os-region-name <name>', 'region'],
  ['--os-interface <interface>', 'public, internal or admin'],
  ['--os-token <token>', 'token in place of a password'],
  ['--os-cloud <name>', 'name of a cloud in clouds.yaml'],
  ['--os-container-infra-api-version <version>', 'microversion; the newest where absent'],
  ['--magnum-endpoint <url>', "Magnum's address, where the catalog is not asked"],
] as const;

export type Flags = Readonly<Record<string, unknown>>;

/** Flags win over variables, variables over clouds.yaml. */
export async function openSession(io: Io, flags: Flags): Promise<Magnum> {
  const env = { ...io.env, ...flagVariables(flags) };
  const fetch = flags['debug'] === true ? debugging(io) : io.fetch;
  const { auth, endpoint, microversion } = await credentials(env, fetch);
  return createMagnum({ auth, endpoint, fetch, microversion: microversion ?? 'auto' });
}

async function credentials(env: Io['env'], fetch: Io['fetch']): Promise<Credentials> {
  const cloud = env['OS_CLOUD'];
  if (!cloud) return fromEnv(env, fetch);
  const [{ fromClouds }, { parse }] = await Promise.all([import('@magnum-ts/sdk/node'), import('yaml')]);
  return fromClouds({ cloud, parse, fetch });
}

function flagVariables(flags: Flags): Record<string, string> {
  return Object.fromEntries(
    CONNECTION_FLAGS.flatMap(([flag]) => {
      const name = flag.slice(2).split(' ')[0] ?? '';
      const value = flags[camel(name)];
      return typeof value === 'string' ? [[name.toUpperCase().replaceAll('-', '_'), value]] : [];
    }),
  );
}

/** Commander's name for the value of `--os-auth-url`. */
export function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
