import type { Command } from 'commander';
import { UsageError } from './errors.js';
import { addExamples } from './global-options.js';

/** Adds `help`, which shows the help of the program, of a noun or of one command: `magnum help bay create`. */
export async function load(command: Command): Promise<void> {
  addExamples(command);
  command
    .argument('[command...]', 'noun and verb')
    .action((words: readonly string[]) => findCommand(command.parent ?? command, words).outputHelp());
}

function findCommand(program: Command, words: readonly string[]): Command {
  let found = program;
  for (const [index, word] of words.entries()) {
    const next = found.commands.find((child) => child.name() === word || child.aliases().includes(word));
    if (next === undefined) {
      const known = found.commands.map((child) => child.name()).join(', ');
      const path = words.slice(0, index + 1).join(' ');
      throw new UsageError(`There is no command ${JSON.stringify(path)}${known ? `; there are: ${known}` : ''}`);
    }
    found = next;
  }
  return found;
}
