import { Argument, type Command } from 'commander';
import type { Io } from './io.js';

interface Words {
  /** Empty for the program itself, or `bay`, `bay create`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly string[];
}

const SHELLS = { bash, zsh, fish } as const;

export async function load(command: Command, io: Io): Promise<void> {
  command
    .description('Print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', '\nExamples:\n  source <(magnum completion bash)\n  magnum completion fish | source')
    .action((shell: keyof typeof SHELLS) => io.out(SHELLS[shell](wordsOf(command.parent ?? command, ''))));
}

function wordsOf(command: Command, path: string): readonly Words[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const own: Words = {
    path,
    commands: commands.map((child) => ({ name: child.name(), about: child.description() })),
    options: help.visibleOptions(command).flatMap(({ long }) => long ?? []),
  };
  return [own, ...commands.flatMap((child) => wordsOf(child, `${path} ${child.name()}`.trim()))];
}

function bash(all: readonly Words[]): string {
  const cases = all.map(
    ({ path, commands, options }) => `    '${path}') words='${[...commands.map(({ name }) => name), ...options].join(' ')}' ;;`,
  );
  return `# bash completion for magnum
_magnum() {
  local path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    # Options, their values and arguments are no part of the command, wherever they stand.
    case "$word" in -*) continue ;; esac
    case " ${joinPaths(all)} " in *" \${path:+\${path// /_}_}$word "*) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _magnum magnum
`;
}

/** Every command as one word: `bay_create`. */
function joinPaths(all: readonly Words[]): string {
  return all
    .map(({ path }) => path.replaceAll(' ', '_'))
    .filter((path) => path !== '')
    .join(' ');
}

function zsh(all: readonly Words[]): string {
  return `#compdef magnum\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
}

function fish(all: readonly Words[]): string {
  const lines = all.flatMap(({ path, commands, options }) => {
    const seen = path
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const children = commands.map(({ name }) => name).join(' ');
    const when = [...seen, ...(children ? [`not __fish_seen_subcommand_from ${children}`] : [])].join('; and ');
    return [
      ...commands.map(({ name, about }) => `complete -c magnum -f -n ${quoteForFish(when)} -a ${name} -d ${quoteForFish(about)}`),
      ...options.map((option) => `complete -c magnum -n ${quoteForFish(when)} -l ${option.slice(2)}`),
    ];
  });
  return `# fish completion for magnum\n${lines.join('\n')}\n`;
}

function quoteForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
