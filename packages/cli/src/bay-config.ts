import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Bay, BayModel, Magnum } from '@magnum-ts/sdk';
import { addCommonOptions, nounOf } from './commands.js';
import { newSigningRequest } from './csr.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { checkedKit, type Kit } from './kit.js';
import { kubeconfigOf } from './kubeconfig.js';
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
    .option('--dir <folder>', 'where the files go: ca.pem, cert.pem and key.pem, or config', '.')
    .option('--force', 'overwrite files that are there')
    .option('--key-from-service', 'have the service make the key, in place of making it here and having it signed')
    .addOption(
      new Option('--valid-for <seconds>', 'when its certificate ends (with --key-from-service); a day by default').argParser(
        seconds,
      ),
    )
    .addHelpText('after', `\nExample:\n  eval "$(magnum ${noun} config my-${noun} --dir ~/my-${noun})" && docker info`);
  addCommonOptions(command);
  command.action((bay: string) => configure(io, bay, command.opts()));
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a number of seconds.');
}

async function configure(io: Io, name: string, flags: Flags): Promise<void> {
  const fromService = flags['keyFromService'] === true;
  const validFor = flags['validFor'];
  if (typeof validFor === 'number' && !fromService)
    throw new UsageError('--valid-for goes with --key-from-service: what is signed here ends when the service says');
  const magnum = await openSession(io, flags);
  const call = { signal: io.signal };
  const made = fromService
    ? await magnum.bays.config(name, typeof validFor === 'number' ? { valid_for: validFor } : {}, call)
    : await kitMadeHere(magnum, name, io.signal);
  const kit = checkedKit(made);
  const folder = resolve(String(flags['dir']));
  if (Object.keys(kit.files).length > 0) await writeFiles(folder, kit.files, flags['force'] === true);
  io.out(lines(kit, folder));
}

/** The key is made here and stays here; the bay's authority signs it. */
async function kitMadeHere(magnum: Magnum, name: string, signal: AbortSignal): Promise<Kit> {
  const call = { signal };
  const bay = await magnum.bays.get(name, call);
  const model = await magnum.bayModels.get(bay.baymodel_id, call);
  const kitOf = KITS.find(([applies]) => applies(model))?.[1];
  if (!kitOf) throw new UsageError(`Bay ${bay.name} runs ${model.coe}; this command knows Swarm and Kubernetes`);
  if (!bay.api_address) throw new UsageError(`Bay ${bay.name} has no address yet (${bay.status})`);
  const place = { name: bay.name, address: bay.api_address };
  if (model.tls_disabled) return kitOf(place, null);
  const { key, csr } = await newSigningRequest({ commonName: 'admin', organization: 'system:masters' });
  const [authority, certificate] = await Promise.all([
    magnum.certificates.get(bay.uuid, {}, call),
    magnum.certificates.sign({ bay_uuid: bay.uuid, csr }, call),
  ]);
  return kitOf(place, { ca: authority.pem, certificate: certificate.pem, key });
}

interface Place {
  readonly name: Bay['name'];
  readonly address: string;
}
export interface Identity {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}
type KitOf = (place: Place, identity: Identity | null) => Kit;

const dockerKit: KitOf = ({ address }, identity) => {
  const host = { DOCKER_HOST: address.replace(/^https?:/, 'tcp:') };
  if (!identity) return { files: {}, environment: host, places: {} };
  return {
    files: { 'ca.pem': identity.ca, 'cert.pem': identity.certificate, 'key.pem': identity.key },
    environment: { ...host, DOCKER_TLS_VERIFY: '1' },
    places: { DOCKER_CERT_PATH: '' },
  };
};

const kubernetesKit: KitOf = (place, identity) => ({
  files: { config: kubeconfigOf(place, identity) },
  environment: {},
  places: { KUBECONFIG: 'config' },
});

const KITS: readonly (readonly [applies: (model: BayModel) => boolean, kit: KitOf])[] = [
  [({ coe }) => coe.startsWith('swarm'), dockerKit],
  [({ coe }) => coe === 'kubernetes', kubernetesKit],
];

const TLS_VARIABLES = ['DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];

/** What a shell can read. Docker's client would present files to a bay that asks for none: what an earlier bay has set goes. */
function lines({ environment, places }: Kit, folder: string): string {
  const set = { ...environment, ...Object.fromEntries(Object.entries(places).map(([name, file]) => [name, join(folder, file)])) };
  const exports = Object.entries(set).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const stale = 'DOCKER_HOST' in set ? TLS_VARIABLES.filter((name) => !(name in set)) : [];
  return [...exports, ...(stale.length > 0 ? [`unset ${stale.join(' ')}\n`] : [])].join('');
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
