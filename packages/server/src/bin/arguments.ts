import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DomainError, loadConfig, type Config, type ConfigSource } from '@magnum-ts/core';

export interface Arguments {
  readonly config: Config;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
}

const DEFAULT_FILES = ['/etc/magnum/magnum.conf'];

/**
 * `--config-file` (several times) and `--config-dir`, as oslo.config has them; flags, and options with a text, are the program's
 * own. Exits 2 on bad usage.
 */
export function readArguments(usage: string, flags: readonly string[], texts: readonly string[] = []): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'config-file': { type: 'string', multiple: true },
        'config-dir': { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }])),
        ...Object.fromEntries(texts.map((text) => [text, { type: 'string' as const }])),
      },
    });
    if (values.help === true) end(usage, 0);
    const sources = [
      ...(values['config-file'] ?? existingDefaults()).map(readSource),
      ...(values['config-dir'] ?? []).flatMap(readFolder),
    ];
    const given: Readonly<Record<string, unknown>> = values;
    return {
      config: loadConfig(sources, process.env),
      flags: Object.fromEntries(flags.map((flag) => [flag, given[flag] === true])),
      texts: Object.fromEntries(texts.map((name) => [name, typeof given[name] === 'string' ? given[name] : undefined])),
      words: positionals,
    };
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error), 2);
  }
}

function existingDefaults(): readonly string[] {
  return DEFAULT_FILES.filter((file) => {
    try {
      readFileSync(file);
      return true;
    } catch {
      return false;
    }
  });
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
