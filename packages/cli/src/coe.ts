/**
 * `magnum coe …`: the nouns, verbs and options of openstackclient's plugin, so that scripts need another first word and nothing else.
 *
 * Each command here is one of the operation table under other words. What must stay true: every option that the plugin has is understood, with
 * the defaults that the plugin sends; and since such scripts have no `--yes`, these commands never ask.
 */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JsonPatch } from '@magnum-ts/sdk';
import { toCamelCase, valueOption, type Flags } from './arguments.js';
import { addBayConfig } from './bay-config.js';
import { COE_COMMANDS, type CoeCommand, type CoeOption } from './coe-commands.js';
import { addOperation, findSpec, type Given } from './commands.js';
import type { CommandSpec } from './command-spec.js';
import { addGlobalOptions } from './global-options.js';
import type { Io } from './io.js';

export async function load(coe: Command, io: Io): Promise<void> {
  addGlobalOptions(coe);
  for (const made of COE_COMMANDS) addCoeCommand(findParent(coe, made.words), io, made);
  const config = addBayConfig(findParent(coe, 'cluster config'), io, 'cluster');
  config.option('--output-certs', 'accepted: with --dir, certificates are files of their own where the engine reads them');
  config.option('--use-certificate', 'accepted: the login is always by certificate').addOption(
    new Option('--use-keystone', 'refused: there is no login by Keystone').hideHelp().argParser(() => {
      throw new InvalidArgumentError('Kubeconfigs that log in by Keystone are not supported; leave it out.');
    }),
  );
}

/** The command above the last word, made where it is not there: `cluster template` of `cluster template create`. */
function findParent(coe: Command, words: string): Command {
  let parent = coe;
  for (const word of words.split(' ').slice(0, -1)) {
    const found = parent.commands.find((known) => known.name() === word);
    parent =
      found ??
      addGlobalOptions(parent.command(word).description(`${word}s, as openstackclient has them`).enablePositionalOptions());
  }
  return parent;
}

function addCoeCommand(parent: Command, io: Io, made: CoeCommand): void {
  const spec = findSpec(made.of);
  const name = made.words.split(' ').at(-1) ?? made.words;
  const { words } = made;
  addOperation(parent, io, {
    spec,
    name,
    neverAsks: true,
    ...(made.arguments && {
      addArguments: (command: Command) => void made.arguments?.forEach((argument) => command.argument(argument)),
    }),
    addOptions: (command) => {
      for (const option of made.options ?? []) command.addOption(commanderOption(option));
      acceptSemicolons(command);
      command.addHelpText('after', `\nThe same as magnum ${made.of}, with the options of openstack coe ${words}.`);
    },
    translate: (given) => translate(spec, made, given),
  });
}

function commanderOption({ flags, about, repeats, required }: CoeOption): Option {
  const option = flags.includes('<') ? valueOption(flags, about) : new Option(flags, about);
  if (required) option.makeOptionMandatory();
  return repeats
    ? option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    : option;
}

/** The plugin separates labels by commas or semicolons. */
function acceptSemicolons(command: Command): void {
  const labels = command.options.find(({ long }) => long === '--labels');
  const parse = labels?.parseArg;
  if (labels && parse) labels.argParser((text: string, before: unknown) => parse(text.replaceAll(';', ','), before));
}

function translate(spec: CommandSpec, made: CoeCommand, { positional, flags }: Given): Given {
  const own = made.options ?? [];
  const given = own.flatMap((option) => {
    const value = flags[nameOf(option)];
    return value === undefined ? [] : [{ option, value }];
  });
  const sets = given.flatMap(({ option, value }) => (option.sets ? [option.sets(value)] : []));
  const isSet = (name: string): boolean => name in flags || sets.some((fields) => name in fields);
  const defaults = Object.entries(made.defaults ?? {}).filter(([name]) => !isSet(name));
  const changes: JsonPatch = given.flatMap(({ option, value }) => option.changes?.(value) ?? []);
  const all: Flags = Object.assign({ ...flags, ...Object.fromEntries(defaults) }, ...sets);
  return {
    positional: made.positional?.(positional, flags) ?? positional,
    flags: made.flags?.(positional, all, spec) ?? all,
    changes,
  };
}

function nameOf({ flags }: CoeOption): string {
  return toCamelCase((flags.split(' ')[0] ?? '').slice(2));
}
