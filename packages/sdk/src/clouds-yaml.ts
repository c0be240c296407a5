import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromEnv, type Credentials, type Environment } from './environment.js';
import { AuthError, fieldOf, textOf } from './errors.js';

export interface CloudsOptions {
  /** Name of the cloud in the file: `OS_CLOUD`. */
  readonly cloud: string;
  /** A YAML parser; this library has none of its own. */
  readonly parse: (text: string) => unknown;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Folders to search, the first hit wins. Default: the working folder, `~/.config/openstack`, `/etc/openstack`. */
  readonly folders?: readonly string[];
}

/** Reads the credentials of a cloud from `clouds.yaml`, and its secrets from a `secure.yaml` in the same folder. Throws AuthError. */
export async function fromClouds(options: CloudsOptions): Promise<Credentials> {
  return fromEnv(await readCloudVariables(options), options.fetch);
}

/** The settings of a cloud as `OS_*` variables, for a program that merges them with others before `fromEnv`. Throws AuthError. */
export async function readCloudVariables(options: Omit<CloudsOptions, 'fetch'>): Promise<Environment> {
  const folders = options.folders ?? [process.cwd(), join(homedir(), '.config', 'openstack'), '/etc/openstack'];
  for (const folder of folders) {
    const entry = await readCloud(join(folder, 'clouds.yaml'), options);
    if (entry === undefined) continue;
    const secrets = await readCloud(join(folder, 'secure.yaml'), options);
    return { ...environmentOf(entry), ...environmentOf(secrets) };
  }
  throw new AuthError(`No clouds.yaml in ${folders.join(', ')} has the cloud ${JSON.stringify(options.cloud)}`);
}

async function readCloud(path: string, options: Omit<CloudsOptions, 'fetch'>): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : fieldOf(fieldOf(options.parse(text), 'clouds'), options.cloud);
}

const AUTH_KEYS = [
  'auth_url',
  'username',
  'user_id',
  'password',
  'token',
  'project_id',
  'project_name',
  'project_domain_id',
  'project_domain_name',
  'user_domain_id',
  'user_domain_name',
  'application_credential_id',
  'application_credential_secret',
] as const;

/** The keys of the file as `OS_*` variables, whose names differ in case only. */
function environmentOf(entry: unknown): Environment {
  const auth = fieldOf(entry, 'auth');
  const found = AUTH_KEYS.map((key) => [`OS_${key.toUpperCase()}`, textOf(auth, key)] as const);
  const others = [
    ['OS_REGION_NAME', textOf(entry, 'region_name')],
    ['OS_INTERFACE', textOf(entry, 'interface')],
    ['MAGNUM_ENDPOINT', textOf(entry, 'container_infra_endpoint_override')],
    ['OS_CONTAINER_INFRA_API_VERSION', textOf(entry, 'container_infra_api_version')],
  ] as const;
  return Object.fromEntries([...found, ...others].filter(([, value]) => value !== undefined));
}
