import type { JsonPatch } from '@magnum-ts/sdk';
import type { Flags } from './arguments.js';
import type { CommandSpec } from './command-spec.js';

type Positional = readonly (readonly string[])[];

/** An option that the plugin has beside those of the operation. */
export interface CoeOption {
  /** As commander reads it. */
  readonly flags: string;
  readonly about: string;
  readonly repeats?: boolean;
  readonly required?: boolean;
  /** The options of the operation that it stands for, by commander's names. */
  readonly sets?: (value: unknown) => Flags;
  /** The changes of an update that it stands for. */
  readonly changes?: (value: unknown) => JsonPatch;
}

export interface CoeCommand {
  /** Below `coe`. */
  readonly words: string;
  /** The command of the operation. */
  readonly of: string;
  /** Positional arguments, where they differ from those of the operation. */
  readonly arguments?: readonly string[];
  readonly options?: readonly CoeOption[];
  /** What the plugin sends where an option is absent, by commander's names. */
  readonly defaults?: Flags;
  /** The positional arguments of the operation. */
  readonly positional?: (given: Positional, flags: Flags) => Positional;
  readonly flags?: (given: Positional, flags: Flags, spec: CommandSpec) => Flags;
}

const setting = (name: string, value: boolean) => (): Flags => ({ [name]: value });
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

const FLOATING_IP_DISABLED = {
  flags: '--floating-ip-disabled',
  about: 'nodes get no floating addresses',
  sets: setting('floatingIpEnabled', false),
};
const MASTER_LB_DISABLED = {
  flags: '--master-lb-disabled',
  about: 'masters get no load balancer',
  sets: setting('masterLbEnabled', false),
};
const VISIBLE = { flags: '--visible', about: 'it is shown in lists', sets: setting('hidden', false) };

const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const LABEL: CoeOption = {
  flags: '--label <key=value>',
  about: 'sets a label; may be repeated',
  repeats: true,
  changes: (value) =>
    textsOf(value).map((text) => {
      const at = text.indexOf('=');
      return {
        op: 'add',
        path: `/labels/${pointer(text.slice(0, at < 0 ? text.length : at))}`,
        value: at < 0 ? '' : text.slice(at + 1),
      };
    }),
};
const NO_LABEL: CoeOption = {
  flags: '--no-label <key>',
  about: 'removes a label; may be repeated',
  repeats: true,
  changes: (value) => textsOf(value).map((key) => ({ op: 'remove', path: `/labels/${pointer(key)}` })),
};
const replacing =
  (field: string, isNumber = false) =>
  (value: unknown): JsonPatch => [{ op: 'replace', path: `/${field}`, value: isNumber ? Number(value) : String(value) }];

const PROJECT: CoeOption = { flags: '--project-id <id>', about: 'project', required: true };
const RESOURCE: CoeOption = { flags: '--resource <resource>', about: 'what is limited: Cluster', required: true };
/** The project and the resource are options there, and parts of the path here. */
const quota = (words: string, of: string): CoeCommand => ({
  words,
  of,
  arguments: [],
  options: [PROJECT, ...(of === 'quota create' ? [] : [RESOURCE])],
  positional: (_given, flags) => [[String(flags['projectId'])], [String(flags['resource'])]],
  ...(of === 'quota create' || of === 'quota update' ? { defaults: { hardLimit: 1 } } : {}),
});

export const COE_COMMANDS: readonly CoeCommand[] = [
  {
    words: 'cluster create',
    of: 'cluster create',
    options: [FLOATING_IP_DISABLED, MASTER_LB_DISABLED],
    defaults: { masterCount: 1, nodeCount: 1, timeout: 60 },
  },
  { words: 'cluster delete', of: 'cluster delete' },
  { words: 'cluster list', of: 'cluster list' },
  { words: 'cluster show', of: 'cluster show' },
  {
    words: 'cluster update',
    of: 'cluster update',
    options: [
      { flags: '--name <name>', about: 'new name', changes: replacing('name') },
      { flags: '--master-count <number>', about: 'number of masters', changes: replacing('master_count', true) },
      LABEL,
      NO_LABEL,
    ],
  },
  { words: 'cluster resize', of: 'cluster resize' },
  { words: 'cluster upgrade', of: 'cluster upgrade', defaults: { maxBatchSize: 1 } },
  {
    words: 'cluster template create',
    of: 'clustertemplate create',
    options: [FLOATING_IP_DISABLED, MASTER_LB_DISABLED, VISIBLE],
    defaults: { flavor: 'm1.medium', dnsNameserver: '8.8.8.8', dockerStorageDriver: 'overlay2', serverType: 'vm' },
  },
  { words: 'cluster template delete', of: 'clustertemplate delete' },
  {
    words: 'cluster template list',
    of: 'clustertemplate list',
    options: [{ flags: '--fields <names>', about: 'further columns, separated by commas' }],
    flags: (_given, flags, spec) => {
      const more = flags['fields'];
      const given = Array.isArray(flags['column']) ? flags['column'].map(String) : [];
      if (typeof more !== 'string' || given.length > 0) return flags;
      return {
        ...flags,
        column: [...new Set([...(spec.operation.cli?.columns ?? []), ...more.split(',').map((name) => name.trim())])],
      };
    },
  },
  { words: 'cluster template show', of: 'clustertemplate show' },
  {
    words: 'cluster template update',
    of: 'clustertemplate update',
    options: [
      FLOATING_IP_DISABLED,
      MASTER_LB_DISABLED,
      VISIBLE,
      { flags: '--private', about: 'other projects do not see it', sets: setting('public', false) },
      { flags: '--tls-enabled', about: 'the engine is reached with TLS', sets: setting('tlsDisabled', false) },
      { flags: '--registry-disabled', about: 'clusters run no image registry', sets: setting('registryEnabled', false) },
      LABEL,
      NO_LABEL,
      {
        flags: '--tag <tag>',
        about: 'a tag; may be repeated',
        repeats: true,
        changes: (value) => replacing('tags')(textsOf(value).join(',')),
      },
    ],
  },
  { words: 'ca show', of: 'certificate show' },
  { words: 'ca rotate', of: 'certificate rotate' },
  {
    words: 'ca sign',
    of: 'certificate sign',
    arguments: ['<cluster>', '<csr>'],
    flags: ([, csr = []], flags) => ({ ...flags, csr: csr[0] }),
  },
  { words: 'credential rotate', of: 'credential rotate' },
  { words: 'nodegroup create', of: 'nodegroup create', defaults: { nodeCount: 1, minNodes: 0, role: 'worker' } },
  { words: 'nodegroup delete', of: 'nodegroup delete' },
  { words: 'nodegroup list', of: 'nodegroup list' },
  { words: 'nodegroup show', of: 'nodegroup show' },
  { words: 'nodegroup update', of: 'nodegroup update' },
  quota('quotas create', 'quota create'),
  quota('quotas delete', 'quota delete'),
  quota('quotas show', 'quota show'),
  quota('quotas update', 'quota update'),
  { words: 'quotas list', of: 'quota list' },
  { words: 'service list', of: 'service list' },
  {
    words: 'stats list',
    of: 'stats show',
    arguments: ['<project_id>'],
    flags: ([project = []], flags) => ({ ...flags, projectId: project[0] }),
  },
];
