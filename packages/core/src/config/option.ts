/** One option of `magnum.conf`: contract, conductor §13. `used: false` is read for compatibility and has no effect here. */
export interface Option {
  readonly section: string;
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'list';
  readonly default: string | number | boolean | readonly string[] | null;
  readonly help: string;
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly oneOf?: readonly string[];
  readonly used: boolean;
}

type Extra = Partial<Pick<Option, 'secret' | 'minimum' | 'maximum' | 'oneOf'>>;

export const option = (
  section: string,
  name: string,
  type: Option['type'],
  value: Option['default'],
  help: string,
  extra: Extra = {},
): Option => ({ section, name, type, default: value, help, used: true, ...extra });
export const ignored = (section: string, ...names: readonly string[]): readonly Option[] =>
  names.map((name) => ({
    section,
    name,
    type: 'string',
    default: null,
    help: 'Read for compatibility; has no effect.',
    used: false,
  }));
