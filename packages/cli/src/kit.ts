/**
 * What a service sends for `bay config` ends in the caller's shell, by `eval`, and in the clients of Docker and Kubernetes. A server that
 * is hostile, or whose connection was intercepted, must not be able to run anything there. Quoting the values is not enough: a name can be
 * a command, `DOCKER_HOST=ssh://…` starts ssh, and a kubeconfig may name a program to execute. So everything comes from fixed lists.
 */
import { parse } from 'yaml';
import type { ClientConfig } from '@magnum-ts/sdk';
import { UsageError } from './errors.js';

/** Files for one folder, and variables; `places` name a file, or with an empty text the folder. */
export type Kit = Pick<ClientConfig, 'files' | 'environment' | 'places'>;

const FILES = ['ca.pem', 'cert.pem', 'key.pem', 'config'];

/** What the value of each variable may be. */
const VALUES: Readonly<Record<string, RegExp>> = {
  DOCKER_HOST: /^tcp:\/\/(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i,
  DOCKER_TLS_VERIFY: /^1?$/,
};
const PLACES = ['DOCKER_CERT_PATH', 'KUBECONFIG'];

const CLUSTER_KEYS = ['server', 'certificate-authority-data', 'tls-server-name'];
const USER_KEYS = ['client-certificate-data', 'client-key-data', 'token'];

/** The same kit; throws UsageError for a name, a place or a value that is not on the lists. */
export function checkedKit(kit: Kit): Kit {
  for (const [name, text] of Object.entries(kit.files)) {
    if (!FILES.includes(name) || typeof text !== 'string') throw odd('file', name);
    if (name === 'config') checkKubeconfig(text);
  }
  for (const [name, value] of Object.entries(kit.environment)) {
    if (!Object.hasOwn(VALUES, name)) throw odd('variable', name);
    if (typeof value !== 'string' || VALUES[name]?.test(value) !== true) throw odd(`value for ${name}`, String(value));
  }
  for (const [name, file] of Object.entries(kit.places)) {
    if (!PLACES.includes(name)) throw odd('variable', name);
    if (file !== '' && !FILES.includes(file)) throw odd(`place for ${name}`, String(file));
  }
  return kit;
}

/** Only what says where the cluster is and who calls: no program to run, no proxy, no path on this machine. */
function checkKubeconfig(text: string): void {
  const config = objectOf(parsed(text));
  for (const entry of listOf(config['clusters'])) refuseOthers(objectOf(objectOf(entry)['cluster']), CLUSTER_KEYS);
  for (const entry of listOf(config['users'])) refuseOthers(objectOf(objectOf(entry)['user']), USER_KEYS);
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new UsageError('The service sent a kubeconfig that is no YAML');
  }
}

function refuseOthers(part: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const other = Object.keys(part).find((key) => !known.includes(key));
  if (other !== undefined) throw odd('entry of a kubeconfig', other);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw odd('entry of a kubeconfig', String(value));
  return { ...value };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw odd('entry of a kubeconfig', String(value));
  return value;
}

function odd(what: string, text: string): UsageError {
  return new UsageError(`The service sent a ${what} that this command does not take: ${JSON.stringify(text.slice(0, 100))}`);
}
