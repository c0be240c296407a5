import { InvalidArgumentError, Option } from 'commander';
import type { Flags } from './arguments.js';
import { withChoices } from './choices.js';
import { ColumnError, UsageError } from './errors.js';

export const FORMATS = ['table', 'json', 'yaml', 'value', 'csv', 'shell', 'name'] as const;
export type Format = (typeof FORMATS)[number];
const QUOTES = ['all', 'minimal', 'none', 'nonnumeric'] as const;
export type Quote = (typeof QUOTES)[number];

export interface OutputOptions {
  readonly format: Format;
  /** The requested columns; empty when none are. */
  readonly columns: readonly string[];
  readonly header: boolean;
  /** The greatest width of a table; the terminal's where undefined, and 0 for none. */
  readonly maxWidth: number | undefined;
  /** Fit tables where there is no terminal, too. */
  readonly fitWidth: boolean;
  /** Write JSON in one line. */
  readonly isCompact: boolean;
  /** A JMESPath expression, which chooses from the data. */
  readonly query: string | undefined;
  /** Stands before each name of the format `shell`. */
  readonly prefix: string;
  readonly quote: Quote;
}

/** The options of the output that every command has; help shows some of them, `magnum --help` all. */
export function outputOptions(): Option[] {
  return [
    withChoices(new Option('-f, --format <format>', 'format of the result'), FORMATS).default('table'),
    withChoices(new Option('-o <format>', 'the same as -f'), FORMATS).hideHelp(),
    new Option('-c, --column <name>', 'show only this column or field; may be repeated').argParser(collect).default([], 'all'),
    new Option('--query <expression>', 'show what a JMESPath expression chooses from the data: --query "[].name"'),
    new Option('--no-header', 'omit the names of the columns'),
    new Option('--max-width <columns>', "greatest width of a table; the terminal's by default, 0 for none").argParser(parseWidth),
    ...FINE_OPTIONS.map(({ flags, about, choices }) => {
      const option = new Option(flags, about).hideHelp();
      return choices ? withChoices(option, choices) : option;
    }),
  ];
}

/** Options that few users need. */
export const FINE_OPTIONS: readonly { readonly flags: string; readonly about: string; readonly choices?: readonly string[] }[] = [
  { flags: '--fit-width', about: 'fit tables in pipes, too: to COLUMNS, or 80' },
  { flags: '--noindent', about: 'with -f json: one line' },
  { flags: '--prefix <text>', about: 'with -f shell: stands before each name' },
  { flags: '--quote <which>', about: 'with -f csv: all, minimal, none or nonnumeric (default)', choices: QUOTES },
  { flags: '--print-empty', about: 'accepted from scripts for openstackclient: an empty table is always printed' },
];

export function outputOf(flags: Flags): OutputOptions {
  const text = (name: string): string | undefined => (typeof flags[name] === 'string' ? flags[name] : undefined);
  // Commander has checked the choices and collected the columns.
  return {
    format: (flags['o'] ?? flags['format']) as Format,
    columns: flags['column'] as readonly string[],
    header: flags['header'] !== false,
    maxWidth: typeof flags['maxWidth'] === 'number' ? flags['maxWidth'] : undefined,
    fitWidth: flags['fitWidth'] === true,
    isCompact: flags['noindent'] === true,
    query: text('query'),
    prefix: text('prefix') ?? '',
    quote: (flags['quote'] ?? 'nonnumeric') as Quote,
  };
}

/** Refuses, before anything is sent, what could not be printed: a command that creates must not fail after it has created. */
export async function checkOutput(flags: Flags, isList: boolean): Promise<void> {
  const { format, query, columns, prefix } = outputOf(flags);
  if (format === 'shell' && isList && query === undefined)
    throw new UsageError('-f shell is for one item; use -f value for a list');
  if (prefix !== '' && (format !== 'shell' || !/^[A-Za-z_]\w*$/.test(prefix)))
    throw new UsageError('--prefix stands before the names of -f shell: letters, digits and _');
  if (query === undefined) return;
  if (columns.length > 0)
    throw new UsageError('--query and -c exclude each other: choose columns by the expression, as in "[].[uuid, name]"');
  if (flags['follow'] === true) throw new UsageError('--query cannot be used with --follow');
  await compileQuery(query);
}

/** Throws UsageError for an expression that is none. */
async function compileQuery(query: string): Promise<void> {
  const { default: jmespath } = await import('jmespath');
  try {
    // The parser takes some expressions that end too early, such as `a..b`, and leaves a part of its tree out.
    if (!isWhole(jmespath.compile(query))) throw new Error(`${JSON.stringify(query)} is no whole expression`);
  } catch (error) {
    throw new UsageError(`--query: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isWhole(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const children: unknown = Reflect.get(node, 'children');
  return (
    !Array.isArray(children) ||
    children.every((child) => (typeof child !== 'object' || child === null ? child !== undefined : isWhole(child)))
  );
}

/** The columns that a result with these fields is to show. Throws ColumnError. */
export function checkColumns(flags: Flags, known: readonly string[]): OutputOptions {
  const output = outputOf(flags);
  const unknown = output.columns.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new ColumnError(unknown, known);
  return output;
}

function parseWidth(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Give a number of columns.');
  return Number(text);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',')];
}
