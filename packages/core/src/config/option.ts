export type OptionType = 'string' | 'integer' | 'boolean' | 'list' | 'multi';

export type OptionDefault = string | number | boolean | readonly string[] | null;

/**
 * One option of `magnum.conf` that this service reads: docs/contract/conductor.md#options. The parameters are those from which the
 * record of its section has its name and the type of its value.
 */
export interface Option<
  Section extends string = string,
  Name extends string = string,
  Type extends OptionType = OptionType,
  Default extends OptionDefault = OptionDefault,
  Choice extends string = string,
> {
  readonly section: Section;
  readonly name: Name;
  /** `list`: items between commas. `multi`: the same, and the option may stand several times. */
  readonly type: Type;
  readonly default: Default;
  readonly help: string;
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The values that may be set; of a list, its items. */
  readonly oneOf?: readonly Choice[];
  /** Read again at SIGHUP; every other option counts from the next start. */
  readonly reloaded?: boolean;
}

/** What an option's value is: a text without a default may be absent, everything else always has a value. */
export type ValueOf<O> =
  O extends Option<string, string, infer Type, infer Default, infer Choice>
    ? Type extends 'integer'
      ? number
      : Type extends 'boolean'
        ? boolean
        : Type extends 'string'
          ? Default extends null
            ? Choice | null
            : Choice
          : readonly Choice[]
    : never;

/** Options by section and name, each with its value, as `config.sections.api.port`. */
export type SectionsOf<O extends Option> = {
  readonly [Section in O['section']]: {
    readonly [One in Extract<O, { readonly section: Section }> as One['name']]: ValueOf<One>;
  };
};

type Extra<Choice extends string> = Partial<Pick<Option<string, string, OptionType, OptionDefault, Choice>, ExtraName>>;
type ExtraName = 'secret' | 'minimum' | 'maximum' | 'oneOf' | 'reloaded';

export function option<
  Section extends string,
  Name extends string,
  Type extends OptionType,
  Default extends OptionDefault,
  const Choice extends string = string,
>(
  section: Section,
  name: Name,
  type: Type,
  value: Default,
  help: string,
  extra: Extra<Choice> = {},
): Option<Section, Name, Type, Default, Choice> {
  return { section, name, type, default: value, help, ...extra };
}
