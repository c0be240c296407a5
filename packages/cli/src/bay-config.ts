import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ConflictError, type Magnum } from '@magnum-ts/sdk';
import type { Flags } from './arguments.js';
import { addCommonOptions, flagsOf } from './global-options.js';
import { createSigningRequest } from './csr.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { checkClientFiles, insertKey, type ClientFileSet } from './client-file-set.js';
import { defaultKubeconfig, mergeKubeconfig } from './kubeconfig-merge.js';
import { printItem } from './output.js';
import { checkColumns } from './output-options.js';
import { openSession } from './session.js';
import { quoteForShell } from './text.js';

/** Adds `bay config` or `cluster config`. */
export function addBayConfig(parent: Command, io: Io, noun: 'bay' | 'cluster'): Command {
  const command = parent
    .command('config')
    .description(`Write the files and print the variables that a client needs to reach a ${noun}`)
    .argument(`<${noun}>`, `UUID or name of the ${noun}`)
    .option('--dir <folder>', 'folder for the files: ca.pem, cert.pem and key.pem, or config', '.')
    .option(
      '--merge [file]',
      'in place of --dir: put the context of a Kubernetes cluster into a kubeconfig and make it current; by default into the first file of KUBECONFIG, or ~/.kube/config',
    )
    .option('--context <name>', 'with --merge: name of the context; by default, that of the cluster')
    .option('--force', 'overwrite existing files')
    .option(
      '--key-from-service',
      'let the service create the key; by default, the key is created on this machine and never leaves it',
    )
    .addOption(
      new Option('--valid-for <seconds>', 'lifetime of the certificate (with --key-from-service); a day by default').argParser(
        parseSeconds,
      ),
    );
  addCommonOptions(command);
  return command.action((bay: string) => configure(io, bay, flagsOf(command)));
}

function parseSeconds(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number of seconds.');
}

async function configure(io: Io, name: string, flags: Flags): Promise<void> {
  const fromService = flags['keyFromService'] === true;
  if (flags['context'] !== undefined && flags['merge'] === undefined)
    throw new UsageError('--context names the context of --merge; give that, too');
  const validFor = flags['validFor'];
  if (typeof validFor === 'number' && !fromService)
    throw new UsageError(
      '--valid-for requires --key-from-service: for a key of this machine, the service sets the lifetime of the certificate',
    );
  const magnum = await openSession(io, flags);
  const call = { signal: io.signal };
  const clientFiles = fromService
    ? checkClientFiles(await magnum.bays.config(name, typeof validFor === 'number' ? { valid_for: validFor } : {}, call))
    : await makeFilesLocally(magnum, name, io.signal);
  if (flags['merge'] !== undefined) return merge(io, name, clientFiles, flags);
  const folder = resolve(String(flags['dir']));
  const variables = variablesOf(clientFiles, folder);
  const output = checkColumns(flags, Object.keys(variables));
  if (Object.keys(clientFiles.files).length > 0) await writeFiles(folder, clientFiles.files, flags['force'] === true);
  if (output.format !== 'table' || output.columns.length > 0 || output.query !== undefined)
    return printItem(io, variables, output);
  io.out(formatShellCommands(variables));
}

async function merge(io: Io, name: string, { files }: ClientFileSet, flags: Flags): Promise<void> {
  const kubeconfig = files['config'];
  if (kubeconfig === undefined) throw new UsageError(`--merge is for Kubernetes: ${name} has no kubeconfig. Use --dir`);
  const file = typeof flags['merge'] === 'string' ? resolve(flags['merge']) : defaultKubeconfig(io.env['KUBECONFIG']);
  const context = typeof flags['context'] === 'string' ? flags['context'] : name;
  const backup = await mergeKubeconfig({ file, name: context, kubeconfig, force: flags['force'] === true });
  io.err(`The context ${context} is in ${file} and current.${backup === null ? '' : ` The former file is ${backup}.`}\n`);
}

/**
 * The client files with a key that is created here, so that the service never has it. The service has the bay's authority sign a request, and
 * writes the files around a placeholder: what an engine's client reads is known to the engine's part of the service alone.
 */
async function makeFilesLocally(magnum: Magnum, name: string, signal: AbortSignal): Promise<ClientFileSet> {
  const { key, csr } = await createSigningRequest({ commonName: 'admin', organization: 'system:masters' });
  const made = await magnum.bays.config(name, { csr }, { signal }).catch((error: unknown) => {
    // The bay has no address yet: the command came too early.
    throw error instanceof ConflictError ? new UsageError(error.message) : error;
  });
  const hasCertificate = made.expires_at !== null;
  if (!hasCertificate) return checkClientFiles(made);
  if (typeof made.key_placeholder !== 'string')
    throw new UsageError(
      'The service is of an earlier release: it made a key of its own. Ask for that one with --key-from-service, or update the service',
    );
  return insertKey(checkClientFiles(made), made.key_placeholder, key);
}

/** By the variable with an engine's address: those that belong to a bay with TLS alone. */
const TLS_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  DOCKER_HOST: ['DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'],
  MESOS_URL: ['MESOS_CERT_PATH'],
};

/** The variables of the client, with the places of the files in the folder. */
function variablesOf({ environment, places }: ClientFileSet, folder: string): Readonly<Record<string, string>> {
  return { ...environment, ...Object.fromEntries(Object.entries(places).map(([name, file]) => [name, join(folder, file)])) };
}

/**
 * The variables as shell commands. Variables for TLS that an earlier bay has left are unset for a bay without TLS, since Docker's client
 * would otherwise speak TLS to it.
 */
function formatShellCommands(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoteForShell(value)}\n`);
  const stale = Object.entries(TLS_VARIABLES).flatMap(([address, names]) =>
    address in variables ? names.filter((name) => !(name in variables)) : [],
  );
  return [...exports, ...(stale.length > 0 ? [`unset ${stale.join(' ')}\n`] : [])].join('');
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>, overwrite: boolean): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    const file = await open(join(folder, name), overwrite ? 'w' : 'wx', 0o600).catch((error: unknown) => {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw exists
        ? new UsageError(`${join(folder, name)} already exists; choose another --dir, or overwrite it with --force`)
        : error;
    });
    try {
      await file.chmod(0o600); // the mode of `open` applies to new files only
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  }
}
