import { Command, CommanderError, Help } from 'commander';
import { CONNECTION_FLAGS } from './connection-flags.js';
import { applyEarlyOptions } from './early-options.js';
import { EXIT } from './errors.js';
import { addGlobalOptions } from './global-options.js';
import { processIo, type Io } from './io.js';
import { outputOptions } from './output-options.js';
import { NOUNS } from './nouns.js';
import { readVersion } from './version.js';

/** Runs one command line, without the name of the program; returns the exit code. */
export async function main(words: readonly string[], plain: Io): Promise<number> {
  const io = applyEarlyOptions(words, plain);
  try {
    if (words[0] === '__complete') return await completeLine(io, words.slice(1));
    const program = await buildProgram(io, words);
    await program.parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return await exitAfterCommander(io, error);
    if (io.signal.aborted) return EXIT.interrupted;
    const [{ printError }, { exitCodeOf }] = await Promise.all([import('./report.js'), import('./exit-codes.js')]);
    printError(io, error);
    return exitCodeOf(error);
  }
}

/** What the scripts of `magnum completion` ask for. */
async function completeLine(io: Io, words: readonly string[]): Promise<number> {
  const { complete } = await import('./complete.js');
  await complete(io, await buildProgram(io, words), words);
  return EXIT.ok;
}

/** Commander has printed the error, unless errors are JSON. */
async function exitAfterCommander(io: Io, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.ok;
  const { printUsage } = await import('./report.js');
  if (io.errorFormat === 'json')
    printUsage(io, error.code === 'commander.help' ? 'A command is missing; see --help' : error.message.replace(/^error: /, ''));
  return EXIT.usage;
}

/** The command table, with the commands of the nouns that the command line has; without a command line, with all. */
export async function buildProgram(io: Io, words?: readonly string[]): Promise<Command> {
  const program = new Command('magnum')
    .description('Container orchestration engines as OpenStack resources')
    .version(readVersion(), '--version')
    .enablePositionalOptions()
    // Every command has options; the word would push the descriptions away.
    .configureHelp({ subcommandTerm })
    .showSuggestionAfterError(true)
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => (io.errorFormat === 'json' ? undefined : io.err(text)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      `\n${outputHelp()}\n\n${connectionHelp()}\n\nExit codes: 0 success, 1 failure, 2 wrong usage, 3 not found, 4 not allowed, 5 conflict, 6 timeout, 7 the bay failed, 130 interrupted`,
    );
  addGlobalOptions(program);
  for (const noun of NOUNS) {
    const command = program.command(noun.name).description(noun.about).enablePositionalOptions();
    // A word may also be the value of an option; then a little more is loaded than is needed.
    if (words === undefined || words.includes(noun.name)) await noun.load(command, io);
  }
  return program;
}

/** A noun is listed by its name alone, since only those that are asked for are loaded. */
function subcommandTerm(command: Command): string {
  const isNoun = command.parent?.parent === null;
  return isNoun ? command.name() : new Help().subcommandTerm(command).replace(' [options]', '');
}

function outputHelp(): string {
  const shown = outputOptions().filter(({ short, long }) => short !== '-o' && long !== undefined);
  const rows = [
    ...shown.map(({ flags, description }) => ({ flags, about: description })),
    { flags: '--color <when>', about: 'colours: auto, always or never' },
    { flags: '--error-format <format>', about: 'errors as text or json; json where CI is set and stderr is no terminal' },
    { flags: '--debug', about: 'print requests and responses, without secrets' },
    { flags: '--debug-file <file>', about: 'append them to a file of mode 0600' },
  ];
  return `Output (before or after every command):\n${columns(rows)}`;
}

function columns(rows: readonly { readonly flags: string; readonly about: string }[]): string {
  const width = Math.max(...rows.map(({ flags }) => flags.length));
  return rows.map(({ flags, about }) => `  ${flags.padEnd(width)}  ${about}`).join('\n');
}

function connectionHelp(): string {
  const listed = [
    ...CONNECTION_FLAGS.filter(({ hidden }) => hidden !== true),
    { flags: '--no-token-cache', about: 'log in anew, and keep no token for the next command' },
  ];
  return `Credentials and addresses (before or after every command; each also as a variable, such as OS_AUTH_URL):\n${columns(listed)}`;
}

/** Runs the process: the first Ctrl-C aborts the command, the second exits at once. */
export async function run(): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // The reader of `magnum bay list | head -1` closes the pipe early, which is not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed));
  const words = process.argv.slice(2);
  process.exitCode = await main(words, processIo(controller.signal));
  // A call that was given up may keep its connection for a while, and the user waits for the shell.
  if (words[0] === '__complete') process.stdout.write('', () => process.exit());
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
}
