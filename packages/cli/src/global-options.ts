import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Flags } from './arguments.js';
import { CONNECTION_FLAGS } from './connection-flags.js';
import { FORMATS } from './output.js';

/** Adds the options of every command to it, and a line of help about those of the connection. */
export function addCommonOptions(command: Command): void {
  for (const option of commonOptions()) command.addOption(option);
  command.addHelpText('after', '\nConnection: --os-cloud NAME and more, anywhere, or OS_*; see magnum --help');
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
    new Option('-f, --format <format>', 'format of the result').choices([...FORMATS]).default('table'),
    new Option('-c, --column <name>', 'show only this column or field; may be repeated').argParser(collect).default([], 'all'),
    new Option('--no-header', 'omit the names of the columns'),
    new Option('--max-width <columns>', "greatest width of a table; the terminal's by default, 0 for none").argParser(parseWidth),
    new Option('--debug', 'print requests and responses, without secrets'),
    new Option('--no-token-cache', 'log in anew, and keep no token for the next command').hideHelp(),
    ...CONNECTION_FLAGS.map(({ flags, about }) => new Option(flags, about).hideHelp()),
  ];
}

function parseWidth(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Give a number of columns.');
  return Number(text);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',')];
}
