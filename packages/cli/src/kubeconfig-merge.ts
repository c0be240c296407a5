import { randomBytes } from 'node:crypto';
import { copyFile, chmod, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isMap, isSeq, parse, parseDocument, type Document, type YAMLSeq } from 'yaml';
import { setTimeout as pause } from 'node:timers/promises';
import { UsageError } from './errors.js';

/** The file that kubectl changes: the first of `KUBECONFIG`, else `~/.kube/config`. */
export function defaultKubeconfig(variable: string | undefined): string {
  return variable?.split(delimiter).find((part) => part !== '') ?? join(homedir(), '.kube', 'config');
}

export interface MergeOrder {
  readonly file: string;
  /** Of the context and the cluster; the user is `<name>-admin`. */
  readonly name: string;
  /** The bay's own, checked: one cluster, one user. */
  readonly kubeconfig: string;
  /** Replace a cluster of that name at another address. */
  readonly force: boolean;
}

/**
 * Puts the context of a bay into a kubeconfig and makes it the current one. Everything else in the file stays, comments included. The file is
 * replaced as a whole, so that a reader sees the former or the new one, and the former one stays beside it. Returns its path; null where
 * there was none. Errors: UsageError, with the file as it was.
 */
export async function mergeKubeconfig(order: MergeOrder): Promise<string | null> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(order.file).catch(() => order.file);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const lock = await lockFile(target);
  try {
    return await mergeInto(target, order);
  } finally {
    await rm(lock, { force: true });
  }
}

const LOCK_TRIES = 50;
const LOCK_PAUSE_MS = 100;

/** Locks the file as kubectl does, by a file beside it, so that neither loses what the other one writes. Throws UsageError after five seconds. */
async function lockFile(target: string): Promise<string> {
  const lock = `${target}.lock`;
  for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      return lock;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken) throw error;
      await pause(LOCK_PAUSE_MS);
    }
  }
  throw new UsageError(`${lock} is there: another program changes the file. Where none does, remove it and try again`);
}

async function mergeInto(target: string, { file, name, kubeconfig, force }: MergeOrder): Promise<string | null> {
  const former = await readFile(target, 'utf8').catch(() => null);
  const document = parseDocument(former ?? '{apiVersion: v1, kind: Config}', { keepSourceTokens: false });
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents)))
    throw new UsageError(`${file} is no kubeconfig: correct it, or name another file with --merge FILE`);
  const { cluster, user } = partsOf(kubeconfig);
  requireSameCluster(document, { file, name, server: cluster['server'], force });
  const userName = `${name}-admin`;
  setNamed(document, 'clusters', { name, cluster });
  setNamed(document, 'users', { name: userName, user });
  setNamed(document, 'contexts', { name, context: { cluster: name, user: userName } });
  document.set('current-context', name);
  const backup = former === null ? null : `${target}.backup`;
  if (backup !== null) {
    await copyFile(target, backup);
    await chmod(backup, 0o600);
  }
  await replaceFile(target, document.toString());
  return backup;
}

type Fields = Readonly<Record<string, unknown>>;

function partsOf(text: string): { readonly cluster: Fields; readonly user: Fields } {
  const { clusters, users }: { clusters?: readonly { cluster?: Fields }[]; users?: readonly { user?: Fields }[] } = Object(
    parse(text),
  );
  return { cluster: clusters?.[0]?.cluster ?? {}, user: users?.[0]?.user ?? {} };
}

/** Another cluster may bear the name of the bay: its users would reach the bay in its place. */
function requireSameCluster(
  document: Document,
  {
    file,
    name,
    server,
    force,
  }: { readonly file: string; readonly name: string; readonly server: unknown; readonly force: boolean },
): void {
  const clusters = document.get('clusters');
  const known = isSeq(clusters) ? clusters.items.find((item) => isMap(item) && item.get('name') === name) : undefined;
  const address = isMap(known) ? known.getIn(['cluster', 'server']) : undefined;
  if (address === undefined || address === server || force) return;
  throw new UsageError(
    `${file} has a cluster ${JSON.stringify(name)} at another address, ${String(address)}; replace it with --force, or name another file with --merge FILE`,
  );
}

function setNamed(document: Document, list: 'clusters' | 'users' | 'contexts', entry: Fields & { readonly name: string }): void {
  const node = document.createNode(entry);
  const known = document.get(list);
  if (!isSeq(known)) return void document.set(list, document.createNode([entry]));
  const entries: YAMLSeq = known;
  const at = entries.items.findIndex((item) => isMap(item) && item.get('name') === entry.name);
  if (at < 0) entries.items.push(node);
  else entries.items[at] = node;
}

/** Written beside it, forced to the disk, then renamed over it. */
async function replaceFile(target: string, text: string): Promise<void> {
  const next = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(next, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
