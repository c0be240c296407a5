import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** What a data directory keeps between starts, beside the database. Secrets: the file is readable by its owner alone. */
export interface Instance {
  /** Marks everything that this directory owns in Docker. */
  readonly id: string;
  readonly sealingKey: string;
  readonly adminPassword: string;
  readonly demoPassword: string;
  /** Range of floating addresses, chosen at the first start. */
  externalCidr?: string;
}

const FILE = 'instance.json';
const LOCK = 'lock';
/** With `-wal` and `-shm` beside it. */
export const DATABASE = 'magnum.sqlite';

export function openDataDir(dir: string): Instance {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, FILE);
  closeToOthers(dir);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Instance; // written below
  const made: Instance = {
    id: randomBytes(6).toString('hex'),
    sealingKey: randomBytes(32).toString('base64'),
    adminPassword: randomBytes(12).toString('base64url'),
    demoPassword: randomBytes(12).toString('base64url'),
  };
  saveInstance(dir, made);
  return made;
}

/**
 * A folder that was there keeps the mode that it was given, and files of earlier releases were readable by everyone. What is this
 * service's own is for its account alone; a folder in which other things are, `/tmp` for example, is left as it is.
 */
function closeToOthers(dir: string): void {
  const names = readdirSync(dir);
  for (const name of names.filter((known) => known === FILE || known === LOCK || known.startsWith(DATABASE)))
    chmodSync(join(dir, name), 0o600);
  if (names.length === 0 || names.includes(FILE)) chmodSync(dir, 0o700);
}

export function saveInstance(dir: string, instance: Instance): void {
  writePrivate(join(dir, FILE), `${JSON.stringify(instance, null, 2)}\n`);
}

/** A new file that only its owner can read at any moment, then moved over the old one by replacing it. */
export function writePrivate(file: string, content: string): void {
  rmSync(file, { force: true });
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, content);
  } finally {
    closeSync(handle);
  }
}

/** One process per directory. A lock whose process is gone (`kill -9`) is taken over. */
export function lockDataDir(dir: string): () => void {
  const file = join(dir, LOCK);
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new Error(`${dir} is in use by process ${holder}. Stop it, or choose another directory with --data.`);
  }
  writePrivate(file, String(process.pid));
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === String(process.pid)) unlinkSync(file);
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A file for `source`, as OpenStack clients know it. Passwords are base64url and need no quoting. */
export function openrc(
  account: { readonly user: string; readonly password: string; readonly project: string },
  authUrl: string,
): string {
  const variables = {
    OS_AUTH_URL: authUrl,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: account.user,
    OS_PASSWORD: account.password,
    OS_PROJECT_NAME: account.project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    OS_INTERFACE: 'public',
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}
