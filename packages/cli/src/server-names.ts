/**
 * Names of resources, for completion.
 *
 * A user who presses Tab waits. So the service has 300 milliseconds for login and list together; what it said is kept for a minute, and older
 * names are offered where it is late. What must stay true: a completion prints no error and never asks; the file of names has no secret, and
 * other settings of the connection have a file of their own.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Flags } from './arguments.js';
import { cacheFolder } from './cache-folder.js';
import { identOf, type Item } from './cells.js';
import { itemOf } from './invocation.js';
import type { Io } from './io.js';
import { connect } from './session.js';

export interface NamesOrder {
  /** `bay`, `clustertemplate`. */
  readonly resource: string;
  readonly flags: Flags;
  /** The cluster, for node groups. */
  readonly within: string | undefined;
}

export interface Name {
  readonly value: string;
  readonly about: string;
}

const BUDGET_MS = 300;
const FRESH_MS = 60_000;
const SECRETS = /PASSWORD|SECRET|TOKEN|PASSCODE|proxy/i;

/** Where the names are: the path, and the key of the rows. */
const LISTS: Readonly<Record<string, readonly [path: string, rows: string]>> = {
  bay: ['/v1/bays', 'bays'],
  baymodel: ['/v1/baymodels', 'baymodels'],
  cluster: ['/v1/clusters', 'clusters'],
  clustertemplate: ['/v1/clustertemplates', 'clustertemplates'],
  container: ['/v1/containers', 'containers'],
  driver: ['/v1/drivers', 'drivers'],
  federation: ['/v1/federations', 'federations'],
  node: ['/v1/nodes', 'nodes'],
  x509keypair: ['/v1/x509keypairs', 'x509keypairs'],
};

function listOf({ resource, within }: NamesOrder): readonly [path: string, rows: string] | undefined {
  if (resource === 'nodegroup')
    return within === undefined ? undefined : [`/v1/clusters/${encodeURIComponent(within)}/nodegroups`, 'nodegroups'];
  return Object.hasOwn(LISTS, resource) ? LISTS[resource] : undefined;
}

/** The names of a resource; none where the service is not there, late, or refuses. */
export async function findNames(io: Io, order: NamesOrder): Promise<readonly Name[]> {
  const list = listOf(order);
  if (list === undefined) return [];
  // What would be printed belongs to no completion.
  const quiet: Io = { ...io, out: () => undefined, err: () => undefined };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('late')), budgetOf(io));
  const late = new Promise<undefined>((resolve) =>
    controller.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  let file: string | undefined;
  try {
    const asked = async (): Promise<readonly Name[]> => {
      const { magnum, settings } = await connect(quiet, order.flags);
      file = fileOf(io, settings, list[0]);
      const kept = await readNames(file, FRESH_MS);
      if (kept) return kept;
      const query =
        order.resource === 'container' && typeof order.flags['bay'] === 'string' ? { bay_ident: order.flags['bay'] } : {};
      const items = await magnum
        .rawList({ method: 'GET', path: list[0], query }, list[1], { signal: controller.signal })
        .toArray({ max: 1000 });
      const names = describeItems(items.map(itemOf));
      await writeNames(file, names);
      return names;
    };
    return (await Promise.race([asked().catch(() => undefined), late])) ?? (await readNames(file, Infinity)) ?? [];
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

/** `MAGNUM_COMPLETION_MS`, for a cloud that is further away. */
function budgetOf({ env }: Io): number {
  const text = env['MAGNUM_COMPLETION_MS'] ?? '';
  return /^\d{1,5}$/.test(text) ? Number(text) : BUDGET_MS;
}

function describeItems(items: readonly Item[]): readonly Name[] {
  return items.map((item) => ({
    value: identOf(item, items),
    about: String(item['status'] ?? item['coe'] ?? item['role'] ?? ''),
  }));
}

function fileOf(io: Io, settings: Readonly<Record<string, string>>, path: string): string | undefined {
  const folder = cacheFolder(io.env, 'names');
  const shown = Object.entries(settings).filter(([name]) => !SECRETS.test(name));
  const key = createHash('sha256')
    .update(JSON.stringify([path, ...shown.sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('hex');
  return folder === undefined ? undefined : join(folder, `${key.slice(0, 32)}.json`);
}

async function readNames(file: string | undefined, maxAgeMs: number): Promise<readonly Name[] | undefined> {
  if (file === undefined) return undefined;
  try {
    if (Date.now() - (await stat(file)).mtimeMs > maxAgeMs) return undefined;
    const data: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(data)
      ? data.map((name) => ({ value: String(itemOf(name)['value']), about: String(itemOf(name)['about']) }))
      : undefined;
  } catch {
    return undefined; // no file, or one that was not written whole
  }
}

async function writeNames(file: string | undefined, names: readonly Name[]): Promise<void> {
  if (file === undefined) return;
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    const next = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(next, JSON.stringify(names), { mode: 0o600, flag: 'wx' });
    await rename(next, file);
  } catch {
    // Names that cannot be kept are asked for again.
  }
}

/** The clouds of the clouds.yaml files. */
export async function findCloudNames(): Promise<readonly string[]> {
  const { parse } = await import('yaml');
  const folders = [process.cwd(), join(homedir(), '.config', 'openstack'), '/etc/openstack'];
  const found = await Promise.all(
    folders.map(async (folder) => {
      try {
        return Object.keys(itemOf(itemOf(parse(await readFile(join(folder, 'clouds.yaml'), 'utf8')))['clouds']));
      } catch {
        return []; // no file, or one that is no YAML: the command itself will say so
      }
    }),
  );
  return [...new Set(found.flat())];
}
