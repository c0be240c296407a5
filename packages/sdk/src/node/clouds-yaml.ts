import { fromEnv, type Credentials, type Environment } from '../environment.js';
import { AuthError, fieldOf, listOf } from '../errors.js';
import { readCloud, type CloudFileOptions } from './cloud-files.js';
import { fetchFromEnv } from './fetch.js';
import { readFlag } from './tls-files.js';

export interface CloudsOptions extends CloudFileOptions {
  /** Replaces the connections that the cloud describes: `cacert`, `verify`, `cert`, `key`, `proxy`. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/**
 * Reads the credentials of a cloud from `clouds.yaml`, with its secrets from `secure.yaml` and its profile from `clouds-public.yaml`. Connections
 * have the cloud's authority, client certificate and proxy; a proxy that it does not name is that of the process (`HTTPS_PROXY`).
 * @throws {AuthError} for a cloud, region or profile that there is not, and for settings that cannot be honoured
 * @throws {MagnumError} (`invalid-parameter`, `invalid-address`) for files and proxies that cannot be used
 * @example
 * const magnum = createMagnum(await fromClouds({ cloud: 'lab', parse: JSON.parse })); // `parse` of the package yaml reads YAML
 */
export async function fromClouds(options: CloudsOptions): Promise<Credentials> {
  const variables = await readCloudVariables(options);
  const fetch = options.fetch ?? fetchFromEnv({ ...proxyVariables(options.env ?? process.env), ...variables });
  return { ...fromEnv(variables, fetch), fetch };
}

/**
 * The settings of a cloud as `OS_*` variables, for a program that merges them with others before `fromEnv`.
 * @throws {AuthError} for a cloud, region or profile that there is not
 * @example
 * const variables = await readCloudVariables({ cloud: 'lab', parse: JSON.parse });
 * const credentials = fromNodeEnv({ ...variables, OS_REGION_NAME: 'north' });
 */
export async function readCloudVariables(options: CloudFileOptions): Promise<Environment> {
  return environmentOf(await readCloud(options));
}

function proxyVariables(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^((https?|all|no)_proxy|REQUEST_METHOD)$/i.test(name)));
}

/** A value as a text: YAML makes a number of an unquoted password or version, and a date of some. Throws AuthError for what is no scalar. */
function scalarOf(holder: unknown, key: string): string | undefined {
  const value = fieldOf(holder, key);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return textOfNumber(key, value);
  throw new AuthError(`${key} in clouds.yaml must be a text; put it in quotes`);
}

/** Numbers that YAML does not keep as they were written (0123, 1e3, 1.10, more than 15 digits) cannot be a password any more. */
function textOfNumber(key: string, value: number): string {
  const text = String(value);
  const isVersion = key === 'container_infra_api_version' || key === 'identity_api_version';
  if (isVersion || (Number.isSafeInteger(value) && /^\d{1,15}$/.test(text))) return text;
  throw new AuthError(`${key} in clouds.yaml is a number that YAML does not keep as it was written; put it in quotes`);
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
  'application_credential_name',
  'application_credential_secret',
  'trust_id',
  'system_scope',
  'domain_id',
  'domain_name',
  'passcode',
  'access_token',
  'identity_provider',
] as const;

/** The keys of the file as `OS_*` variables, whose names differ in case only. */
function environmentOf(entry: unknown): Environment {
  const auth = fieldOf(entry, 'auth');
  const found = AUTH_KEYS.map((key) => [`OS_${key.toUpperCase()}`, scalarOf(auth, key)] as const);
  const others = [
    ['OS_AUTH_TYPE', scalarOf(entry, 'auth_type')],
    ['OS_IDENTITY_API_VERSION', scalarOf(entry, 'identity_api_version')],
    ['OS_REGION_NAME', scalarOf(entry, 'region_name')],
    ['OS_INTERFACE', scalarOf(entry, 'interface') ?? scalarOf(entry, 'endpoint_type')],
    ['MAGNUM_ENDPOINT', scalarOf(entry, 'container_infra_endpoint_override')],
    ['OS_CONTAINER_INFRA_API_VERSION', scalarOf(entry, 'container_infra_api_version')],
    ['OS_AUTH_METHODS', methodsOf(entry)],
    ['OS_CACERT', scalarOf(entry, 'cacert')],
    ['OS_CERT', scalarOf(entry, 'cert')],
    ['OS_KEY', scalarOf(entry, 'key')],
    ['OS_INSECURE', insecurityOf(entry)],
    ['OS_PROXY', scalarOf(entry, 'proxy')],
  ] as const;
  return Object.fromEntries([...found, ...others].filter(([, value]) => value !== undefined));
}

/** `verify: false`, or `insecure: true`, its older name. */
function insecurityOf(entry: unknown): string | undefined {
  const [verify, insecure] = [scalarOf(entry, 'verify'), scalarOf(entry, 'insecure')];
  if (verify !== undefined) return String(!readFlag('verify in clouds.yaml', verify));
  return insecure === undefined ? undefined : String(readFlag('insecure in clouds.yaml', insecure));
}

/** `auth_methods: [v3password, v3totp]`, beside `auth` or in it. */
function methodsOf(entry: unknown): string | undefined {
  const found = fieldOf(entry, 'auth_methods') ?? fieldOf(fieldOf(entry, 'auth'), 'auth_methods');
  return found === undefined || found === null ? undefined : Array.isArray(found) ? listOf(found).join() : String(found);
}
