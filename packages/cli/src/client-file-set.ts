/**
 * Checks of the client files that a service sends for `bay config`. Users pass the result to `eval`, and Docker's and Kubernetes' clients
 * read the files, so a hostile server, or one whose connection was intercepted, could run commands there. Quoting the values is not enough:
 * the name of a variable can be a command, `DOCKER_HOST=ssh://…` starts ssh, and a kubeconfig can name a program to execute. So only names
 * and values of fixed lists are accepted.
 */
import { parse } from 'yaml';
import type { ClientConfig } from '@magnum-ts/sdk';
import { UsageError } from './errors.js';

/** Files of one folder, and variables. The values of `places` are names of those files, or empty for the folder itself. */
export type ClientFileSet = Pick<ClientConfig, 'files' | 'environment' | 'places'>;

const FILES = ['ca.pem', 'cert.pem', 'key.pem', 'config'];

/** The URL of an engine's API: of a browser's kinds alone, without user, path or query. */
const WEB_ADDRESS = /^https?:\/\/(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i;

/** The accepted values of each variable. */
const VALUES: Readonly<Record<string, RegExp>> = {
  MESOS_URL: WEB_ADDRESS,
  MARATHON_URL: WEB_ADDRESS,
  DOCKER_HOST: /^tcp:\/\/(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/i,
  DOCKER_TLS_VERIFY: /^1?$/,
};
const PLACES = ['DOCKER_CERT_PATH', 'KUBECONFIG', 'MESOS_CERT_PATH'];

const CLUSTER_KEYS = ['server', 'certificate-authority-data', 'tls-server-name'];
const USER_KEYS = ['client-certificate-data', 'client-key-data', 'token'];

/** Returns the files unchanged; throws UsageError for a name or value that is not on the lists. */
export function checkClientFiles(clientFiles: ClientFileSet): ClientFileSet {
  for (const [name, text] of Object.entries(clientFiles.files)) {
    if (!FILES.includes(name) || typeof text !== 'string') throw unexpected('file', name);
    if (name === 'config') checkKubeconfig(text);
  }
  for (const [name, value] of Object.entries(clientFiles.environment)) {
    if (!Object.hasOwn(VALUES, name)) throw unexpected('variable', name);
    if (typeof value !== 'string' || VALUES[name]?.test(value) !== true) throw unexpected(`value for ${name}`, String(value));
  }
  for (const [name, file] of Object.entries(clientFiles.places)) {
    if (!PLACES.includes(name)) throw unexpected('variable', name);
    if (file !== '' && !FILES.includes(file)) throw unexpected(`place for ${name}`, String(file));
  }
  return clientFiles;
}

/**
 * The files with the key where the placeholder stands. A service that could place the key anywhere could have it sent to an address of its
 * choice, so the placeholder is accepted in two places only: as all of `key.pem`, and in base64 as the key of a user of a kubeconfig.
 */
export function insertKey(clientFiles: ClientFileSet, placeholder: string, key: string): ClientFileSet {
  const files = Object.entries(clientFiles.files).map(([name, text]) => {
    if (name === 'key.pem' && text.trim() === placeholder) return [name, key];
    if (name === 'config') return [name, withUserKey(text, placeholder, key)];
    if (text.includes(placeholder)) throw unexpected('key', `in ${name}`);
    return [name, text];
  });
  const complete = { ...clientFiles, files: Object.fromEntries(files) as ClientFileSet['files'] }; // pairs of a name and a text
  if (Object.entries(complete.files).every(([name, text]) => text === clientFiles.files[name]))
    throw new UsageError('The service sent client files without a place for the key');
  return complete;
}

/** Replaces text in place of writing the document anew, so that the file stays as the service wrote it. */
function withUserKey(text: string, placeholder: string, key: string): string {
  const encoded = Buffer.from(placeholder).toString('base64');
  const users = listOf(objectOf(parseYaml(text))['users']).map((entry) => objectOf(objectOf(entry)['user']));
  const places = users.filter((user) => user['client-key-data'] === encoded).length;
  const parts = text.split(encoded);
  if (parts.length !== places + 1 || text.includes(placeholder)) throw unexpected('key', 'in config');
  return parts.join(Buffer.from(key).toString('base64'));
}

/** Accepts the address of the cluster and the user's credentials only: no program to run, no proxy, no path of this machine. */
function checkKubeconfig(text: string): void {
  const config = objectOf(parseYaml(text));
  for (const entry of listOf(config['clusters'])) refuseOthers(objectOf(objectOf(entry)['cluster']), CLUSTER_KEYS);
  for (const entry of listOf(config['users'])) refuseOthers(objectOf(objectOf(entry)['user']), USER_KEYS);
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new UsageError('The service sent a kubeconfig that is not valid YAML');
  }
}

function refuseOthers(part: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const other = Object.keys(part).find((key) => !known.includes(key));
  if (other !== undefined) throw unexpected('entry of a kubeconfig', other);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw unexpected('entry of a kubeconfig', String(value));
  return { ...value };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unexpected('entry of a kubeconfig', String(value));
  return value;
}

function unexpected(what: string, text: string): UsageError {
  return new UsageError(`The service sent a ${what} that this command does not accept: ${JSON.stringify(text.slice(0, 100))}`);
}
