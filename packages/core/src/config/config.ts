import { dirname } from 'node:path';
import { findingsAbout } from './findings.js';
import type { Setting } from './ini.js';
import { OPTIONS, type Option, type Sections } from './options.js';
import { keyOf, readSettings, Settings, underCurrentNames, type ConfigSource, type Environment } from './settings.js';
import { urlFindings } from './url-arguments.js';
import { valueOf, type OptionValue } from './values.js';

export type { ConfigSource } from './settings.js';
export type { Setting } from './ini.js';
export type { Sections } from './options.js';

/** The effective configuration: every option has a value and knows where it came from. */
export interface Config {
  /** Values by section and option, each of the type that its description gives it. */
  readonly sections: Sections;
  /** Whether a file or the environment sets it, empty texts apart. */
  isSet<Section extends keyof Sections>(section: Section, name: keyof Sections[Section] & string): boolean;
  /** Options that count from the next start only and differ from the other configuration: `[section] name`. */
  frozenDifferences(other: Config): readonly string[];
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
  const effective = OPTIONS.map((option) => effectiveOf(option, settings));
  const values = sectionsOf(effective);
  return configOf(effective, {
    sections: values,
    warnings: [...findingsAbout(given), ...urlFindings(values), ...unverifiedConnections(effective)],
    folders: [...new Set(sources.map((source) => dirname(source.name)))],
  });
}

function sectionsOf(effective: readonly Effective[]): Sections {
  const sections: Record<string, Record<string, OptionValue>> = {};
  for (const { option, value } of effective) (sections[option.section] ??= {})[option.name] = value;
  return sections as unknown as Sections; // Each value was read as the type in the option's description.
}

/** Connections whose certificates are not verified: logged at each start, so that a setting that was meant for a trial does not stay. */
function unverifiedConnections(effective: readonly Effective[]): readonly string[] {
  return effective.flatMap(({ option: { section, name }, value, origin }) => {
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

function configOf(effective: readonly Effective[], about: Pick<Config, 'sections' | 'warnings' | 'folders'>): Config {
  const set = new Set(
    effective.filter(({ origin, value }) => origin !== 'default' && value !== null).map(({ option }) => keyOf(option)),
  );
  return Object.freeze({
    isSet: (section: string, name: string) => set.has(keyOf({ section, name })),
    frozenDifferences: (other: Config) => {
      const others = new Map(
        Object.entries(other.sections).map(([section, values]) => [section, new Map(Object.entries(values))]),
      );
      return effective
        .filter(
          ({ option: { section, name, reloaded }, value }) =>
            !reloaded && String(value) !== String(others.get(section)?.get(name)),
        )
        .map(({ option: { section, name } }) => `[${section}] ${name}`);
    },
    describe: () => effective.map(describeSetting),
    ...about,
  });
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
