export type OptionType = 'string' | 'integer' | 'boolean' | 'list' | 'multi';

/** One option of `magnum.conf` that this service reads: docs/contract/conductor.md#options. */
export interface Option {
  readonly section: string;
  readonly name: string;
  /** `list`: items between commas. `multi`: the same, and the option may stand several times. */
  readonly type: OptionType;
  readonly default: string | number | boolean | readonly string[] | null;
  readonly help: string;
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The values that may be set; of a list, its items. */
  readonly oneOf?: readonly string[];
  /** Read again at SIGHUP; every other option counts from the next start. */
  readonly reloaded?: boolean;
}

type Extra = Partial<Pick<Option, 'secret' | 'minimum' | 'maximum' | 'oneOf' | 'reloaded'>>;

export const option = (
  section: string,
  name: string,
  type: OptionType,
  value: Option['default'],
  help: string,
  extra: Extra = {},
): Option => ({ section, name, type, default: value, help, ...extra });
