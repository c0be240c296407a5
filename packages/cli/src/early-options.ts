/**
 * Options that are looked for before the command line is read, since they rule how its own errors are shown.
 *
 * What must stay true: the words are only looked at, and commander checks them later; after `--` there are no options.
 */
import type { Io } from './io.js';

export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;
export const ERROR_FORMATS = ['text', 'json'] as const;

/** The value of an option, in either form; the last one counts. */
function findValue(words: readonly string[], option: string): string | undefined {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const at = before.findLastIndex((word) => word === option || word.startsWith(`${option}=`));
  const word = before[at];
  return word === option ? before[at + 1] : word?.slice(option.length + 1);
}

/** The input and output as `--color` and `--error-format` want them. With `CI`, errors are JSON where stderr is no terminal. */
export function applyEarlyOptions(words: readonly string[], io: Io): Io {
  const format = findValue(words, '--error-format') ?? (io.env['CI'] && !io.errIsTty ? 'json' : 'text');
  return { ...io, env: colourEnv(io.env, findValue(words, '--color')), errorFormat: format === 'json' ? 'json' : 'text' };
}

function colourEnv(env: Io['env'], when: string | undefined): Io['env'] {
  if (when === 'always') return { ...env, FORCE_COLOR: '1', NO_COLOR: undefined };
  return when === 'never' ? { ...env, NO_COLOR: '1' } : env;
}
