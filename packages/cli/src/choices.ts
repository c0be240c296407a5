import { Command, CommanderError, InvalidArgumentError, type Argument, type Option } from 'commander';

/** Limits an option or argument to choices; the error for another word names the choice that may be meant. */
export function withChoices<T extends Option | Argument>(taker: T, choices: readonly string[]): T {
  taker.choices([...choices]);
  const { parseArg: parse } = taker;
  taker.parseArg = <V>(word: string, previous: V): V => {
    try {
      return parse ? parse(word, previous) : previous;
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new InvalidArgumentError([error.message, ...suggestionFor(word, choices)].join('\n'));
    }
  };
  return taker;
}

/** Commander makes suggestions for commands alone, so the choices become the commands of a program that is never run. */
function suggestionFor(word: string, choices: readonly string[]): readonly string[] {
  // A word with a dash would be an option, and `--help` would show the help of that program.
  if (word.startsWith('-')) return [];
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  const program = new Command().helpCommand(false).exitOverride().configureOutput(silent);
  for (const choice of choices) program.command(choice);
  try {
    program.parse([word], { from: 'user' });
    return [];
  } catch (error) {
    return error instanceof CommanderError ? (/\(Did you mean .*\?\)/.exec(error.message) ?? []) : [];
  }
}
