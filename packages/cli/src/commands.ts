import { operations, type Operation } from '@magnum-ts/openapi';
import type { Command } from 'commander';
import { addField } from './arguments.js';
import { operationWithColumns } from './columns.js';
import { confirmChange, needsConsent } from './confirm.js';
import type { Invocation } from './invocation.js';
import type { Io } from './io.js';
import { commandSpecOf, type CommandSpec } from './command-spec.js';
import { runAction, runCreate, runDelete, runItem, runList, runRotate, runText, runUpdate, type Run } from './run.js';
import { addCommonOptions, addGlobalOptions, flagsOf } from './global-options.js';
import { addSortOptions } from './sort.js';
import { addWaitOptions } from './wait-options.js';

const NOUNS: Readonly<Record<string, string>> = {
  baymodel: 'templates of bays',
  bay: 'container orchestration engines and their nodes',
  clustertemplate: 'templates of clusters',
  cluster: 'bays in the modern wording',
  driver: 'drivers of bays, and the labels that they read',
  node: 'servers of bays',
  container: "containers that a bay's engine runs without pods",
  pod: 'pods of Kubernetes bays',
  coeservice: 'services of Kubernetes bays',
  rc: 'replication controllers of Kubernetes bays',
  certificate: 'certificates of bays',
  credential: 'credentials of the nodes of bays',
  nodegroup: 'groups of equal nodes within a cluster',
  quota: 'limits of the number of clusters in a project',
  stats: 'numbers of clusters and nodes',
  federation: 'groups of clusters',
  x509keypair: 'key pairs that are stored with bays',
  service: 'conductors of this Magnum',
  version: 'versions of the API',
};

/** Adds one command, such as `bay create`, for each row of the operation table that has `cli` hints. */
export function addCommands(program: Command, io: Io): void {
  const all: readonly Operation[] = Object.values(operations);
  for (const operation of all) {
    if (!operation.cli || operation.cli.command.endsWith(' --detail')) continue;
    const detail = all.find(({ cli }) => cli?.command === `${operation.cli?.command ?? ''} --detail`);
    addCommand(program, io, commandSpecOf(operation, detail));
  }
}

export function findOrAddNoun(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return (
    known ??
    addGlobalOptions(
      program
        .command(name)
        .description(NOUNS[name] ?? '')
        .enablePositionalOptions(),
    )
  );
}

const RUNNERS: readonly (readonly [(spec: CommandSpec) => boolean, Run])[] = [
  [({ operation }) => operation.cli?.rows !== null, runList],
  [({ operation }) => operation.cli?.text !== null, runText],
  [({ operation }) => operation.bodyKind === 'json-patch', runUpdate],
  [({ operation }) => operation.method === 'DELETE', runDelete],
  [({ operation }) => operation.method === 'POST' || operation.bodyKind === 'object', runCreate],
  [({ operation }) => operation.cli?.command.endsWith(' rotate') === true, runRotate],
  [({ operation }) => operation.method === 'PUT', runAction],
  [() => true, runItem],
];

function addCommand(program: Command, io: Io, spec: CommandSpec): void {
  const { operation } = spec;
  const [noun = '', verb = ''] = operation.cli?.command.split(' ') ?? [];
  const command = findOrAddNoun(program, noun).command(verb).description(operation.summary);
  for (const alias of operation.cli?.aliases ?? []) command.alias(alias.split(' ')[1] ?? alias);
  addPositionals(command, spec);
  addOptions(command, spec);
  addCommonOptions(command, operation.cli?.rows !== null);
  const run = RUNNERS.find(([applies]) => applies(spec))?.[1] ?? runItem;
  command.action(async (...given: unknown[]) => {
    const positional = given
      .slice(0, -2)
      .map((value) => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]));
    const invocation: Invocation = { io, spec, positional, flags: flagsOf(command) };
    operationWithColumns(spec, invocation.flags);
    if (needsConsent(operation)) await confirmChange(invocation);
    await run(invocation);
  });
}

function addPositionals(command: Command, spec: CommandSpec): void {
  const { cli, queryParams, pathParams, bodyKind } = spec.operation;
  for (const name of spec.positional) {
    const parameter = [...pathParams, ...queryParams].find((known) => known.name === name);
    const field = spec.fields.find((known) => known.name === name);
    const label =
      parameter?.cli?.label ?? (field && field.name !== 'name' ? field.schema['x-cli']?.flags?.[0] : undefined) ?? name;
    const optional = field !== undefined && !field.required && name === 'name';
    const many = (cli?.many === true && name === spec.positional.at(-1)) || (name === 'command' && parameter !== undefined);
    command.argument(
      optional ? `[${label}]` : `<${label}${many ? '...' : ''}>`,
      parameter?.description ?? field?.schema.description ?? '',
    );
    if (name === 'command') command.passThroughOptions();
  }
  if (bodyKind === 'json-patch') {
    command.argument('[change...]', 'replace name=value …, add labels/key=value …, or remove name …');
  }
}

function addOptions(command: Command, spec: CommandSpec): void {
  const { cli, patches, streams } = spec.operation;
  for (const field of [...spec.fields, ...spec.query].filter(({ name }) => !spec.positional.includes(name)))
    addField(command, field);
  if (cli?.rows) addSortOptions(command);
  if (spec.detail) command.option('--detail', 'fetch and show all fields');
  if (streams) command.option('--follow', 'print new events as they happen, until the bay is deleted or Ctrl-C is pressed');
  if (cli?.text) command.option('-o, --output <file>', 'write to a file (mode 0600) instead of standard output');
  if (needsConsent(spec.operation)) command.option('-y, --yes', 'do not ask; needed where there is no terminal to ask on');
  if (cli?.wait) addWaitOptions(command);
  if (patches !== null)
    command.addHelpText(
      'after',
      `\nExamples:\n  magnum ${cli?.command ?? ''} NAME replace ${spec.fields[0]?.name ?? 'name'}=VALUE`,
    );
}
