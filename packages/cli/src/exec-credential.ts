/**
 * kubectl's credential plugins: client-go runs a program and reads a certificate from its output (`client.authentication.k8s.io/v1`, Kubernetes
 * documentation, "client-go credential plugins"). A kubeconfig then holds no key, and the user fetches no new one when it expires: each
 * certificate is short-lived and made for a login to the cloud that is valid now.
 *
 * kubectl runs the plugin once for each command, so the certificate is kept in a private file for most of its life. What names that file also
 * has the cluster's address and authority, as kubectl sends them: after a rotation of the authority the former certificate is not found.
 */
import type { Command } from 'commander';
import { parse } from 'yaml';
import { toCamelCase, type Flags } from './arguments.js';
import { CONNECTION_FLAGS, optionOf } from './connection-flags.js';
import { UsageError } from './errors.js';
import { addCommonOptions, flagsOf } from './global-options.js';
import type { Io } from './io.js';
import { lifetimeOption } from './lifetime.js';
import { makeFilesLocally } from './local-key.js';
import { openPrivateCache } from './private-cache.js';
import { connect } from './session.js';
import { loginKey } from './token-cache.js';

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const DEFAULT_SECONDS = 3_600;
/** A certificate is made anew when this part of its life is left. */
const RENEWED_AT = 0.2;

/** Adds `bay exec-credential` or `cluster exec-credential`. */
export function addExecCredential(parent: Command, io: Io, noun: 'bay' | 'cluster'): void {
  const command = parent
    .command('exec-credential')
    .description(`Print a short-lived client certificate of a Kubernetes ${noun}, as kubectl reads it from a credential plugin`)
    .argument(`<${noun}>`, `UUID or name of the ${noun}`)
    .addOption(lifetimeOption());
  addCommonOptions(command);
  command.action((bay: string) => printCredential(io, bay, flagsOf(command)));
}

interface Credential {
  readonly clientCertificateData: string;
  readonly clientKeyData: string;
  /** ISO 8601 */
  readonly expirationTimestamp: string;
}

async function printCredential(io: Io, bay: string, flags: Flags): Promise<void> {
  const asked = askedByKubectl(io.env['KUBERNETES_EXEC_INFO']);
  const lifetime = typeof flags['validFor'] === 'number' ? flags['validFor'] : DEFAULT_SECONDS;
  const { magnum, settings } = await connect(io, flags);
  const cache =
    flags['tokenCache'] === false
      ? undefined
      : await openPrivateCache(io.env, 'certificates', [loginKey(settings), bay, lifetime, asked.cluster]);
  const kept = credentialIn(await cache?.read());
  const credential = kept && isFresh(kept, lifetime) ? kept : await makeCredential(magnum, { bay, lifetime }, io.signal);
  if (credential !== kept) await cache?.write(credential);
  io.out(`${JSON.stringify({ apiVersion: asked.apiVersion, kind: 'ExecCredential', status: credential })}\n`);
}

/** What kubectl says of itself and of the cluster; a person who runs the command says nothing. */
function askedByKubectl(text: string | undefined): { readonly apiVersion: string; readonly cluster: unknown } {
  const [newest = ''] = VERSIONS;
  if (text === undefined || text === '') return { apiVersion: newest, cluster: null };
  const { apiVersion, spec }: { apiVersion?: unknown; spec?: { cluster?: unknown } } = Object(parsed(text));
  if (typeof apiVersion !== 'string' || !VERSIONS.includes(apiVersion))
    throw new UsageError(
      `KUBERNETES_EXEC_INFO asks for an apiVersion that is none of ${VERSIONS.join(', ')}; update the kubeconfig`,
    );
  return { apiVersion, cluster: spec?.cluster ?? null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('KUBERNETES_EXEC_INFO is no JSON');
  }
}

function credentialIn(kept: unknown): Credential | undefined {
  const { clientCertificateData, clientKeyData, expirationTimestamp }: Partial<Record<keyof Credential, unknown>> = Object(kept);
  if (typeof clientCertificateData !== 'string' || typeof clientKeyData !== 'string') return undefined;
  if (typeof expirationTimestamp !== 'string') return undefined;
  return { clientCertificateData, clientKeyData, expirationTimestamp };
}

function isFresh({ expirationTimestamp }: Credential, lifetime: number): boolean {
  return Date.parse(expirationTimestamp) - Date.now() > lifetime * 1_000 * RENEWED_AT;
}

async function makeCredential(
  magnum: Parameters<typeof makeFilesLocally>[0],
  order: { readonly bay: string; readonly lifetime: number },
  signal: AbortSignal,
): Promise<Credential> {
  const { files, expiresAt } = await makeFilesLocally(magnum, order, signal);
  const { users }: { users?: readonly { user?: Readonly<Record<string, unknown>> }[] } = Object(parse(files['config'] ?? ''));
  const { 'client-certificate-data': certificate, 'client-key-data': key } = users?.[0]?.user ?? {};
  if (expiresAt === null || typeof certificate !== 'string' || typeof key !== 'string')
    throw new UsageError(`${order.bay} is not reached by a kubeconfig with a client certificate: this command is for Kubernetes`);
  return {
    clientCertificateData: Buffer.from(certificate, 'base64').toString(),
    clientKeyData: Buffer.from(key, 'base64').toString(),
    expirationTimestamp: new Date(expiresAt).toISOString(),
  };
}

/** Options whose values are secrets, which a kubeconfig must not hold. */
const SECRET = ['--os-password', '--os-passcode', '--os-token', '--os-auth-token', '--os-application-credential-secret'];

export interface ExecOrder {
  readonly bay: string;
  readonly noun: 'bay' | 'cluster';
  readonly flags: Flags;
  /** Of clouds.yaml, where one is in use. */
  readonly cloud: string | undefined;
}

/**
 * The user of a kubeconfig that runs this command for its certificate. It names the cloud and the other options of the connection, and no
 * secret: that is found, each time, in clouds.yaml or in the variables of the shell. Throws UsageError where a secret came by an option.
 */
export function execUser({ bay, noun, flags, cloud }: ExecOrder): Readonly<Record<string, unknown>> {
  const given = CONNECTION_FLAGS.map(optionOf).flatMap((option) => {
    const value = flags[toCamelCase(option.slice(2))];
    if (value === undefined || option === '--os-cloud') return [];
    if (SECRET.includes(option))
      throw new UsageError(`--exec keeps no secret in a kubeconfig: give ${option} as a variable, or in clouds.yaml`);
    return value === true ? [option] : [option, String(value)];
  });
  const lifetime = flags['validFor'];
  return {
    exec: {
      apiVersion: VERSIONS[0],
      command: 'magnum',
      args: [
        noun,
        'exec-credential',
        bay,
        ...(typeof lifetime === 'number' ? ['--ttl', String(lifetime)] : []),
        ...(cloud === undefined ? [] : ['--os-cloud', cloud]),
        ...given,
      ],
      installHint: 'magnum makes the certificates of this cluster: npm install --global @magnum-ts/cli',
      interactiveMode: 'Never',
      provideClusterInfo: true,
    },
  };
}
