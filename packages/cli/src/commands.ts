import { operations, type Operation } from '@magnum-ts/openapi';
import type { Command } from 'commander';
import { addField } from './arguments.js';
import { operationWithColumns } from './columns.js';
import { confirmChange, needsConsent } from './confirm.js';
import type { Invocation } from './invocation.js';
import type { Io } from './io.js';
import { explainAmbiguity } from './ambiguity.js';
import { commandSpecOf, type CommandSpec } from './command-spec.js';
import { checkColumns } from './output-options.js';
import { isRehearsable, REHEARSAL_COLUMNS } from './rehearsal.js';
import { runAction, runCreate, runDelete, runItem, runList, runRotate, runText, runUpdate, type Run } from './run.js';
import { addCommonOptions, addGlobalOptions, flagsOf } from './global-options.js';
import { addSortOptions } from './sort.js';
import { addWaitOptions } from './wait-options.js';

/** Adds the commands of a noun, such as `bay create`: one for each row of the operation table that has `cli` hints. */
export function addOperations(noun: Command, io: Io): void {
  addGlobalOptions(noun);
  const all: readonly Operation[] = Object.values(operations);
  for (const operation of all) {
    if (operation.cli?.command.split(' ')[0] !== noun.name() || operation.cli.command.endsWith(' --detail')) continue;
    addOperation(noun, io, { spec: findSpec(operation.cli.command) });
  }
}

/** The specification of a command by its words: `bay create`. */
export function findSpec(command: string): CommandSpec {
  const all: readonly Operation[] = Object.values(operations);
  const operation = all.find(({ cli }) => cli?.command === command);
  if (operation === undefined) throw new Error(`no operation has the command ${command}`);
  const detail = all.find(({ cli }) => cli?.command === `${command} --detail`);
  return commandSpecOf(operation, detail);
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

/** What the user gave: the values of positional arguments, and options by commander's names. */
export type Given = Pick<Invocation, 'positional' | 'flags' | 'changes'>;

/** A command of an operation. All but `spec` is for a command in the wording of another client. */
export interface OperationCommand {
  readonly spec: CommandSpec;
  readonly name?: string;
  /** What it does, in place of what the operation does. */
  readonly about?: string;
  readonly run?: Run;
  /** Never asks before it deletes. */
  readonly neverAsks?: boolean;
  /** Adds arguments, in place of those of the operation. */
  readonly addArguments?: (command: Command) => void;
  readonly addOptions?: (command: Command) => void;
  readonly translate?: (given: Given) => Given;
}

export function addOperation(noun: Command, io: Io, made: OperationCommand): Command {
  const { spec } = made;
  const { operation } = spec;
  const command = noun
    .command(made.name ?? operation.cli?.command.split(' ')[1] ?? '')
    .description(made.about ?? operation.summary);
  if (made.name === undefined) for (const alias of operation.cli?.aliases ?? []) command.alias(alias.split(' ')[1] ?? alias);
  if (made.addArguments) made.addArguments(command);
  else addPositionals(command, spec);
  addOptions(command, spec);
  made.addOptions?.(command);
  addCommonOptions(command, operation.cli?.rows !== null);
  const run = made.run ?? RUNNERS.find(([applies]) => applies(spec))?.[1] ?? runItem;
  command.action(async (...words: unknown[]) => {
    const positional = words
      .slice(0, -2)
      .map((value) => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]));
    const given = { positional, flags: flagsOf(command) };
    const invocation: Invocation = { io, spec, ...(made.translate?.(given) ?? given) };
    const isDry = invocation.flags['dryRun'] === true && isRehearsable(spec);
    if (isDry) checkColumns(invocation.flags, REHEARSAL_COLUMNS);
    else operationWithColumns(spec, invocation.flags);
    if (needsConsent(operation) && made.neverAsks !== true && !isDry) await confirmChange(invocation);
    try {
      await run(invocation);
    } catch (error) {
      throw await explainAmbiguity(
        error,
        invocation,
        invocation.positional[spec.positional.indexOf(operation.pathParams[0]?.name ?? '')]?.[0],
      );
    }
  });
  return command;
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
  const { cli, streams } = spec.operation;
  for (const field of [...spec.fields, ...spec.query].filter(({ name }) => !spec.positional.includes(name)))
    addField(command, field);
  if (cli?.rows) addSortOptions(command);
  if (spec.detail) command.option('--detail', 'fetch and show all fields');
  if (streams) command.option('--follow', 'print new events as they happen, until the bay is deleted or Ctrl-C is pressed');
  if (cli?.text) command.option('-o, --output <file>', 'write to a file (mode 0600) instead of standard output');
  if (needsConsent(spec.operation)) command.option('-y, --yes', 'do not ask; needed where there is no terminal to ask on');
  if (cli?.wait) addWaitOptions(command);
  if (spec.operation.bodyKind !== 'none' && cli?.text === null)
    command.option(
      '--from-file <file>',
      'fields from a YAML or JSON file, as the API names them; - is standard input; options take precedence',
    );
  if (isRehearsable(spec)) command.option('--dry-run', 'show what would be changed or deleted, and change nothing');
}
