/**
 * Completion of command lines in four shells.
 *
 * Each shell's script asks `magnum __complete` with the words up to the cursor, so that what is offered is what this release takes, also for the
 * values of options and the names of bays. The scripts only hand words over and candidates back: what must stay true is that nothing of a
 * candidate is evaluated, since a name may come from the server.
 */
import { Argument, type Command } from 'commander';
import { withChoices } from './choices.js';
import { addExamples } from './global-options.js';
import type { Io } from './io.js';

export async function load(command: Command, io: Io): Promise<void> {
  addExamples(command);
  command
    .addArgument(withChoices(new Argument('<shell>', 'which shell'), Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => io.out(SCRIPTS[shell]));
}

const BASH = `# bash completion for magnum
_magnum() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then compopt -o default 2>/dev/null; continue; fi
    value=\${line%%$'\\t'*}
    if [[ $value == *= ]]; then compopt -o nospace 2>/dev/null; COMPREPLY+=("$value"); else COMPREPLY+=("$(printf %q "$value")"); fi
  done < <(magnum __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _magnum magnum
`;

const ZSH = `#compdef magnum
# zsh completion for magnum
_magnum() {
  local line value about
  local -a values shown
  while IFS= read -r line; do
    if [[ $line == :files ]]; then _files; continue; fi
    value=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    values+=("$value")
    shown+=("$value  -- $about")
  done < <(magnum __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && compadd -l -d shown -a values
}
if (( \${+functions[compdef]} )); then compdef _magnum magnum; fi
`;

const FISH = `# fish completion for magnum
function __magnum_complete
  set -l given (commandline -opc) (commandline -ct)
  for line in (magnum __complete $given[2..-1] 2>/dev/null)
    if test "$line" = ':files'
      __fish_complete_path (commandline -ct)
    else
      echo -- $line
    end
  end
end
complete -c magnum -f -a '(__magnum_complete)'
`;

const PWSH = `# PowerShell completion for magnum
Register-ArgumentCompleter -Native -CommandName magnum -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  # Some releases do not hand an empty word over.
  if ($wordToComplete -eq '') { $words = @('--empty') + $words }
  & magnum __complete @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    $text = if ($value -match '^[\\w@%+=:,./-]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
    [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
  }
}
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, pwsh: PWSH } as const;
