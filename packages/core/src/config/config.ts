import { dirname } from 'node:path';
import { DomainError } from '../domain/errors.js';
import { findingsAbout } from './findings.js';
import type { Setting } from './ini.js';
import { OPTIONS, type Option } from './options.js';
import { keyOf, readSettings, Settings, underCurrentNames, type ConfigSource, type Environment } from './settings.js';
import { urlFindings } from './url-arguments.js';
import { valueOf, type OptionValue } from './values.js';

export type { ConfigSource } from './settings.js';
export type { Setting } from './ini.js';
export type { OptionValue } from './values.js';

/** The effective configuration: every option has a value and knows where it came from. */
export interface Config {
  text(section: string, name: string): string | null;
  number(section: string, name: string): number;
  flag(section: string, name: string): boolean;
  list(section: string, name: string): readonly string[];
  /** Whether a file or the environment sets it, empty texts apart. */
  isSet(section: string, name: string): boolean;
  /** Options that count from the next start only and differ from the other configuration: `[section] name`. */
  frozenDifferences(other: Config): readonly string[];
  /** The option's value, whatever its type; for comparisons. */
  value(section: string, name: string): OptionValue;
  /** Lines of `section.name = value  # origin`; secrets are masked. */
  describe(): readonly string[];
  /** Settings that nothing reads: misspelt, or of another version. */
  readonly warnings: readonly string[];
  /** Where its files stand, in their order: names of other files without a path are looked for there. */
  readonly folders: readonly string[];
}

interface Effective {
  readonly option: Option;
  readonly value: OptionValue;
  readonly origin: string;
}

/**
 * Files, then environment (`OS_DATABASE__CONNECTION`, as oslo.config has it), then what the command line says; the last one wins.
 * Errors: `invalid-parameter`, naming section, option and origin.
 */
export function loadConfig(
  sources: readonly ConfigSource[],
  environment: Environment = {},
  commandLine: readonly Setting[] = [],
): Config {
  const given = [...readSettings(sources, environment), ...commandLine];
  const settings = new Settings(underCurrentNames(given));
  const effective = new Map(OPTIONS.map((option) => [keyOf(option), effectiveOf(option, settings)] as const));
  const findings = findingsAbout(given);
  const text = (section: string, name: string): string | null => valueIn(effective, section, name) as string | null; // its type in the table
  return configOf(effective, {
    warnings: [...findings, ...urlFindings(text), ...unverifiedConnections(effective)],
    folders: [...new Set(sources.map((source) => dirname(source.name)))],
  });
}

/** Connections whose certificates are not verified: logged at each start, so that a setting that was meant for a trial does not stay. */
function unverifiedConnections(effective: ReadonlyMap<string, Effective>): readonly string[] {
  return [...effective.values()].flatMap(({ option: { section, name }, value, origin }) => {
    const isOff =
      name === 'insecure' || name === 'api_insecure' ? value === true : OFF.has(`${section}.${name}`) && value === false;
    return isOff
      ? [
          `${origin}: [${section}] ${name} = ${String(value)}: certificates are not verified; a machine in between can read and change everything`,
        ]
      : [];
  });
}

const OFF: ReadonlySet<string> = new Set(['drivers.verify_ca', 'oslo_messaging_rabbit.ssl_enforce_hostname_verification']);

function effectiveOf(option: Option, all: Settings): Effective {
  const settings = all.of(option);
  return { option, value: valueOf(option, settings), origin: settings.at(-1)?.origin ?? 'default' };
}

function configOf(effective: ReadonlyMap<string, Effective>, about: Pick<Config, 'warnings' | 'folders'>): Config {
  const read = (section: string, name: string): OptionValue => valueIn(effective, section, name);
  return Object.freeze({
    text: (section: string, name: string) => read(section, name) as string | null, // its type in the table
    number: (section: string, name: string) => read(section, name) as number, // likewise
    flag: (section: string, name: string) => read(section, name) as boolean, // likewise
    list: (section: string, name: string) => read(section, name) as readonly string[], // likewise
    isSet: (section: string, name: string) => {
      const found = effective.get(keyOf({ section, name }));
      return found !== undefined && found.origin !== 'default' && found.value !== null;
    },
    value: read,
    frozenDifferences: (other: Config) =>
      OPTIONS.filter(
        ({ section, name, reloaded }) => !reloaded && String(read(section, name)) !== String(other.value(section, name)),
      ).map(({ section, name }) => `[${section}] ${name}`),
    describe: () => [...effective.values()].map(describeSetting),
    ...about,
  });
}

function valueIn(effective: ReadonlyMap<string, Effective>, section: string, name: string): OptionValue {
  const found = effective.get(keyOf({ section, name }));
  if (!found) throw new DomainError('internal', `No option [${section}] ${name}.`);
  return found.value;
}

function describeSetting({ option, value, origin }: Effective): string {
  const shown =
    option.secret && value !== null ? maskSecret(String(value)) : Array.isArray(value) ? value.join(',') : String(value ?? '');
  return `${option.section}.${option.name} = ${shown}  # ${origin}`;
}

/** URLs keep all but their password; everything else that is secret is not shown at all. */
function maskSecret(value: string): string {
  return /^[\w+]+:\/\//.test(value)
    ? value.replaceAll(/:\/\/([^:/@]*):[^@]*@/g, '://$1:****@').replaceAll(/,([^:/@,]*):[^@,]*@/g, ',$1:****@')
    : '****';
}
