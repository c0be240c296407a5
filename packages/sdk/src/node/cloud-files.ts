/**
 * The files that describe clouds: `clouds.yaml`, `secure.yaml`, `clouds-public.yaml`.
 *
 * A cloud is put together from up to three files, as openstacksdk does: a profile of its vendor is the base, the cloud's own entry comes over it,
 * then that of the region, and secrets come last. Files are looked for in the same folders by the same names. What must stay true: what is
 * named and not found (a file, a cloud, a profile, a region) is an error that says what there is, as another cloud would be called otherwise; and
 * an error never shows a line of a file, which may have a password.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../environment.js';
import { AuthError, fieldOf, listOf } from '../errors.js';

export interface CloudFileOptions {
  /** Name of the cloud in the file: `OS_CLOUD`. */
  readonly cloud: string;
  /** A YAML parser; this library has none of its own. */
  readonly parse: (text: string) => unknown;
  /** One of the cloud's `regions`; else its `region_name`, else the first of them. */
  readonly region?: string | undefined;
  /** Folders to search, the first hit wins. Default: the working folder, `~/.config/openstack`, `/etc/openstack`. */
  readonly folders?: readonly string[] | undefined;
  /** For `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE` and `OS_CLIENT_VENDOR_FILE`, which name files outside these folders. Default: `process.env`. */
  readonly env?: Environment | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

const ENDINGS = ['yaml', 'yml', 'json'];

/** The whole entry of a cloud. Throws AuthError. */
export async function readCloud(options: CloudFileOptions): Promise<unknown> {
  const { cloud, region } = options;
  const config = filesOf(options, 'clouds', 'OS_CLIENT_CONFIG_FILE');
  const found = await readFirst(options, config, ['clouds', cloud]);
  if (found === undefined)
    throw new AuthError(`No clouds.yaml in ${placesOf(options, config)} has the cloud ${JSON.stringify(cloud)}`);
  const beside = ENDINGS.map((ending) => join(dirname(found.path), `secure.${ending}`));
  const given = fileIn(options.env ?? process.env, 'OS_CLIENT_SECURE_FILE');
  const secrets = await readFirst(options, given ? [given] : beside, ['clouds', cloud]);
  const own = merge(found.entry, secrets?.entry);
  return inRegion(merge(await profileOf(options, own), own), { cloud, region });
}

/** Files to try, in order; one that a variable names must exist. */
function filesOf(options: CloudFileOptions, name: string, variable: string): readonly string[] {
  const given = fileIn(options.env ?? process.env, variable);
  const folders = options.folders ?? [process.cwd(), join(homedir(), '.config', 'openstack'), '/etc/openstack'];
  const usual = folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, `${name}.${ending}`)));
  return given === undefined ? usual : [given];
}

function fileIn(env: Environment, variable: string): string | undefined {
  return env[variable]?.replace(/^~(?=\/)/, homedir()) || undefined;
}

function placesOf({ env = process.env }: CloudFileOptions, files: readonly string[]): string {
  if (env['OS_CLIENT_CONFIG_FILE']) return files.join();
  return [...new Set(files.map((file) => dirname(file)))].join(', ');
}

/** The entry at `keys` in the first of the files that has it. */
async function readFirst(
  options: CloudFileOptions,
  files: readonly string[],
  keys: readonly [section: string, name: string],
): Promise<{ readonly path: string; readonly entry: unknown } | undefined> {
  for (const path of files) {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      // One of many places may lack the file; one that was named must be there.
      if (files.length > 1) return undefined;
      throw new AuthError(`${path} cannot be read (${String(fieldOf(error, 'code'))})`);
    });
    if (text === undefined) continue;
    const section = fieldOf(parseFile(path, text, options), keys[0]);
    const entry = isMapping(section) && Object.hasOwn(section, keys[1]) ? section[keys[1]] : undefined;
    if (entry !== undefined) return { path, entry };
  }
  return undefined;
}

function parseFile(path: string, text: string, { parse }: CloudFileOptions): unknown {
  try {
    return parse(text);
  } catch (cause) {
    // The words of a parser show the line at fault, which may have a password.
    const place = fieldOf(fieldOf(fieldOf(cause, 'linePos'), '0'), 'line');
    throw new AuthError(`${path} is no valid YAML${typeof place === 'number' ? ` (line ${place})` : ''}`);
  }
}

/** The profile that a cloud names, from `clouds-public.yaml`. Those that openstacksdk has built in are not known here. */
async function profileOf(options: CloudFileOptions, entry: unknown): Promise<unknown> {
  const profile = fieldOf(entry, 'profile') ?? fieldOf(entry, 'cloud');
  if (profile === undefined || profile === null) return undefined;
  const files = filesOf(options, 'clouds-public', 'OS_CLIENT_VENDOR_FILE');
  const found = typeof profile === 'string' ? await readFirst(options, files, ['public-clouds', profile]) : undefined;
  if (found === undefined)
    throw new AuthError(
      `profile ${JSON.stringify(profile)} in clouds.yaml is in no clouds-public.yaml, and those that are built into openstacksdk are not supported; give auth_url and region_name instead`,
    );
  return found.entry;
}

/** `regions: [one, { name: two, values: … }]`: the chosen region's name and values over those of the cloud. */
function inRegion(entry: unknown, { cloud, region }: { readonly cloud: string; readonly region: string | undefined }): unknown {
  const regions = listOf(fieldOf(entry, 'regions')).map((item) => ({
    name: typeof item === 'string' ? item : String(fieldOf(item, 'name')),
    values: fieldOf(item, 'values'),
  }));
  const wanted = region ?? fieldOf(entry, 'region_name');
  if (regions.length === 0) return region === undefined ? entry : merge(entry, { region_name: region });
  const chosen = wanted === undefined || wanted === null ? regions[0] : regions.find(({ name }) => name === wanted);
  if (chosen === undefined)
    throw new AuthError(
      `${JSON.stringify(wanted)} is no region of the cloud ${JSON.stringify(cloud)} in clouds.yaml, only ${regions.map(({ name }) => name).join(', ')}`,
    );
  return merge(merge(entry, chosen.values), { region_name: chosen.name });
}

/** Mappings are merged key by key; any other value of `over` replaces that of `base`. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined || over === null) return base;
  if (!isMapping(base) || !isMapping(over)) return over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(over, key) ? merge(base[key], over[key]) : base[key]]));
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
