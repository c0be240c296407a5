import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Bay } from '@magnum-ts/sdk';
import { addCommonOptions, nounOf } from './commands.js';
import { newSigningRequest } from './csr.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { openSession, type Flags } from './session.js';
import { quoted } from './text.js';

/** `bay config`, and the same in the modern wording. */
export function addBayConfig(program: Command, io: Io): void {
  for (const noun of ['bay', 'cluster'] as const) addConfig(program, io, noun);
}

function addConfig(program: Command, io: Io, noun: 'bay' | 'cluster'): void {
  const command = nounOf(program, noun)
    .command('config')
    .description(`Make the files and variables with which a client reaches a ${noun}`)
    .argument(`<${noun}>`, `UUID or name of the ${noun}`)
    .option('--dir <folder>', 'where ca.pem, cert.pem and key.pem go', '.')
    .option('--force', 'overwrite files that are there')
    .addHelpText('after', `\nExample:\n  eval "$(magnum ${noun} config my-${noun} --dir ~/my-${noun})" && docker info`);
  addCommonOptions(command);
  command.action((bay: string) => configure(io, bay, command.opts()));
}

/** The key is made here and stays here; the bay's authority signs it. */
async function configure(io: Io, name: string, flags: Flags): Promise<void> {
  const magnum = await openSession(io, flags);
  const call = { signal: io.signal };
  const bay = await magnum.bays.get(name, call);
  const model = await magnum.bayModels.get(bay.baymodel_id, call);
  if (!model.coe.startsWith('swarm')) throw new UsageError(`Bay ${bay.name} runs ${model.coe}; this command knows Swarm`);
  const address = dockerHost(bay);
  if (model.tls_disabled) return io.out(`export DOCKER_HOST=${quoted(address)}\nunset DOCKER_TLS_VERIFY DOCKER_CERT_PATH\n`);
  const folder = resolve(String(flags['dir']));
  const { key, csr } = await newSigningRequest({ commonName: 'admin', organization: 'system:masters' });
  const [authority, certificate] = await Promise.all([
    magnum.certificates.get(bay.uuid, {}, call),
    magnum.certificates.sign({ bay_uuid: bay.uuid, csr }, call),
  ]);
  await writeFiles(folder, { 'ca.pem': authority.pem, 'cert.pem': certificate.pem, 'key.pem': key }, flags['force'] === true);
  io.out(`export DOCKER_HOST=${quoted(address)}\nexport DOCKER_TLS_VERIFY=1\nexport DOCKER_CERT_PATH=${quoted(folder)}\n`);
}

function dockerHost(bay: Bay): string {
  if (!bay.api_address) throw new UsageError(`Bay ${bay.name} has no address yet (${bay.status})`);
  return bay.api_address.replace(/^https?:/, 'tcp:');
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>, overwrite: boolean): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    const file = await open(join(folder, name), overwrite ? 'w' : 'wx', 0o600).catch((error: unknown) => {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw exists ? new UsageError(`${join(folder, name)} is there already; choose another --dir, or --force`) : error;
    });
    try {
      await file.chmod(0o600); // the mode at opening does not count for a file that was there
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  }
}
