import { bad } from './values.js';
import { parseIni, type Setting } from './ini.js';
import { OPTIONS } from './options.js';
import { RENAMED_OPTIONS, UPSTREAM_OPTIONS } from './upstream-options.js';

/** A file to read: name and content, in the order of their precedence, later ones win. */
export interface ConfigSource {
  readonly name: string;
  readonly content: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings by option, in the order in which they were read: the last one counts. */
export class Settings {
  readonly #byOption = new Map<string, Setting[]>();

  constructor(settings: readonly Setting[]) {
    for (const setting of settings) {
      const known = this.#byOption.get(keyOf(setting));
      if (known) known.push(setting);
      else this.#byOption.set(keyOf(setting), [setting]);
    }
  }

  /** With `$name` and `${section.name}` replaced. */
  of(option: { readonly section: string; readonly name: string }): readonly Setting[] {
    return (this.#byOption.get(keyOf(option)) ?? []).map((setting) => ({ ...setting, value: this.#substitute(setting, 0) }));
  }

  /** `$name` and `${section.name}` stand for other settings, `$$` for a dollar sign. */
  #substitute(setting: Setting, depth: number): string {
    if (depth > 5) throw bad(setting, 'refers to itself');
    return setting.value.replaceAll(/\$(\$|\{([\w.]+)\}|(\w+))/g, (whole, first: string, braced?: string, bare?: string) => {
      if (first === '$') return '$';
      const [name = '', section = setting.section] = (braced ?? bare ?? '').split('.').toReversed();
      const other = (this.#byOption.get(keyOf({ section, name })) ?? this.#byOption.get(keyOf({ section: 'DEFAULT', name })))?.at(
        -1,
      );
      return other ? this.#substitute(other, depth + 1) : whole;
    });
  }
}

/** As they stand in the files, then those of the environment, which win. */
export function readSettings(sources: readonly ConfigSource[], environment: Environment): readonly Setting[] {
  return [...sources.flatMap((source) => parseIni(source.content, source.name)), ...fromEnvironment(environment)].map(
    (setting) => ({
      ...setting,
      name: setting.name.replaceAll('-', '_'),
    }),
  );
}

/**
 * Every setting under the name that its option has now. A name of today that is set too wins over an earlier one, wherever they stand.
 * `auth_section` of a section that logs in names another section that holds its options.
 */
export function underCurrentNames(settings: readonly Setting[]): readonly Setting[] {
  const renamed = settings.map((setting) => ({ setting, now: RENAMED_OPTIONS.get(`${setting.section}.${setting.name}`) }));
  const current = new Set(renamed.filter(({ now }) => !now).map(({ setting }) => keyOf(setting)));
  const kept = renamed
    .filter(({ now }) => !now || !current.has(keyOf(now)))
    .map(({ setting, now }) => (now ? { ...setting, ...now } : setting));
  return [...borrowedLogins(kept), ...kept];
}

const LOGIN_SECTIONS = ['keystone_auth', 'keystone_authtoken'];

/** The sections that `auth_section` names, each with the section that borrows from it. */
export function loginSections(settings: readonly Setting[]): ReadonlyMap<string, string> {
  return new Map(
    LOGIN_SECTIONS.flatMap((section) => {
      const named = settings.findLast((setting) => setting.section === section && setting.name === 'auth_section')?.value ?? '';
      return named === '' || named === section ? [] : [[section, named] as const];
    }),
  );
}

function borrowedLogins(settings: readonly Setting[]): readonly Setting[] {
  return [...loginSections(settings)].flatMap(([section, named]) =>
    settings
      .filter((setting) => setting.section === named && setting.name !== 'auth_section')
      .map((setting) => ({ ...setting, section })),
  );
}

const VARIABLE = /^OS_([A-Z0-9_]+?)__([A-Z0-9_]+)$/;

/** `OS_DATABASE__CONNECTION`, as oslo.config has it. */
function fromEnvironment(environment: Environment): readonly Setting[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    const [, section = '', name = ''] = VARIABLE.exec(variable) ?? [];
    if (value === undefined || section === '') return [];
    const known = SECTIONS.find((one) => one.toUpperCase() === section) ?? section.toLowerCase();
    return [{ section: known, name: name.toLowerCase(), value, origin: `environment ${variable}` }];
  });
}

const SECTIONS: readonly string[] = [...new Set([...OPTIONS.map(({ section }) => section), ...UPSTREAM_OPTIONS.keys()])];

export function keyOf({ section, name }: { readonly section: string; readonly name: string }): string {
  return `${section}\u0000${name}`;
}
