import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromEnv, type Credentials, type Environment } from './environment.js';
import { AuthError, fieldOf, textOf } from './errors.js';

export interface CloudsOptions {
  /** Name of the cloud in the file: `OS_CLOUD`. */
  readonly cloud: string;
  /** Reads YAML; bring the parser that you have. */
  readonly parse: (text: string) => unknown;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Folders to look in, first one wins; the working folder, `~/.config/openstack`, `/etc/openstack` where absent. */
  readonly folders?: readonly string[];
}

/** Credentials of a cloud in `clouds.yaml`, with the secrets of a `secure.yaml` beside it. */
export async function fromClouds(options: CloudsOptions): Promise<Credentials> {
  const folders = options.folders ?? [process.cwd(), join(homedir(), '.config', 'openstack'), '/etc/openstack'];
  for (const folder of folders) {
    const entry = await cloudIn(join(folder, 'clouds.yaml'), options);
    if (entry === undefined) continue;
    const secrets = await cloudIn(join(folder, 'secure.yaml'), options);
    return fromEnv({ ...environmentOf(entry), ...environmentOf(secrets) }, options.fetch);
  }
  throw new AuthError(`No clouds.yaml in ${folders.join(', ')} knows the cloud ${JSON.stringify(options.cloud)}`);
}

async function cloudIn(path: string, options: CloudsOptions): Promise<unknown> {
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

/** A file's keys and the `OS_*` variables have the same names but for their case. */
function environmentOf(entry: unknown): Environment {
  const auth = fieldOf(entry, 'auth');
  const found = AUTH_KEYS.map((key) => [`OS_${key.toUpperCase()}`, textOf(auth, key)] as const);
  const beside = [
    ['OS_REGION_NAME', textOf(entry, 'region_name')],
    ['OS_INTERFACE', textOf(entry, 'interface')],
    ['MAGNUM_ENDPOINT', textOf(entry, 'container_infra_endpoint_override')],
    ['OS_CONTAINER_INFRA_API_VERSION', textOf(entry, 'container_infra_api_version')],
  ] as const;
  return Object.fromEntries([...found, ...beside].filter(([, value]) => value !== undefined));
}
