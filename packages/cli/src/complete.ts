/** Candidates for the last word of a command line: `magnum __complete bay sh` prints `show`. */
import type { Argument, Command, Option } from 'commander';
import { CONNECTION_FLAGS, optionOf } from './connection-flags.js';
import type { Io } from './io.js';
import { findCloudNames, findNames } from './server-names.js';
import { isUnsafe, oneLine } from './text.js';

interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** The words before the last one, as far as they are understood. */
interface Line {
  readonly command: Command;
  readonly positional: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  /** The option whose value the last word is. */
  readonly pending: Option | undefined;
}

const FILES = ':files';

/** Prints one candidate in each line, with a tab before its meaning; `:files` where the shell is to offer files. */
export async function complete(io: Io, program: Command, given: readonly string[]): Promise<void> {
  const isEmpty = given[0] === '--empty';
  const words = joinAssignments(isEmpty ? [...given.slice(1), ''] : given);
  const last = words.at(-1) ?? '';
  const line = readLine(program, words.slice(0, -1));
  const [, option, part] = /^(--[\w-]+)=(.*)$/.exec(last) ?? [];
  const assigned = option === undefined ? undefined : optionsOf(line.command).find(({ long }) => long === option);
  const pending = assigned ?? line.pending;
  // Bash makes three words of `--format=js`, and replaces the last one; other shells replace the whole.
  const isOneWord = assigned !== undefined && given.at(-1) === last;
  const found = pending ? await valuesOf(io, line, pending) : await candidatesOf(io, line, last);
  const start = assigned ? (part ?? '') : last;
  const lines = [...found]
    .filter(({ value }) => value.startsWith(start) && !isUnsafe(value) && value !== '')
    .map(({ value, about }) => `${isOneWord ? `${option}=` : ''}${value}${about ? `\t${oneLine(about).slice(0, 100)}` : ''}\n`);
  io.out(lines.length === 0 && wantsFiles(line, pending) ? `${FILES}\n` : lines.join(''));
}

/** Bash breaks words at `=`. */
function joinAssignments(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const isSign = word === '=' && before?.startsWith('--') === true;
    if (isSign || (before?.endsWith('=') === true && before.startsWith('--'))) joined[joined.length - 1] = `${before}${word}`;
    else joined.push(word);
  }
  return joined;
}

/** Every option that is understood at a command: its own, and those of the commands above it. */
function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(command.parent ? optionsOf(command.parent) : [])];
}

function readLine(program: Command, words: readonly string[]): Line {
  let [command, pending]: [Command, Option | undefined] = [program, undefined];
  const positional: string[] = [];
  const flags: Record<string, unknown> = {};
  for (const word of words) {
    if (pending) {
      flags[pending.attributeName()] = word;
      pending = undefined;
    } else if (word.startsWith('-')) {
      const [name, value] = word.split('=', 2);
      const option = optionsOf(command).find(({ long, short }) => long === name || short === name);
      if (option?.required && value === undefined) pending = option;
      else if (option) flags[option.attributeName()] = value ?? true;
    } else {
      const next: Command | undefined = command.commands.find((known) => known.name() === word || known.aliases().includes(word));
      if (next) command = next;
      else positional.push(word);
    }
  }
  return { command, positional, flags, pending };
}

async function candidatesOf(io: Io, line: Line, last: string): Promise<readonly Candidate[]> {
  const { command } = line;
  if (last.startsWith('-')) return visibleOptions(command);
  if (command.commands.length > 0 && command.registeredArguments.length === 0) {
    if (line.positional.length > 0) return []; // a word that is no command
    const help = command.createHelp();
    const children = help.visibleCommands(command).filter((child) => child.name() !== 'help' || command.parent === null);
    return children.flatMap((child) => [
      { value: child.name(), about: child.description() },
      // Older names are offered to who begins them.
      ...(last === '' ? [] : child.aliases().map((value) => ({ value, about: child.description() }))),
    ]);
  }
  if (command.name() === 'help') return helpWords(command, line.positional);
  const argument = argumentAt(command, line.positional.length);
  return argument ? valuesOfArgument(io, line, argument) : [];
}

function helpWords(command: Command, words: readonly string[]): readonly Candidate[] {
  const found = words.reduce<Command | undefined>(
    (parent, word) => parent?.commands.find((known) => known.name() === word),
    command.parent ?? command,
  );
  return (found?.commands ?? []).map((child) => ({ value: child.name(), about: child.description() }));
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const known = command.registeredArguments;
  const last = known.at(-1);
  return known[index] ?? (last?.variadic ? last : undefined);
}

function visibleOptions(command: Command): readonly Candidate[] {
  const own = command.createHelp().visibleOptions(command);
  const connection = CONNECTION_FLAGS.filter(({ hidden }) => hidden !== true);
  return [
    ...own.flatMap(({ long, description }) => (long ? [{ value: long, about: description }] : [])),
    ...connection.map((flag) => ({ value: optionOf(flag), about: flag.about })),
  ];
}

/** Options whose values are names of resources, and the resources. */
const RESOURCE_OPTIONS: Readonly<Record<string, string>> = {
  '--baymodel': 'baymodel',
  '--cluster-template': 'clustertemplate',
  '--bay': 'bay',
  '--cluster': 'cluster',
  '--host-cluster': 'cluster',
  '--nodegroup': 'nodegroup',
  '--driver': 'driver',
};

async function valuesOf(io: Io, line: Line, option: Option): Promise<readonly Candidate[]> {
  if (option.argChoices) return option.argChoices.map((value) => ({ value }));
  if (option.long === '--os-cloud') return (await findCloudNames()).map((value) => ({ value }));
  if (option.long === '--column' || option.long === '--sort-column') return columnsAt(line.command);
  if (option.long === '--os-interface') return ['public', 'internal', 'admin'].map((value) => ({ value }));
  const resource = RESOURCE_OPTIONS[option.long ?? ''];
  return resource === undefined ? [] : namesOf(io, line, resource);
}

async function columnsAt(command: Command): Promise<readonly Candidate[]> {
  const path = [command.parent?.name(), command.name()].join(' ');
  const [{ findSpec }, { allColumns }] = await Promise.all([import('./commands.js'), import('./columns.js')]);
  try {
    return allColumns(findSpec(path)).map((value) => ({ value }));
  } catch {
    return []; // a command of no operation, such as `status`
  }
}

const CHANGES = ['add', 'replace', 'remove'];

async function valuesOfArgument(io: Io, line: Line, argument: Argument): Promise<readonly Candidate[]> {
  if (argument.argChoices) return argument.argChoices.map((value) => ({ value }));
  if (argument.name() === 'change') {
    const isFirst = line.positional.length < line.command.registeredArguments.length;
    if (isFirst) return CHANGES.map((value) => ({ value }));
    const fields = line.command
      .createHelp()
      .visibleOptions(line.command)
      .filter(({ required, optional }) => required || !optional);
    return fields.flatMap(({ long }) =>
      long && !long.startsWith('--no-') ? [{ value: `${long.slice(2).replaceAll('-', '_')}=` }] : [],
    );
  }
  const name = argument.name() === 'cluster_template' ? 'clustertemplate' : argument.name();
  const taken = new Set(line.positional);
  return (await namesOf(io, line, name)).filter(({ value }) => !taken.has(value));
}

function namesOf(io: Io, { flags, positional }: Line, resource: string): Promise<readonly Candidate[]> {
  return findNames(io, { resource, flags, within: positional[0] });
}

/** Files are offered for options and arguments that name one, and where nothing is known of a value. */
function wantsFiles({ command, positional }: Line, pending: Option | undefined): boolean {
  if (pending) return /file|folder|<csr>/i.test(pending.flags) || /file/i.test(pending.description);
  const argument = argumentAt(command, positional.length);
  return argument !== undefined && /file|csr/i.test(argument.name());
}
