import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DomainError, loadConfig, type Config, type ConfigSource, type Setting } from '@magnum-ts/core';
import { ownVersion } from '../version.js';
import { COMMON_OPTIONS, COMMON_USAGE, settingsOf, withHyphens } from './common-options.js';

export interface Arguments {
  readonly config: Config;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
  /** Reads the same files again. Errors: `invalid-parameter`. */
  readonly reload: () => Config;
}

const DEFAULT_FILES = ['/etc/magnum/magnum.conf'];

/** What a program has beside what all of them have. */
export interface Program {
  readonly name: string;
  readonly usage: string;
  readonly flags?: readonly string[];
  readonly texts?: readonly string[];
}

/**
 * `--config-file` (several times), `--config-dir` and the options of logs, as oslo.config has them; flags, and options with a text,
 * are the program's own. Exits 2 on bad usage.
 */
export function readArguments(program: Program): Arguments {
  const { flags = [], texts = [] } = program;
  try {
    const { values, positionals } = parseArgs({
      args: [...withHyphens(process.argv.slice(2))],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          Object.entries(COMMON_OPTIONS).map(([name, { type, short }]) => [name, { type, ...(short ? { short } : {}) }]),
        ),
        'config-file': { type: 'string', multiple: true },
        'config-dir': { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
        ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }])),
        ...Object.fromEntries(texts.map((text) => [text, { type: 'string' as const }])),
      },
    });
    if (values.help === true) end(`${program.usage}\n${COMMON_USAGE}`, 0);
    if (values.version === true) end(`${program.name} ${ownVersion()}`, 0);
    const given: Readonly<Record<string, unknown>> = values;
    const reload = (): Config => read(values['config-file'], values['config-dir'], settingsOf(without(given, flags)));
    return {
      config: reload(),
      reload,
      flags: Object.fromEntries(flags.map((flag) => [flag, given[flag] === true])),
      texts: Object.fromEntries(texts.map((name) => [name, typeof given[name] === 'string' ? given[name] : undefined])),
      words: positionals,
    };
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error), 2);
  }
}

/** A program's own flag of a common name is its own. */
function without(given: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
}

function read(files: readonly string[] | undefined, folders: readonly string[] = [], commandLine: readonly Setting[]): Config {
  const sources = [
    ...(files ?? DEFAULT_FILES.filter((file) => existsSync(file))).map(readSource),
    ...folders.flatMap(readFolder),
  ];
  return loadConfig(sources, process.env, commandLine);
}

function readSource(name: string): ConfigSource {
  try {
    return { name, content: readFileSync(name, 'utf8') };
  } catch {
    throw new DomainError('invalid-parameter', `The configuration file ${name} cannot be read.`);
  }
}

/** Files of a folder in the order of their names. */
function readFolder(folder: string): readonly ConfigSource[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .toSorted()
      .map((name) => readSource(join(folder, name)));
  } catch {
    throw new DomainError('invalid-parameter', `The configuration folder ${folder} cannot be read.`);
  }
}

/** A last line for people, then the end. */
export function end(line: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${line}\n`);
  process.exit(code);
}
