import { Option, type Command } from 'commander';
import type { Flags } from './arguments.js';
import { withChoices } from './choices.js';
import { COLOUR_CHOICES, ERROR_FORMATS } from './early-options.js';
import { CONNECTION_FLAGS } from './connection-flags.js';
import { EXAMPLES } from './examples.js';
import { checkOutput, outputOptions } from './output-options.js';

/** Adds the options of every command to it, and a line of help about those of the connection. `isList`: its result is a list. */
export function addCommonOptions(command: Command, isList = false): void {
  const has = (short: string | undefined): boolean => command.options.some((known) => known.short === short);
  for (const option of commonOptions()) if (option.short === undefined || !has(option.short)) command.addOption(option);
  command.hook('preAction', () => checkOutput(flagsOf(command), isList));
  addExamples(command);
  command.addHelpText('after', '\nConnection: --os-cloud NAME and more, anywhere, or OS_*; see magnum --help');
}

/** Adds the examples of a command to its help. */
export function addExamples(command: Command): void {
  const examples = EXAMPLES[pathOf(command)];
  if (examples) command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
}

/** `bay create` */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

/** Adds the same options where they may stand before the command: `magnum --os-cloud prod bay list`. Help does not repeat them. */
export function addGlobalOptions(command: Command): Command {
  for (const option of commonOptions()) command.addOption(option.hideHelp());
  return command;
}

/** The options of a command and those before it; the one nearest to the end of the line takes precedence. */
export function flagsOf(command: Command): Flags {
  const merged: Record<string, unknown> = command.parent ? { ...flagsOf(command.parent) } : {};
  for (const [name, value] of Object.entries(command.opts()))
    if (!(name in merged) || command.getOptionValueSource(name) !== 'default') merged[name] = value;
  return merged;
}

function commonOptions(): Option[] {
  return [
    ...outputOptions(),
    // The program looks for these two before it reads the line, since errors of the line obey them, too.
    withChoices(new Option('--color <when>', 'colours: auto, always or never'), COLOUR_CHOICES).hideHelp(),
    withChoices(new Option('--error-format <format>', 'text or json'), ERROR_FORMATS).hideHelp(),
    new Option('--debug', 'print requests and responses, without secrets'),
    new Option('--debug-file <file>', 'append requests and responses, without secrets, to a file of mode 0600').hideHelp(),
    new Option('--no-token-cache', 'log in anew, and keep no token for the next command').hideHelp(),
    ...CONNECTION_FLAGS.map(({ flags, about }) => new Option(flags, about).hideHelp()),
  ];
}
