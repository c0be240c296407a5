import { DomainError } from '../domain/errors.js';
import type { Setting } from './ini.js';
import type { Option, OptionDefault } from './option.js';

/** Of any option: what its default may be, its value may be. */
export type OptionValue = OptionDefault;

/**
 * What an option is set to. Deployment tools write `name =` where they have nothing to say: an empty text counts as absent, except
 * for a list, which it makes empty. Errors: `invalid-parameter`, naming file, section, option and what it must be.
 */
export function valueOf(option: Option, settings: readonly Setting[]): OptionValue {
  const last = settings.at(-1);
  if (!last) return option.default;
  if (option.type === 'multi') return settings.flatMap((setting) => readList(option, setting));
  if (option.type === 'list') return readList(option, last);
  if (last.value === '') return option.default;
  switch (option.type) {
    case 'string':
      return readText(option, last);
    case 'boolean':
      return readBoolean(last);
    case 'integer':
      return readInteger(option, last);
  }
}

function readText(option: Option, setting: Setting): string {
  if (option.oneOf && !option.oneOf.includes(setting.value)) throw bad(setting, `must be one of ${option.oneOf.join(', ')}`);
  return setting.value;
}

function readList(option: Option, setting: Setting): readonly string[] {
  const items = setting.value
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const { oneOf } = option;
  if (oneOf && !items.every((item) => oneOf.includes(item)))
    throw bad(setting, `must be ${option.type === 'multi' ? 'one or several' : 'some'} of ${oneOf.join(', ')}`);
  return items;
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

/** A setting that cannot be obeyed. The value stays out of the message: it may be a secret. */
export function bad(setting: Setting, why: string): DomainError {
  return new DomainError('invalid-parameter', {
    field: `[${setting.section}] ${setting.name}`,
    message: `${setting.origin}: [${setting.section}] ${setting.name} ${why}.`,
  });
}
