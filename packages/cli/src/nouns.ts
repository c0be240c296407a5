/**
 * The first words of command lines, and where their commands are.
 *
 * The commands are made from the operation table and the schemas, which are large, and the SDK takes its time to load. So only the part of the
 * table that the command line names is loaded: `magnum --help` shows this list alone.
 */
import type { Command } from 'commander';
import type { Io } from './io.js';

export interface Noun {
  readonly name: string;
  readonly about: string;
  /** Adds the commands below the noun, or makes it a command. */
  load(command: Command, io: Io): Promise<void>;
}

type NounModule = Pick<Noun, 'load'>;

/** Nouns whose commands are operations of the API. */
const OF_THE_API: readonly (readonly [name: string, about: string])[] = [
  ['version', 'versions of the API'],
  ['baymodel', 'templates of bays'],
  ['bay', 'container orchestration engines and their nodes'],
  ['clustertemplate', 'templates of clusters'],
  ['cluster', 'bays in the modern wording'],
  ['nodegroup', 'groups of equal nodes within a cluster'],
  ['driver', 'drivers of bays, and the labels that they read'],
  ['node', 'servers of bays'],
  ['container', "containers that a bay's engine runs without pods"],
  ['pod', 'pods of Kubernetes bays'],
  ['coeservice', 'services of Kubernetes bays'],
  ['rc', 'replication controllers of Kubernetes bays'],
  ['x509keypair', 'key pairs that are stored with bays'],
  ['certificate', 'certificates of bays'],
  ['credential', 'credentials of the nodes of bays'],
  ['quota', 'limits of the number of clusters in a project'],
  ['stats', 'numbers of clusters and nodes'],
  ['federation', 'groups of clusters'],
  ['service', 'conductors of this Magnum'],
];

const OTHERS: readonly (readonly [name: string, about: string, load: () => Promise<NounModule>])[] = [
  ['label', 'labels that drivers read', () => import('./labels.js')],
  ['template', 'stacks of bays that are not made', () => import('./template.js')],
  ['coe', "openstackclient's words, for its scripts", () => import('./coe.js')],
  ['status', 'Show the login in use, and whether it is served', () => import('./status.js')],
  ['dev', 'Run a complete Magnum on this machine, with its own cloud', () => import('./dev.js')],
  ['completion', 'Print a completion script for a shell', () => import('./completion.js')],
  ['help', 'Show the help of a command', () => import('./help.js')],
];

export const NOUNS: readonly Noun[] = [
  ...OF_THE_API.map(([name, about]) => ({
    name,
    about,
    load: async (command: Command, io: Io) => {
      const [{ addOperations }, { addBayConfig }, { addDoctor }, { addExecCredential }] = await Promise.all([
        import('./commands.js'),
        import('./bay-config.js'),
        import('./doctor.js'),
        import('./exec-credential.js'),
      ]);
      addOperations(command, io);
      if (name !== 'bay' && name !== 'cluster') return;
      addBayConfig(command, io, name);
      addDoctor(command, io, name);
      addExecCredential(command, io, name);
    },
  })),
  ...OTHERS.map(([name, about, find]) => ({
    name,
    about,
    load: async (command: Command, io: Io) => (await find()).load(command, io),
  })),
];
