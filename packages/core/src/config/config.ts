import { dirname } from 'node:path';
import { DomainError } from '../domain/errors.js';
import { parseIni, type Setting } from './ini.js';
import { FOREIGN_SECTIONS, OPTIONS, type Option } from './options.js';

export type OptionValue = string | number | boolean | readonly string[] | null;

/** The effective configuration: every option has a value and knows where it came from. */
export interface Config {
  text(section: string, name: string): string | null;
  number(section: string, name: string): number;
  flag(section: string, name: string): boolean;
  list(section: string, name: string): readonly string[];
  /** Lines of `section.name = value  # origin`; secrets are masked. */
  describe(): readonly string[];
  /** Settings that nothing reads: misspelt, or of another version. */
  readonly warnings: readonly string[];
  /** Where its files stand, in their order: names of other files without a path are looked for there. */
  readonly folders: readonly string[];
}

/** A file to read: name and content, in the order of their precedence, later ones win. */
export interface ConfigSource {
  readonly name: string;
  readonly content: string;
}

interface Effective {
  readonly option: Option;
  readonly value: OptionValue;
  readonly origin: string;
}

/**
 * Files, then environment (`OS_DATABASE__CONNECTION`, as oslo.config has it). Errors: `invalid-parameter`, naming section,
 * option and origin.
 */
export function loadConfig(
  sources: readonly ConfigSource[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Config {
  const settings = [...sources.flatMap((source) => parseIni(source.content, source.name)), ...fromEnvironment(environment)];
  const known = new Map(OPTIONS.map((option) => [keyOf(option.section, option.name), option]));
  const given = new Map<string, Setting>();
  for (const setting of settings) given.set(keyOf(setting.section, setting.name), setting);
  const effective = new Map(
    OPTIONS.map((option) => {
      const key = keyOf(option.section, option.name);
      return [key, effectiveOf(option, given.get(key), given)] as const;
    }),
  );
  return configOf(effective, {
    warnings: [...given.values()].flatMap((setting) => warningAbout(setting, known.get(keyOf(setting.section, setting.name)))),
    folders: [...new Set(sources.map((source) => dirname(source.name)))],
  });
}

function configOf(effective: ReadonlyMap<string, Effective>, about: Pick<Config, 'warnings' | 'folders'>): Config {
  const valueOf = (section: string, name: string): OptionValue => {
    const found = effective.get(keyOf(section, name));
    if (!found) throw new DomainError('internal', `No option [${section}] ${name}.`);
    return found.value;
  };
  return Object.freeze({
    text: (section: string, name: string) => valueOf(section, name) as string | null, // its type in the table
    number: (section: string, name: string) => valueOf(section, name) as number, // likewise
    flag: (section: string, name: string) => valueOf(section, name) as boolean, // likewise
    list: (section: string, name: string) => valueOf(section, name) as readonly string[], // likewise
    describe: () => [...effective.values()].filter(({ option }) => option.used).map(described),
    ...about,
  });
}

function described({ option, value, origin }: Effective): string {
  const shown =
    option.secret && value !== null ? masked(String(value)) : Array.isArray(value) ? value.join(',') : String(value ?? '');
  return `${option.section}.${option.name} = ${shown}  # ${origin}`;
}

/** URLs keep all but their password; everything else that is secret is not shown at all. */
function masked(value: string): string {
  return /^[\w+]+:\/\//.test(value)
    ? value.replaceAll(/:\/\/([^:/@]*):[^@]*@/g, '://$1:****@').replaceAll(/,([^:/@,]*):[^@,]*@/g, ',$1:****@')
    : '****';
}

function effectiveOf(option: Option, setting: Setting | undefined, all: ReadonlyMap<string, Setting>): Effective {
  if (!setting) return { option, value: option.default, origin: 'default' };
  return { option, value: typed(option, { ...setting, value: substituted(setting, all, 0) }), origin: setting.origin };
}

/** `$name` and `${section.name}` stand for other settings, `$$` for a dollar sign. */
function substituted(setting: Setting, all: ReadonlyMap<string, Setting>, depth: number): string {
  if (depth > 5) throw bad(setting, 'refers to itself');
  return setting.value.replaceAll(/\$(\$|\{([\w.]+)\}|(\w+))/g, (whole, first: string, braced?: string, bare?: string) => {
    if (first === '$') return '$';
    const [name = '', section = setting.section] = (braced ?? bare ?? '').split('.').toReversed();
    const other = all.get(keyOf(section, name)) ?? all.get(keyOf('DEFAULT', name));
    return other ? substituted(other, all, depth + 1) : whole;
  });
}

function typed(option: Option, setting: Setting): OptionValue {
  switch (option.type) {
    case 'string':
      return oneOf(option, setting);
    case 'list':
      return setting.value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'boolean':
      return readBoolean(setting);
    case 'integer':
      return readInteger(option, setting);
  }
}

function oneOf(option: Option, setting: Setting): string {
  if (option.oneOf && !option.oneOf.includes(setting.value)) throw bad(setting, `must be one of ${option.oneOf.join(', ')}`);
  return setting.value;
}

function readBoolean(setting: Setting): boolean {
  if (/^(true|1|on|yes)$/i.test(setting.value)) return true;
  if (/^(false|0|off|no)$/i.test(setting.value)) return false;
  throw bad(setting, 'must be true or false');
}

function readInteger(option: Option, setting: Setting): number {
  const value = /^-?\d{1,15}$/.test(setting.value) ? Number(setting.value) : Number.NaN;
  if (Number.isNaN(value)) throw bad(setting, 'must be a whole number');
  if (option.minimum !== undefined && value < option.minimum) throw bad(setting, `must be at least ${option.minimum}`);
  if (option.maximum !== undefined && value > option.maximum) throw bad(setting, `must be at most ${option.maximum}`);
  return value;
}

function bad(setting: Setting, why: string): DomainError {
  return new DomainError('invalid-parameter', {
    field: `[${setting.section}] ${setting.name}`,
    message: `${setting.origin}: [${setting.section}] ${setting.name} ${why}.`,
  });
}

function warningAbout(setting: Setting, option: Option | undefined): readonly string[] {
  if (option?.used || FOREIGN_SECTIONS.has(setting.section)) return [];
  const what = option ? 'has no effect here' : 'is not known: check its spelling';
  return [`${setting.origin}: [${setting.section}] ${setting.name} ${what}`];
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly Setting[] {
  return OPTIONS.flatMap((option) => {
    const name = `OS_${option.section.toUpperCase()}__${option.name.toUpperCase()}`;
    const value = environment[name];
    return value === undefined ? [] : [{ section: option.section, name: option.name, value, origin: `environment ${name}` }];
  });
}

function keyOf(section: string, name: string): string {
  return `${section}\u0000${name.replaceAll('-', '_')}`;
}
