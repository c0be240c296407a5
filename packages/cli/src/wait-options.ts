import { InvalidArgumentError, Option, type Command } from 'commander';

/** Adds `--wait[=SECONDS]` and `--verbose`. */
export function addWaitOptions(command: Command): void {
  command.addOption(
    new Option('--wait [=seconds]', 'wait until the change is complete, and print its progress').argParser(parseWait),
  );
  command.option('--verbose', 'with --wait: print every event');
  // Commander takes the word after `--wait` as its value. In `--wait NAME` that word is the name, so only `--wait=SECONDS` has a value.
  const parseOptions = command.parseOptions.bind(command);
  command.parseOptions = (words) => {
    const end = words.indexOf('--');
    return parseOptions(words.map((word, at) => (word === '--wait' && (end < 0 || at < end) ? '--wait=' : word)));
  };
}

/** True for `--wait` alone. */
function parseWait(text: string): number | true {
  if (text === '') return true;
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('Give a number of seconds, as in --wait=600.');
  return Number(text);
}
