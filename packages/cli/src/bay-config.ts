import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import type { Flags } from './arguments.js';
import { addCommonOptions, flagsOf } from './global-options.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { checkClientFiles, type ClientFileSet } from './client-file-set.js';
import { execUser, type ExecOrder } from './exec-credential.js';
import { lifetimeOption } from './lifetime.js';
import { makeFilesLocally } from './local-key.js';
import { defaultKubeconfig, mergeKubeconfig } from './kubeconfig-merge.js';
import { printItem } from './output.js';
import { checkColumns } from './output-options.js';
import { connect } from './session.js';
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
    .option(
      '--exec',
      'write a kubeconfig without a key, for Kubernetes: kubectl runs this program for a short-lived certificate each time (see exec-credential)',
    )
    .addOption(lifetimeOption());
  addCommonOptions(command);
  return command.action((bay: string) => configure(io, { bay, noun }, flagsOf(command)));
}

async function configure(io: Io, { bay, noun }: Pick<ExecOrder, 'bay' | 'noun'>, flags: Flags): Promise<void> {
  const fromService = flags['keyFromService'] === true;
  if (flags['context'] !== undefined && flags['merge'] === undefined)
    throw new UsageError('--context names the context of --merge; give that, too');
  if (fromService && flags['exec'] === true)
    throw new UsageError('--exec and --key-from-service exclude each other: with --exec a kubeconfig has no key; leave one out');
  const { magnum, cloud } = await connect(io, flags);
  // Before anything is signed: a secret among the options is refused.
  const user = flags['exec'] === true ? execUser({ bay, noun, flags, cloud }) : undefined;
  const lifetime = typeof flags['validFor'] === 'number' ? flags['validFor'] : undefined;
  const made = fromService
    ? checkClientFiles(
        await magnum.bays.config(bay, lifetime === undefined ? {} : { valid_for: lifetime }, { signal: io.signal }),
      )
    : await makeFilesLocally(magnum, { bay, lifetime }, io.signal);
  const clientFiles = user === undefined ? made : withUser(made, { bay, user });
  if (user !== undefined && cloud === undefined)
    io.err('kubectl needs the variables OS_* of this shell each time; with --os-cloud and clouds.yaml it needs none.\n');
  if (flags['merge'] !== undefined) return merge(io, bay, clientFiles, flags);
  const folder = resolve(String(flags['dir']));
  const variables = variablesOf(clientFiles, folder);
  const output = checkColumns(flags, Object.keys(variables));
  if (Object.keys(clientFiles.files).length > 0) await writeFiles(folder, clientFiles.files, flags['force'] === true);
  if (output.format !== 'table' || output.columns.length > 0 || output.query !== undefined)
    return printItem(io, variables, output);
  io.out(formatShellCommands(variables));
}

/** The kubeconfig with that user in place of the one with a key. */
function withUser(
  made: ClientFileSet,
  { bay, user }: { readonly bay: string; readonly user: Readonly<Record<string, unknown>> },
): ClientFileSet {
  const text = made.files['config'];
  if (text === undefined) throw new UsageError(`--exec is for Kubernetes: ${bay} has no kubeconfig. Leave it out`);
  const config: { users?: readonly { name: string }[] } = Object(parse(text));
  const users = (config.users ?? []).map(({ name }) => ({ name, user }));
  return { ...made, files: { ...made.files, config: stringify({ ...config, users }) } };
}

async function merge(io: Io, name: string, { files }: ClientFileSet, flags: Flags): Promise<void> {
  const kubeconfig = files['config'];
  if (kubeconfig === undefined) throw new UsageError(`--merge is for Kubernetes: ${name} has no kubeconfig. Use --dir`);
  const file = typeof flags['merge'] === 'string' ? resolve(flags['merge']) : defaultKubeconfig(io.env['KUBECONFIG']);
  const context = typeof flags['context'] === 'string' ? flags['context'] : name;
  const backup = await mergeKubeconfig({ file, name: context, kubeconfig, force: flags['force'] === true });
  io.err(`The context ${context} is in ${file} and current.${backup === null ? '' : ` The former file is ${backup}.`}\n`);
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
